// Who may do what: the table operations.json is kept by hand, the cases come from the supergraph, and each is really asked.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Actor, hasScopes } from '@stromgraph/kernel/auth';
import { ask } from '../ask.ts';
import { listen } from '../listen.ts';
import { entriesOf, type Entry, readSupergraph } from './entries.ts';
import { questionOf } from './question.ts';
import { startWholeGraph, type WholeGraph } from './whole-graph.ts';

/** A: is let in. F: FORBIDDEN. U: UNAUTHENTICATED. */
type Verdict = 'A' | 'F' | 'U';
const table = JSON.parse(readFileSync(new URL('./operations.json', import.meta.url), 'utf8')) as { roles: string[]; operations: Record<string, string> };
const schema = readSupergraph(readFileSync(new URL('../../schema/supergraph.graphql', import.meta.url), 'utf8'));
const entries = entriesOf(schema);
const rowOf = (coordinate: string): Verdict[] => (table.operations[coordinate] ?? '').split(' ').filter(Boolean) as Verdict[];

let graph: WholeGraph;
beforeAll(async () => {
  graph = await startWholeGraph();
});
afterAll(() => graph?.stop());

describe('the table', () => {
  test('has a row for every operation, entity and added field, and no other', () => {
    expect(Object.keys(table.operations).sort()).toEqual(entries.map(({ coordinate }) => coordinate).sort());
  });

  test.each(Object.entries(table.operations))('%s says something of every role', (_, row) => {
    expect(row).toMatch(/^[AFU]( [AFU])*$/);
    expect(row.split(' ')).toHaveLength(table.roles.length);
    expect(row.slice(2), 'who is signed in is never asked to sign in').not.toContain('U');
  });
});

test.each(entries.map((entry) => [entry.coordinate, entry] as const))('S6 S7 G7: %s lets in whom the table lets in', async (coordinate, entry) => {
  const expected = rowOf(coordinate);
  for (const [index, role] of table.roles.entries()) {
    const actor = graph.actors[role]!;
    expect.soft(await verdictOf(entry, actor), `${role} at ${coordinate}`).toBe(expected[index]);
    if (expected[index] === 'A') expect.soft(hasScopes(actor, entry.needs), `${role} has what @scope of ${coordinate} needs`).toBe(true);
  }
});

test('no role holds a scope that nothing asks for, or that is the gateway’s own', () => {
  const asked = new Set(entries.flatMap(({ needs }) => needs));
  const own = [...asked].filter((need) => need.startsWith('gateway:'));
  for (const [role, actor] of Object.entries(graph.actors)) expect(actor?.scopes.filter((scope) => own.includes(scope)) ?? [], role).toEqual([]);
});

async function verdictOf(entry: Entry, actor: Actor | null): Promise<Verdict> {
  const { query, variables } = questionOf(schema, entry);
  const codes = entry.kind === 'subscription' ? await subscribe(entry, actor, query, variables) : await codesOf(entry, actor, query, variables);
  if (codes.includes('UNAUTHENTICATED')) return 'U';
  return codes.includes('FORBIDDEN') ? 'F' : 'A';
}

async function codesOf(entry: Entry, actor: Actor | null, query: string, variables: object): Promise<string[]> {
  const { errors = [] } = await ask(graph.urlOf(entry.domain), actor, query, variables);
  const codes = errors.map(({ extensions }) => extensions.code);
  expect(codes, `${entry.coordinate} is asked validly: ${errors[0]?.message}`).not.toContain('GRAPHQL_VALIDATION_FAILED');
  return codes;
}

/** The first event, or the reason why there is none. */
async function subscribe(entry: Entry, actor: Actor | null, query: string, variables: Record<string, unknown>): Promise<string[]> {
  const stream = listen(graph.urlOf(entry.domain), actor, query, variables);
  try {
    await stream.next();
    return [];
  } catch (error) {
    return String(error).match(/UNAUTHENTICATED|FORBIDDEN/g) ?? [];
  } finally {
    await stream.stop();
  }
}
