// What a plan can hold that this engine does not run: refused in words, never run by halves.
import { composeServices } from '@apollo/composition';
import type { FetchNode } from '@apollo/query-planner';
import { buildSchema, parse } from 'graphql';
import { expect, test } from 'vitest';
import { planHere } from '../planning/planner.ts';
import { loadSupergraph } from '../supergraph.ts';
import { makeToyEngine } from '../toys/engine.ts';
import { compilePlan } from './compile.ts';
import type { Tools } from './fetch.ts';

const tools: Tools = { schema: buildSchema('type Query { a: Int }'), objectTypes: new Set(), sendTo: () => async () => '{}' };
const fetch: FetchNode = { kind: 'Fetch', serviceName: 'a', operation: '{a}', operationKind: 'query' as never, operationName: undefined };

test('@defer is no directive of the graph', async () => {
  const engine = await makeToyEngine([{ name: 'a', sdl: 'type Query { a: Int @scope(needs: []) b: Int @scope(needs: []) }', resolvers: {} }]);
  expect((await engine.run('{ a ... @defer { b } }')).refused).toEqual(['Unknown directive "@defer".']);
  expect(engine.asked).toEqual([]);
});

test('a plan with @defer is refused', () => {
  expect(() => compilePlan({ kind: 'Defer', primary: { node: fetch }, deferred: [] }, [], tools)).toThrow('@defer is not supported: every answer comes whole.');
});

test('a plan with arguments from a context is refused', () => {
  const contextRewrites = [{ kind: 'KeyRenamer' as const, path: ['..', 'currency'], renameKeyTo: 'contextualArgument_1_0' }];
  expect(() => compilePlan({ ...fetch, contextRewrites }, [], tools)).toThrow('Arguments that come from a context are not supported.');
});

test('a graph with @context does not load', async () => {
  const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@context", "@fromContext"])
    type Query { tariff: Tariff }
    type Tariff @context(name: "t") { currency: String! step: Step! }
    type Step @key(fields: "id") { id: ID! price(in: String @fromContext(field: "$t { currency }")): Int }`;
  const { supergraphSdl } = composeServices([{ name: 'a', url: 'http://a.invalid', typeDefs: parse(sdl) }]);
  await expect(loadSupergraph(supergraphSdl!, planHere)).rejects.toThrow(/specs\.apollo\.dev\/context.*unsupported/);
});
