// What subgraphs do wrong: each fault costs its own fields, at the client's paths, and nothing else.
import { beforeAll, describe, expect, test } from 'vitest';
import { makeToyEngine, type Instead, type ToyEngine } from '../toys/engine.ts';
import { shop } from '../toys/shop.ts';
import type { Fields } from './own.ts';
import { fetchFault } from './reply.ts';

let engine: ToyEngine;
beforeAll(async () => {
  engine = await makeToyEngine(shop);
});

const from =
  (service: string, reply: unknown): Instead =>
  (asked) =>
    asked.service === service ? reply : undefined;
const dead =
  (service: string): Instead =>
  (asked) => {
    if (asked.service === service) throw fetchFault('SUBGRAPH_TIMEOUT', 'too late');
    return undefined;
  };
const placesOf = (errors: readonly { path?: readonly (string | number)[] | undefined; code: string }[]) =>
  errors.map(({ path, code }) => `${code} ${path?.join('.')}`);

describe('a subgraph that gives no answer', () => {
  test.each<[string, string, string, unknown, string[]]>([
    [
      'a root fetch',
      'catalog',
      '{ product(id: "p1") { name } makers { id } }',
      { product: null, makers: [{ id: 'm1' }, { id: 'm2' }] },
      ['SUBGRAPH_TIMEOUT product'],
    ],
    [
      'every place of an entity fetch',
      'makers',
      '{ products { name maker { boss { id } } } }',
      {
        products: [
          { name: 'Lamp', maker: { boss: null } },
          { name: 'Tent', maker: { boss: null } },
          { name: 'Rock', maker: null },
        ],
      },
      ['SUBGRAPH_TIMEOUT products.0.maker.boss', 'SUBGRAPH_TIMEOUT products.1.maker.boss'],
    ],
    [
      'a non-null field takes its object with it',
      'stock',
      '{ product(id: "p1") { name inStock } makers { id } }',
      { product: null, makers: [{ id: 'm1' }, { id: 'm2' }] },
      ['SUBGRAPH_TIMEOUT product.inStock'],
    ],
    [
      'what depends on it is not asked, and says the same',
      'makers',
      '{ product(id: "p1") { name maker { boss { country { name } } } } }',
      { product: { name: 'Lamp', maker: { boss: null } } },
      ['SUBGRAPH_TIMEOUT product.maker.boss'],
    ],
    [
      'several fields, each with its own error',
      'stock',
      '{ product(id: "p1") { reviews { text } all: reviews { stars } } }',
      { product: { reviews: null, all: null } },
      ['SUBGRAPH_TIMEOUT product.reviews', 'SUBGRAPH_TIMEOUT product.all'],
    ],
  ])('%s', async (_, service, query, data, places) => {
    const answer = await engine.run(query, {}, dead(service));
    expect(answer.data).toEqual(data);
    expect(placesOf(answer.errors)).toEqual(places);
  });

  test('a field that misses its @requires input is not sent, and names the cause', async () => {
    const answer = await engine.run('{ product(id: "p1") { name freight } }', {}, ({ service, query }, { data }) => {
      if (service !== 'catalog' || !query.includes('grams')) return undefined;
      const { grams: _, ...product } = (data as { product: Fields }).product;
      return { data: { product } };
    });
    expect(engine.asked.map(({ service }) => service)).toEqual(['catalog']);
    expect(answer).toMatchObject({ data: { product: null }, errors: [{ code: 'COMPLETION', path: ['product', 'freight'] }] });
  });
});

describe('a subgraph that answers nonsense', () => {
  test.each<[string, unknown]>([
    ['HTML', '<html>'],
    ['cut off', '{"data":{"_ent'],
    ['nothing', '""'],
    ['a number', '7'],
    ['a list', '[]'],
    ['an empty object', '{}'],
    ['data of another kind', '{"data":[1]}'],
    ['errors of another kind', '{"data":{},"errors":"many"}'],
    ['no entities', '{"data":{}}'],
    ['entities of another kind', '{"data":{"_entities":{}}}'],
    ['too few entities', '{"data":{"_entities":[]}}'],
    ['too many entities', '{"data":{"_entities":[null,null,null]}}'],
  ])('%s', async (_, reply) => {
    const answer = await engine.run('{ product(id: "p1") { name reviews { text } } }', {}, from('stock', reply));
    expect(answer.data).toEqual({ product: { name: 'Lamp', reviews: null } });
    expect(placesOf(answer.errors)).toEqual(['SUBGRAPH_UNAVAILABLE product.reviews']);
  });

  test.each<[string, unknown, unknown, string[]]>([
    ['an entity that is null is absent, not wrong', [null], { product: { name: 'Lamp', reviews: null } }, []],
    ['an entity that is a number too', [7], { product: { name: 'Lamp', reviews: null } }, []],
    [
      'a text where an Int should be',
      [{ reviews: [{ text: 'x', stars: 'many' }] }],
      { product: { name: 'Lamp', reviews: null } },
      ['COMPLETION product.reviews.0.stars'],
    ],
    [
      'an object where a list should be',
      [{ reviews: { text: 'x' } }],
      { product: { name: 'Lamp', reviews: null } },
      ['COMPLETION product.reviews'],
    ],
    [
      'a scalar where an object should be',
      [{ reviews: [7] }],
      { product: { name: 'Lamp', reviews: null } },
      ['COMPLETION product.reviews.0'],
    ],
    [
      'a null in a list of non-nulls',
      [{ reviews: [null] }],
      { product: { name: 'Lamp', reviews: null } },
      ['COMPLETION product.reviews.0'],
    ],
    [
      'a type of another name',
      [{ reviews: [{ __typename: 'Maker', text: 'x', stars: 1 }] }],
      { product: { name: 'Lamp', reviews: null } },
      ['COMPLETION product.reviews.0'],
    ],
    [
      'an Int too large',
      [{ reviews: [{ text: 'x', stars: 2 ** 31 }] }],
      { product: { name: 'Lamp', reviews: null } },
      ['COMPLETION product.reviews.0.stars'],
    ],
  ])('%s', async (_, entities, data, places) => {
    const answer = await engine.run(
      '{ product(id: "p1") { name reviews { text stars } } }',
      {},
      from('stock', { data: { _entities: entities } }),
    );
    expect(answer.data).toEqual(data);
    expect(placesOf(answer.errors)).toEqual(places);
  });

  test.each(['Query', 'Maker', 'Item2', 'Kind', 'String', '__Type', 'constructor'])('an interface told to be %s is an error at its place', async (__typename) => {
    const answer = await engine.run('{ items { __typename name } makers { id } }', {}, from('catalog', { data: { items: [{ __typename, name: 'x' }, null] } }));
    expect(answer.data).toEqual({ items: [null, null], makers: [{ id: 'm1' }, { id: 'm2' }] });
    expect(placesOf(answer.errors)).toEqual(['COMPLETION items.0']);
  });

  test('keys that reach for prototypes go nowhere', async () => {
    const hostile = '{"data":{"_entities":[{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"reviews":[]}]}}';
    expect((await engine.run('{ product(id: "p1") { reviews { text } } }', {}, from('stock', hostile))).data).toEqual({
      product: { reviews: [] },
    });
    expect(({} as Fields).polluted).toBeUndefined();
  });
});

describe('a subgraph with errors beside its data', () => {
  test('both are kept, at every place of the entity', async () => {
    const reply = {
      data: { _entities: [{ boss: null }] },
      errors: [{ message: 'who?', path: ['_entities', 0, 'boss'], extensions: { code: 'FORBIDDEN' } }],
    };
    const answer = await engine.run('{ products(first: 2) { name maker { boss { id } } } }', {}, from('makers', reply));
    expect(answer.data).toEqual({
      products: [
        { name: 'Lamp', maker: { boss: null } },
        { name: 'Tent', maker: { boss: null } },
      ],
    });
    expect(answer.errors).toMatchObject([
      { message: 'who?', code: 'FORBIDDEN', path: ['products', 0, 'maker', 'boss'] },
      { message: 'who?', code: 'FORBIDDEN', path: ['products', 1, 'maker', 'boss'] },
    ]);
  });

  test('a null that an error explains is not explained twice', async () => {
    const reply = {
      data: { product: null },
      errors: [{ message: 'gone', path: ['product', 'strict', 'must'], extensions: { code: 'BAD_USER_INPUT' } }],
    };
    const answer = await engine.run('{ product(id: "p1") { strict { must } } }', {}, from('catalog', reply));
    expect(answer).toMatchObject({ data: { product: null }, errors: [{ path: ['product', 'strict', 'must'], code: 'BAD_USER_INPUT' }] });
    expect(answer.errors).toHaveLength(1);
  });

  test('a code that is not ours becomes INTERNAL', async () => {
    const answer = await engine.run(
      '{ wish }',
      {},
      from('catalog', { data: { wish: null }, errors: [{ message: 'x', path: ['wish'], extensions: { code: 'COMPLETION' } }] }),
    );
    expect(answer.errors).toMatchObject([{ code: 'INTERNAL' }]);
  });

  test.each([[7], [null], [{}], [{ message: 1, path: 'x', extensions: [] }], ['text']])(
    'an error of any shape is an error: %o',
    async (error) => {
      expect((await engine.run('{ wish }', {}, from('catalog', { data: { wish: null }, errors: [error] }))).errors).toMatchObject([
        { code: 'INTERNAL' },
      ]);
    },
  );
});

test('what the planner cannot plan rightly is refused, and nothing is asked', async () => {
  const toys = await makeToyEngine([
    {
      name: 'a',
      sdl: 'type P @key(fields: "id") { id: ID! price(currency: String!): Int } type Query { p: P @scope(needs: []) }',
      resolvers: { Query: { p: () => ({ id: '1' }) }, P: { price: () => 1 } },
    },
    {
      name: 'b',
      sdl: 'type P @key(fields: "id") { id: ID! price(currency: String!): Int @external tax: Int @requires(fields: "price(currency: \\"EUR\\")") }',
      resolvers: { P: { tax: () => 1 } },
    },
  ]);
  expect((await toys.run('{ p { tax price(currency: "EUR") } }')).refused).toBeUndefined();
  expect((await toys.run('{ p { tax dollars: price(currency: "USD") } }')).refused).toBeUndefined();
  const refused = await toys.run('{ p { tax price(currency: "USD") } }');
  expect(refused.refused).toEqual(['The field p.price is needed with other arguments at the same time.']);
  expect(toys.asked).toEqual([]);
});
