import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Pool } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LIMITS } from '../limits/limits.ts';
import { makeOperationCache } from '../limits/operation-cache.ts';
import { validateOperation, type Gate } from '../limits/validate-operation.ts';
import { loadSupergraph } from '../supergraph.ts';
import { answerOperation } from './answer.ts';
import { engineOf } from './operation.ts';

const AUDIT = join(import.meta.dirname, '../../../shared/data/federation-audit');
const SUITES = join(AUDIT, 'data');
const KINDS = new Set(['query', 'mutation']);

/** What stock @apollo/gateway fails as well, since its planner does; the last one that it fails, we answer with the error it owes. */
const KNOWN: Readonly<Record<string, string>> = {
  'keys-mashup#0': 'the planner enters by a key that is not resolvable',
  'requires-with-argument#2': 'one field with two arguments on one key: refused, where stock answers with wrong data',
  'requires-with-argument#3': 'the same',
  'requires-with-argument#4': 'the same',
  'requires-with-argument-conflict#0': 'the planner drops one of two arguments before there is a plan: to be forbidden at composition',
};

type Case = Readonly<{ query: string; expected: { data?: unknown; errors?: boolean } }>;

/** They are not part of this repository. */
const present = existsSync(SUITES);
if (!present) console.log(`The federation audit is not run: its suites are not at ${SUITES}.`);

let replay: ChildProcess | null = null;
let port = 0;
beforeAll(async () => {
  if (!present) return;
  const child = spawn(process.execPath, [join(AUDIT, 'replay.mjs'), '--port', '0'], { stdio: ['ignore', 'pipe', 'ignore'] });
  replay = child;
  port = await new Promise<number>((resolve) =>
    child.stdout.on('data', (chunk: Buffer) => resolve(Number(/ready (\d+)/.exec(String(chunk))?.[1]))),
  );
}, 30_000);
afterAll(() => void replay?.kill());

test.skipIf(!present)('the public federation audit passes, but for what the planner cannot', { timeout: 120_000 }, async () => {
  const failed: string[] = [];
  let passed = 0;
  for (const suite of readdirSync(SUITES)
    .filter((file) => file.endsWith('.graphql'))
    .map((file) => file.slice(0, -8))) {
    const cases = JSON.parse(readFileSync(join(SUITES, `${suite}.json`), 'utf8').replaceAll('{runId}', 'replay')) as Case[];
    const answer = await gatewayFor(
      readFileSync(join(SUITES, `${suite}.graphql`), 'utf8').replaceAll('http://127.0.0.1:4200', `http://127.0.0.1:${port}`),
    );
    for (const [index, { query, expected }] of cases.entries()) {
      if (passes(expected, await answer(query))) passed++;
      else failed.push(`${suite}#${index}`);
    }
  }
  console.log(`federation audit, errors compared strictly: passed ${passed} of ${passed + failed.length}`);
  expect(failed.sort()).toEqual(Object.keys(KNOWN).sort());
  expect(passed).toBeGreaterThanOrEqual(193);
});

/** Stricter than the audit: a case that does not state errors must have none. */
function passes(expected: Case['expected'], received: Readonly<{ data: unknown; errors: boolean }>): boolean {
  return isDeepStrictEqual(received, { data: expected.data ?? null, errors: expected.errors ?? false });
}

async function gatewayFor(supergraphSdl: string): Promise<(query: string) => Promise<{ data: unknown; errors: boolean }>> {
  const supergraph = await loadSupergraph(supergraphSdl);
  const pool = new Pool(`http://127.0.0.1:${port}`);
  const engine = engineOf(supergraph, (service) => async ({ body }) => {
    const { pathname } = new URL(supergraph.subgraphs.get(service) ?? '');
    const reply = await pool.request({ path: pathname, method: 'POST', headers: { 'content-type': 'application/json' }, body });
    return reply.body.text();
  });
  const gate: Gate = {
    engine,
    limits: { ...LIMITS, depth: 50, cost: 1e12 },
    introspection: 'open',
    open: true,
    cache: makeOperationCache(1_000_000),
  };
  return async (query) => {
    const verdict = validateOperation(gate, { query, operationName: undefined, variables: {} }, null, KINDS);
    if ('refusals' in verdict) return { data: null, errors: true };
    const { data, errors } = await answerOperation(verdict.operation, verdict.variables, verdict.coerced, null);
    return { data: JSON.parse(data) as unknown, errors: errors.length > 0 };
  };
}
