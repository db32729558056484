import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeToyEngine, type ToyEngine } from '../toys/engine.ts';
import { added, shop } from '../toys/shop.ts';
import type { Fields } from './own.ts';

let engine: ToyEngine;
beforeAll(async () => {
  engine = await makeToyEngine(shop);
});
beforeEach(() => void (added.length = 0));

const dataOf = async (query: string, variables: Fields = {}) => {
  const { data, errors, refused } = await engine.run(query, variables);
  expect({ errors, refused }).toEqual({ errors: [], refused: undefined });
  return data;
};

describe('joins', () => {
  test('three levels of entities, each representation once', async () => {
    expect(await dataOf('{ products { name maker { name country { name } } freight } }')).toEqual({
      products: [
        { name: 'Lamp', maker: { name: 'Maker m1', country: { name: 'Norway' } }, freight: 20 },
        { name: 'Tent', maker: { name: 'Maker m1', country: { name: 'Norway' } }, freight: 40 },
        { name: 'Rock', maker: null, freight: 60 },
      ],
    });
    expect(engine.asked.find(({ service }) => service === 'makers')?.variables.representations).toEqual([
      { __typename: 'Maker', id: 'm1' },
    ]);
  });

  test('lists in lists, with nulls and empty lists between', async () => {
    expect(await dataOf('{ product(id: "p1") { similar { inStock } } }')).toEqual({
      product: { similar: [[{ inStock: 2 }, null], [], [{ inStock: 1 }]] },
    });
  });

  test('no request when nothing is left to ask', async () => {
    expect(await dataOf('{ product(id: "p3") { maker { name } } nothing: product(id: "p9") { inStock } }')).toEqual({
      product: { maker: null },
      nothing: null,
    });
    expect(engine.asked.map(({ service }) => service)).toEqual(['catalog']);
  });

  test('equal entities in several places do not share what later fetches write', async () => {
    const query =
      '{ one: product(id: "p1") { maker { boss { name country { name } } } } two: product(id: "p2") { maker { boss { name } } } }';
    expect(await dataOf(query)).toEqual({
      one: { maker: { boss: { name: 'Maker m2', country: { name: null } } } },
      two: { maker: { boss: { name: 'Maker m2' } } },
    });
  });

  test('an interface object is asked under the interface, answered under the concrete name', async () => {
    expect(await dataOf('{ media { __typename title loans ... on Book { pages } } mostLent { kind: __typename title } }')).toEqual({
      media: [
        { __typename: 'Book', title: 'Dune', loans: 7, pages: 600 },
        { __typename: 'Film', title: 'Tron', loans: 3 },
      ],
      mostLent: { kind: 'Book', title: 'Dune' },
    });
    const representations = engine.asked
      .filter(({ service }) => service === 'stock')
      .flatMap(({ variables }) => variables.representations as Fields[])
      .filter(Boolean);
    expect(representations.every(({ __typename }) => __typename === 'Media')).toBe(true);
  });
});

describe('variables and conditions', () => {
  test('a fetch gets only the variables it uses, and what was left out stays out', async () => {
    const query =
      'query ($id: ID!, $wish: Wish, $x: Boolean! = false) { product(id: $id) { name inStock @include(if: $x) } wish(wish: $wish) }';
    expect(await dataOf(query, { id: 'p1' })).toEqual({ product: { name: 'Lamp' }, wish: 'null' });
    expect(engine.asked.map(({ variables }) => variables)).toEqual([{ id: 'p1' }]);
    expect(await dataOf(query, { id: 'p1', wish: { name: 'w' }, x: true })).toEqual({
      product: { name: 'Lamp', inStock: 1 },
      wish: '{"name":"w","depth":1}',
    });
  });

  test('a skipped field is absent although a @requires input delivered it', async () => {
    expect(await dataOf('query ($no: Boolean! = true) { product(id: "p1") { freight grams @skip(if: $no) } }')).toEqual({
      product: { freight: 20 },
    });
  });

  test('a key selected twice is there if one of its selections is', async () => {
    const query = 'query ($x: Boolean!) { product(id: "p1") { maker @include(if: $x) { name } maker { id } name @skip(if: $x) name } }';
    expect(await dataOf(query, { x: false })).toEqual({ product: { maker: { id: 'm1' }, name: 'Lamp' } });
    expect(await dataOf(query, { x: true })).toEqual({ product: { maker: { name: 'Maker m1', id: 'm1' }, name: 'Lamp' } });
  });

  test.each([
    ['query ($id: ID!) { product(id: $id) { id } }', {}],
    ['query ($first: Int) { products(first: $first) { id } }', { first: 'many' }],
    ['query ($wish: Wish) { wish(wish: $wish) }', { wish: { name: 'x', other: 1 } }],
  ])('wrong variables are refused before anything is asked: %s', async (query, variables) => {
    expect((await engine.run(query, variables)).refused).toHaveLength(1);
    expect(engine.asked).toEqual([]);
  });
});

describe('the answer', () => {
  test('keeps the order of the query and drops what only the plan needed', async () => {
    const { text } = await engine.run('{ product(id: "p1") { freight inStock name } __typename a: __typename }');
    expect(text).toBe('{"product":{"freight":20,"inStock":1,"name":"Lamp"},"__typename":"Query","a":"Query"}');
  });

  test('hidden enum values and types are null, without a word', async () => {
    expect(await dataOf('{ product(id: "p3") { kind } items { __typename name } }')).toEqual({
      product: { kind: null },
      items: [{ __typename: 'Product', name: 'Lamp' }, null, null],
    });
  });

  test('aliases may be named like what objects inherit', async () => {
    const query =
      '{ constructor: product(id: "p1") { __proto__: name toString: inStock hasOwnProperty: maker { __proto__: name } } __proto__: product(id: "p2") { valueOf: freight } }';
    const { text } = await engine.run(query);
    expect(text).toBe(
      '{"constructor":{"__proto__":"Lamp","toString":1,"hasOwnProperty":{"__proto__":"Maker m1"}},"__proto__":{"valueOf":40}}',
    );
    expect(({} as Fields).name).toBeUndefined();
  });

  test('a missing key under such an alias is null', async () => {
    expect((await engine.run('{ constructor: product(id: "p9") { toString: name } }')).text).toBe('{"constructor":null}');
  });

  test('text of every kind survives', async () => {
    const name = 'ä"\\\u2028\ud800 \n' + 'x'.repeat(100);
    const { text } = await engine.run('{ product(id: "p1") { name tags } }', {}, (_, { data }) => ({
      data: { product: { ...(data?.product as Fields), name, tags: [name] } },
    }));
    expect(JSON.parse(text)).toEqual({ product: { name, tags: [name] } });
  });

  test('introspection comes from the API schema, beside other fields, with variables and fragments', async () => {
    const query =
      'query ($t: String!) { product(id: "p1") { id } __type(name: $t) { ...T } hidden: __type(name: "Ghost") { name } __schema { queryType { name } } } fragment T on __Type { name enumValues { name } }';
    const expected = (name: string, enumValues: unknown) => ({
      product: { id: 'p1' },
      __type: { name, enumValues },
      hidden: null,
      __schema: { queryType: { name: 'Query' } },
    });
    expect(await dataOf(query, { t: 'Kind' })).toEqual(expected('Kind', [{ name: 'INDOOR' }, { name: 'OUTDOOR' }]));
    expect(await dataOf(query, { t: 'Maker' })).toEqual(expected('Maker', null));
  });

  test('only __typename asks nobody', async () => {
    expect(await dataOf('{ __typename x: __typename }')).toEqual({ __typename: 'Query', x: 'Query' });
    expect(await dataOf('{ product(id: "p1") @skip(if: true) { id } __typename }')).toEqual({ __typename: 'Query' });
    expect(engine.asked).toEqual([]);
  });
});

describe('what can never be asked for', () => {
  test.each([
    ['{ product(id: "p1") { name @include(if: false) } }', { product: {} }],
    ['{ product(id: "p1") { ...P maker { ... @skip(if: true) { id } } } } fragment P on Product { ... { name @include(if: false) } }', { product: { maker: {} } }],
    ['query ($x: Boolean! = true) { product(id: "p1") { name @skip(if: $x) @include(if: $x) } }', { product: {} }],
    ['mutation { r: rename(id: "m1", name: "R") { id @skip(if: true) } add(name: "x") }', { r: {}, add: 2 }],
  ])('leaves an object all the same: %s', async (query, data) => {
    expect(await dataOf(query)).toEqual(data);
  });

  test.each([
    ['query ($x: Boolean!) { __typename product(id: "p1") @skip(if: $x) @include(if: $x) { id } }', { x: true }, { __typename: 'Query' }],
    ['query ($x: Boolean!) { product(id: "p1") @skip(if: $x) @include(if: $x) { id } }', { x: false }, {}],
  ])('needs no plan: %s', async (query, variables, data) => {
    expect(await dataOf(query, variables)).toEqual(data);
    expect(engine.asked).toEqual([]);
  });
});

describe('mutations', () => {
  test('run in order across subgraphs, and a failing one does not stop the next', async () => {
    const { data, errors } = await engine.run(
      'mutation { a: add(name: "a") fail r: rename(id: "m1", name: "R") { name country { name } } b: add(name: "b") }',
    );
    expect(data).toEqual({ a: 1, fail: null, r: { name: 'R', country: { name: 'Norway' } }, b: 3 });
    expect(errors).toMatchObject([{ path: ['fail'], code: 'INTERNAL' }]);
    expect(added).toEqual(['a', 'rename R', 'b']);
  });

  test('a null where none may be makes the whole answer null', async () => {
    expect(await engine.run('mutation { add(name: "x") must }')).toMatchObject({ data: null, errors: [{ path: ['must'] }] });
  });
});

describe('plans', () => {
  test('one compiled operation serves many requests at once', async () => {
    const query = 'query ($id: ID!, $x: Boolean!) { product(id: $id) { name maker @include(if: $x) { name } } }';
    const answers = await Promise.all([1, 2, 3].flatMap((n) => [true, false].map((x) => engine.run(query, { id: `p${n}`, x }))));
    expect(answers.map(({ data }) => Object.keys((data as { product: object }).product).length)).toEqual([2, 1, 2, 1, 2, 1]);
  });
});
