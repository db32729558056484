import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, startToyGraph, type ToyGraph } from '../toys/graph.ts';
import { shop } from '../toys/shop.ts';
import { planHere } from './planner.ts';

const leadingBack = {
  name: 'leading',
  sdl: `type Query { a: Int @scope(needs: []) again: Query @scope(needs: []) }
    type Mutation { act: Acted @scope(needs: []) } type Acted { n: Int query: Query }`,
  resolvers: { Query: { a: () => 1, again: () => ({}) } },
};
const ROOT_ONLY = { errors: [{ message: '__schema and __type are answered at the root of a query only.', extensions: { code: 'BAD_USER_INPUT' } }] };

let graph: ToyGraph;
beforeAll(async () => {
  graph = await startToyGraph(shop);
});
afterAll(() => graph.stop());

async function askedOfTheThread(): Promise<number> {
  const text = await (await fetch(new URL('/metrics', graph.gateway.url))).text();
  return Number(/^gateway_plan_seconds_count\{outcome="ok"\} (\d+)$/m.exec(text)?.[1] ?? 0);
}

test("the schema is told in the planner's thread, once per question and value of its variables", async () => {
  const all = await Promise.all(Array.from({ length: 5 }, () => ask(graph.gateway, getIntrospectionQuery())));
  expect(new Set(all.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(all[0]!.data!.__schema).toMatchObject({ queryType: { name: 'Query' } });
  expect(await askedOfTheThread()).toBe(1);
  await ask(graph.gateway, getIntrospectionQuery());
  expect(await askedOfTheThread()).toBe(1);

  const named = 'query ($name: String!, $not: Boolean! = false) { type: __type(name: $name) @skip(if: $not) { name } }';
  expect(await ask(graph.gateway, named, { name: 'Product' })).toEqual({ data: { type: { name: 'Product' } } });
  expect(await ask(graph.gateway, named, { name: 'Maker' })).toEqual({ data: { type: { name: 'Maker' } } });
  expect(await ask(graph.gateway, named, { name: 'Nothing' })).toEqual({ data: { type: null } });
  expect(await ask(graph.gateway, named, { name: 'Maker' })).toEqual({ data: { type: { name: 'Maker' } } });
  expect(await askedOfTheThread()).toBe(4);
  expect(await ask(graph.gateway, named, { name: 'Product', not: true })).toEqual({ data: {} });
  expect(await askedOfTheThread()).toBe(4);
});

test.each([
  ['{ again { __schema { queryType { name } } } }', ROOT_ONLY],
  ['{ again { a } ...Deep } fragment Deep on Query { again { ...Root } } fragment Root on Query { kind: __type(name: "Acted") { name } }', ROOT_ONLY],
  ['mutation { act { query { __schema { queryType { name } } } } }', ROOT_ONLY],
  ['{ again { a } ...Root } fragment Root on Query { kind: __type(name: "Acted") { name } }', { data: { again: { a: 1 }, kind: { name: 'Acted' } } }],
])('the schema is told at the root of a query, not where a foreign graph leads back to it: %s', async (query, expected) => {
  const foreign = await startToyGraph([leadingBack], { startPlanner: planHere });
  expect(await ask(foreign.gateway, query)).toMatchObject(expected);
  await foreign.stop();
});
