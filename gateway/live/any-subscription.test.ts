import { createClient, type Client } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { openEvents } from '../toys/event-source.ts';
import { startToyGraph, type ToyGraph } from '../toys/graph.ts';
import type { ToyDefinition } from '../toys/toy.ts';

// Three subgraphs that nothing in gateway/ knows: an aquarium, its food, its doctors.
const tanks: ToyDefinition = {
  name: 'tanks',
  sdl: `
    interface Live { seq: Int! reset: Boolean! }
    interface Animal { id: ID! name: String! }
    type Fish implements Animal @key(fields: "id") { id: ID! name: String! grams: Int! }
    type Snail implements Animal @key(fields: "id") { id: ID! name: String! }
    type Plant @key(fields: "code") { code: String! }
    union Being = Fish | Snail | Plant
    type TankChange implements Live { seq: Int! reset: Boolean! tank: Tank! beings: [Being!]! star: Animal mood(loud: Boolean! = false): Mood }
    type Tank @key(fields: "id") { id: ID! litres: Int! }
    enum Mood { CALM WILD }
    type Query { tank(id: ID!): Tank @scope(needs: []) }
    type Subscription {
      tankChanged(tankId: ID!, count: Int! = 3, afterSeq: Int): TankChange! @scope(needs: [])
      ticks(count: Int!): Int! @scope(needs: [])
      brokenTank(late: Boolean!): TankChange! @scope(needs: [])
    }`,
  resolvers: {
    Query: { tank: (_: unknown, { id }: { id: string }) => ({ id, litres: 200 }) },
    Being: { __resolveType: (being: { code?: string; grams?: number }) => (being.code ? 'Plant' : being.grams ? 'Fish' : 'Snail') },
    Animal: { __resolveType: (animal: { grams?: number }) => (animal.grams ? 'Fish' : 'Snail') },
    TankChange: { mood: (_: unknown, { loud }: { loud: boolean }) => (loud ? 'WILD' : 'CALM') },
    Subscription: {
      tankChanged: {
        async *subscribe(_: unknown, { tankId, count, afterSeq }: { tankId: string; count: number; afterSeq?: number }) {
          for (let seq = (afterSeq ?? 0) + 1; seq <= count; seq++) yield { tankChanged: change(tankId, seq) };
        },
      },
      ticks: {
        async *subscribe(_: unknown, { count }: { count: number }) {
          for (let tick = 1; tick <= count; tick++) yield { ticks: tick };
        },
      },
      brokenTank: {
        async *subscribe(_: unknown, { late }: { late: boolean }) {
          if (late) yield { brokenTank: change('t1', 1) };
          throw new Error('postgres://secret@db');
        },
      },
    },
  },
};
const change = (tankId: string, seq: number) => ({
  seq,
  reset: seq === 1,
  tank: { id: tankId, litres: 200 },
  beings: [
    { id: 'f1', name: 'Nemo', grams: 10 * seq },
    { id: 's1', name: 'Turbo' },
    { code: 'algae' },
    { id: 'f1', name: 'Nemo', grams: 10 * seq },
  ],
  star: { id: 's1', name: 'Turbo' },
});
const food: ToyDefinition = {
  name: 'food',
  sdl: `
    type Fish @key(fields: "id") { id: ID! grams: Int! @external dailyFood: Int! @requires(fields: "grams") @scope(needs: []) favourite: Flake }
    type Plant @key(fields: "code") { code: String! light: Int! }
    type Flake @key(fields: "name") { name: String! }
    type Query { flakes: [Flake!]! @scope(needs: []) }`,
  resolvers: {
    Query: { flakes: () => [{ name: 'red' }] },
    Fish: { dailyFood: ({ grams }: { grams: number }) => grams / 10, favourite: () => ({ name: 'red' }) },
    Plant: { light: () => 8 },
  },
};
const doctors: ToyDefinition = {
  name: 'doctors',
  sdl: `
    type Snail @key(fields: "id") { id: ID! doctor: Doctor }
    type Tank @key(fields: "id") { id: ID! cleanedBy: Doctor! }
    type Flake @key(fields: "name") { name: String! approved: Boolean! }
    type Doctor { name: String! }
    type Query { doctor: Doctor @scope(needs: []) }`,
  resolvers: {
    Query: { doctor: () => ({ name: 'Dr. Who' }) },
    Snail: { doctor: ({ id }: { id: string }) => ({ name: `Dr. ${id}` }) },
    Tank: { cleanedBy: () => ({ name: 'Dr. Clean' }) },
    Flake: { approved: () => true },
  },
};

let graph: ToyGraph;
let client: Client;
beforeAll(async () => {
  graph = await startToyGraph([tanks, food, doctors]);
  client = createClient({ url: graph.gateway.url.replace('http', 'ws'), webSocketImpl: WebSocket, lazy: true });
});
afterAll(async () => {
  await client.dispose();
  await graph.stop();
});

type Collect = (query: string, variables?: Record<string, unknown>, results?: unknown[]) => Promise<unknown[]>;

const overSocket: Collect = async (query, variables = {}, results = []) => {
  for await (const result of client.iterate({ query, variables })) results.push(result);
  return results;
};

/** An error that ends it comes as the last result: this transport has no other place for it. */
const overEvents: Collect = async (query, variables = {}, results = []) => {
  const source = await openEvents(graph.gateway.url, { query, variables });
  for (let event = await source.next(); event?.event === 'next'; event = await source.next()) {
    const result = JSON.parse(event.data) as { data?: unknown; errors?: unknown[] };
    if (!('data' in result)) throw result.errors;
    results.push(result);
  }
  return results;
};

describe.each([
  ['graphql-transport-ws', overSocket],
  ['server-sent events', overEvents],
] as const)('any subscription of any graph over %s', (_, collect) => {
  test('a scalar comes through in order', async () => {
    expect(await collect('subscription { ticks(count: 3) }')).toEqual([1, 2, 3].map((ticks) => ({ data: { ticks } })));
  });

  test('a union, a list of entities, an interface, @requires, fragments and variables are joined per event', async () => {
    const results = await collect(
      `subscription Watch($tank: ID!, $count: Int, $withStar: Boolean!) {
        change: tankChanged(tankId: $tank, count: $count) {
          __typename seq tank { litres cleanedBy { name } }
          beings { kind: __typename ...OnFish ... on Plant { code light } ... on Snail { doctor { name } } }
          star @include(if: $withStar) { name ... on Snail { doctor { name } } }
          mood(loud: true)
        }
      }
      fragment OnFish on Fish { grams dailyFood favourite { name approved } }`,
      { tank: 't1', count: 2, withStar: true },
    );
    const event = (seq: number) => ({
      data: {
        change: {
          __typename: 'TankChange',
          seq,
          tank: { litres: 200, cleanedBy: { name: 'Dr. Clean' } },
          beings: [
            { kind: 'Fish', grams: 10 * seq, dailyFood: seq, favourite: { name: 'red', approved: true } },
            { kind: 'Snail', doctor: { name: 'Dr. s1' } },
            { kind: 'Plant', code: 'algae', light: 8 },
            { kind: 'Fish', grams: 10 * seq, dailyFood: seq, favourite: { name: 'red', approved: true } },
          ],
          star: { name: 'Turbo', doctor: { name: 'Dr. s1' } },
          mood: 'WILD',
        },
      },
    });
    expect(results).toEqual([event(1), event(2)]);
  });

  test.each([true, false])('a source that fails ends the subscription with a masked error (after an event: %s)', async (late) => {
    const results: unknown[] = [];
    const failure = await collect(`subscription { brokenTank(late: ${late}) { seq } }`, {}, results).catch((errors: unknown) => errors);
    expect(results).toEqual(late ? [{ data: { brokenTank: { seq: 1 } } }] : []);
    expect(JSON.stringify(failure)).not.toContain('secret');
    expect(failure).toMatchObject([{ extensions: { code: 'INTERNAL' } }]);
  });

  test('a join that fails costs its own fields, and the next event goes on', async () => {
    graph.toys.doctors!.misbehave((_, response) => response.writeHead(500).end());
    const results = await collect(
      'subscription { tankChanged(tankId: "t1", count: 2) { seq star { name ... on Snail { doctor { name } } } } }',
    );
    graph.toys.doctors!.misbehave(null);
    expect(results).toMatchObject(
      [1, 2].map((seq) => ({
        data: { tankChanged: { seq, star: { name: 'Turbo', doctor: null } } },
        errors: [{ path: ['tankChanged', 'star', 'doctor'], extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }],
      })),
    );
  });
});
