// Gaps that federations leave, as far as no other test has them: G2, G4, G14.
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planHere } from '../planning/planner.ts';
import { loadSupergraph } from '../supergraph.ts';
import { ask, startToyGraph } from '../toys/graph.ts';
import { shop } from '../toys/shop.ts';
import { startAttackedGraph, type AttackedGraph } from './attacked-graph.ts';
import { TRANSPORTS } from './transports.ts';

describe('G2: aliases that reach for the prototype', () => {
  let attacked: AttackedGraph;
  beforeAll(async () => {
    attacked = await startAttackedGraph();
  });
  afterAll(() => attacked.stop());

  test.each(TRANSPORTS.map((transport) => [transport.name, transport] as const))('by %s are names like any other', async (_, transport) => {
    const { operation, products } = transport.entry;
    const query = `${operation} { __proto__: ${products(1)} { constructor: id prototype: name maker { toString: name hasOwnProperty: id } } }`;
    const { text } = await transport.ask(attacked.url, await attacked.authorization(), query);
    expect(text).toContain('"__proto__":[{"constructor":"p1","prototype":"Lamp","maker":{"toString":"Maker m1","hasOwnProperty":"m1"}}]');
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('G4: rights that this gateway does not enforce', () => {
  test.each(['authenticated', 'requiresScopes', 'policy'])('a supergraph that relies on @%s is not served', async (directive) => {
    const use = { authenticated: '@authenticated', requiresScopes: '@requiresScopes(scopes: [["a"]])', policy: '@policy(policies: [["a"]])' }[directive];
    const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@${directive}"]) type Query { vault: String ${use} }`;
    const { supergraphSdl } = composeServices([{ name: 'vault', url: 'http://vault.invalid', typeDefs: parse(sdl) }]);
    await expect(loadSupergraph(supergraphSdl!, planHere)).rejects.toThrow(new RegExp(`${directive}.*SECURITY|SECURITY.*${directive}`, 's'));
  });
});

test('G14: the graph comes from its file: subgraphs are not asked what they are, and a start does not wait for them', async () => {
  const graph = await startToyGraph(shop, { subgraphs: Object.fromEntries(shop.map(({ name }) => [name, 'http://127.0.0.1:9/graphql'])) });
  expect(Object.values(graph.toys).flatMap(({ requests }) => requests)).toEqual([]);
  const { data, errors } = await ask(graph.gateway, '{ product(id: "p1") { name } }');
  expect([data, errors?.map(({ extensions }) => extensions.code)]).toEqual([{ product: null }, ['SUBGRAPH_UNAVAILABLE']]);
  await graph.stop();
});

test('G14: who listens where a subgraph should, but is another graph, is read as foreign: nothing of it comes through', async () => {
  const graph = await startToyGraph(shop);
  graph.toys.catalog!.misbehave((_, response) => response.end('{"data":{"product":{"id":"p1","name":7,"iban":"DE00"},"users":[{"password":"x"}]}}'));
  const answer = await ask(graph.gateway, '{ product(id: "p1") { name } }');
  expect(answer.data).toEqual({ product: null });
  expect(JSON.stringify(answer)).not.toMatch(/DE00|password/);
  await graph.stop();
});
