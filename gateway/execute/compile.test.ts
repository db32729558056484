// Plans written by hand: what runs after what, and where a path begins.
import type { FetchNode, PlanNode } from '@apollo/query-planner';
import { buildSchema } from 'graphql';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { compilePlan } from './compile.ts';
import type { Fields } from './own.ts';
import { startRun } from './run.ts';

const schema = buildSchema('type P { id: ID x: Int y: Int } type Query { p: P list: [[P]] }');

const root = (serviceName: string, operation: string): FetchNode => ({ kind: 'Fetch', serviceName, operation, operationKind: 'query' as never, operationName: undefined });
const entity = (serviceName: string, field: string, needs = 'id'): FetchNode => ({
  ...root(serviceName, `query($representations:[_Any!]!){_entities(representations:$representations){...on P{${field}}}}`),
  requires: [{ kind: 'InlineFragment', typeCondition: 'P', selections: [{ kind: 'Field', name: needs }] }],
});
const at = (path: string[], node: PlanNode): PlanNode => ({ kind: 'Flatten', path, node });
const sequence = (...nodes: PlanNode[]): PlanNode => ({ kind: 'Sequence', nodes });
const parallel = (...nodes: PlanNode[]): PlanNode => ({ kind: 'Parallel', nodes });

/** Runs a plan; every subgraph answers each entity with its own name for the field of the same name, some turns later. */
async function run(plan: PlanNode, data: Fields, coerced: Fields = {}) {
  const log: string[] = [];
  const sendTo = (service: string) => async ({ body }: { body: string }) => {
    const { representations } = (JSON.parse(body) as { variables: { representations?: object[] } }).variables;
    log.push(`ask ${service}`);
    for (let i = 0; i < 3; i++) await turn();
    log.push(`got ${service}`);
    return JSON.stringify({ data: representations ? { _entities: representations.map(() => ({ [service]: service })) } : data });
  };
  const request = startRun({}, coerced, null);
  await compilePlan(plan, [], { schema, objectTypes: new Set(['P']), sendTo })(request);
  return { log, data: request.data };
}

const p = () => ({ p: { __typename: 'P', id: '1' } });

test('1: what is in sequence waits, and reads what came before it', async () => {
  const { log, data } = await run(sequence(root('a', '{p{id}}'), at(['p'], entity('x', 'x')), at(['p'], entity('y', 'y', 'x'))), p());
  expect(log).toEqual(['ask a', 'got a', 'ask x', 'got x', 'ask y', 'got y']);
  expect(data).toEqual({ p: { __typename: 'P', id: '1', x: 'x', y: 'y' } });
});

test('1: what is parallel is asked together, and what follows waits for all of it', async () => {
  const { log } = await run(sequence(root('a', '{p{id}}'), parallel(at(['p'], entity('x', 'x')), at(['p'], entity('y', 'y'))), at(['p'], entity('z', 'z', 'y'))), p());
  expect(log).toEqual(['ask a', 'got a', 'ask x', 'ask y', 'got x', 'got y', 'ask z', 'got z']);
});

test('1 and 2: paths are relative to what encloses them, through lists in lists', async () => {
  const list = { list: [[{ __typename: 'P', id: '1' }, null], [], null, [{ __typename: 'P', id: '2' }]] };
  const { data } = await run(sequence(root('a', '{list{id}}'), at(['list'], at(['@'], at(['@'], entity('x', 'x'))))), list);
  expect(data).toEqual({ list: [[{ __typename: 'P', id: '1', x: 'x' }, null], [], null, [{ __typename: 'P', id: '2', x: 'x' }]] });
});

test('2: with nothing left to ask there is no request', async () => {
  const { log } = await run(sequence(root('a', '{list{id}}'), at(['list', '@', '@'], entity('x', 'x'))), { list: [[null], []] });
  expect(log).toEqual(['ask a', 'got a']);
});

test.each([
  [{ yes: true }, ['ask x', 'got x']],
  [{ yes: false }, ['ask y', 'got y']],
  [{}, ['ask y', 'got y']],
])('11: a condition takes one of two ways by the coerced variables %j', async (coerced, log) => {
  const plan: PlanNode = { kind: 'Condition', condition: 'yes', ifClause: root('x', '{p{id}}'), elseClause: root('y', '{p{id}}') };
  expect((await run(plan, p(), coerced)).log).toEqual(log);
});

test('20: without a plan nothing is asked', async () => {
  expect(await run(sequence(), {})).toEqual({ log: [], data: {} });
});
