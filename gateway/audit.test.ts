// The public federation audit through the gateway as `--open` starts it, over HTTP.
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { makeLog } from '@stromgraph/kernel/log';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FEDERATION_AUDIT, findPublicData } from '../tests/public-data.ts';
import { planHere } from './planning/planner.ts';
import { startGateway } from './server.ts';
import { ask } from './toys/graph.ts';

const AUDIT = findPublicData(FEDERATION_AUDIT);
const SUITES = join(AUDIT ?? '', 'data');

/** What stock @apollo/gateway fails as well, since its planner does; the last one that it fails, we answer with the error it owes. */
const KNOWN: Readonly<Record<string, string>> = {
  'keys-mashup#0': 'the planner enters by a key that is not resolvable',
  'requires-with-argument#2': 'one field with two arguments on one key: refused, where stock answers with wrong data',
  'requires-with-argument#3': 'the same',
  'requires-with-argument#4': 'the same',
  'requires-with-argument-conflict#0': 'the planner drops one of two arguments before there is a plan: to be forbidden at composition',
};

type Case = Readonly<{ query: string; expected: { data?: unknown; errors?: boolean } }>;

let replay: ChildProcess | null = null;
let port = 0;
beforeAll(async () => {
  if (!AUDIT) return;
  const child = spawn(process.execPath, [join(AUDIT, 'replay.mjs'), '--port', '0'], { stdio: ['ignore', 'pipe', 'ignore'] });
  replay = child;
  port = await new Promise<number>((resolve) =>
    child.stdout.on('data', (chunk: Buffer) => resolve(Number(/ready (\d+)/.exec(String(chunk))?.[1]))),
  );
}, 60_000);
afterAll(() => void replay?.kill());

test.skipIf(!AUDIT)('the public federation audit passes, but for what the planner cannot', { timeout: 300_000 }, async () => {
  const failed: string[] = [];
  const failedStrictly: string[] = [];
  let cases = 0;
  for (const suite of suites()) {
    const supergraphSdl = readFileSync(join(SUITES, `${suite}.graphql`), 'utf8').replaceAll('http://127.0.0.1:4200', `http://127.0.0.1:${port}`);
    const gateway = await startGateway({ supergraphSdl, subgraphs: {}, secret: null, tokens: null, log: makeLog('gateway', 'silent'), startPlanner: planHere });
    for (const [index, { query, expected }] of casesOf(suite).entries()) {
      const { data, errors } = await ask(gateway, query);
      const received = { data: data ?? null, errors: errors !== undefined };
      cases++;
      if (!passes(expected, received, false)) failed.push(`${suite}#${index}`);
      if (!passes(expected, received, true)) failedStrictly.push(`${suite}#${index}`);
    }
    await gateway.stop();
  }
  console.log(`federation audit: passed ${cases - failed.length} of ${cases}; with --strict-errors ${cases - failedStrictly.length}`);
  expect(failed.sort()).toEqual(Object.keys(KNOWN).sort());
  expect(failedStrictly.sort()).toEqual(Object.keys(KNOWN).sort());
  expect(cases - failedStrictly.length).toBeGreaterThanOrEqual(193);
});

function suites(): string[] {
  return readdirSync(SUITES)
    .filter((file) => file.endsWith('.graphql'))
    .map((file) => file.slice(0, -8));
}

function casesOf(suite: string): Case[] {
  return JSON.parse(readFileSync(join(SUITES, `${suite}.json`), 'utf8').replaceAll('{runId}', 'replay')) as Case[];
}

/** The audit compares errors only where a case states them; strictly, a case that does not must have none. */
function passes(expected: Case['expected'], received: Readonly<{ data: unknown; errors: boolean }>, strictly: boolean): boolean {
  const errors = expected.errors ?? (strictly ? false : received.errors);
  return isDeepStrictEqual(received, { data: expected.data ?? null, errors });
}
