import { expect, test } from 'vitest';
import { makeToyEngine } from '../toys/engine.ts';

// The check compares texts, so every way of writing an argument must come through the planner as it went in.
const library = {
  name: 'library',
  sdl: `
    enum Order { UP DOWN }
    input Filter { ids: [ID!], text: String = "x", deep: Filter, order: Order = UP, min: Float }
    type Book @key(fields: "id") { id: ID! title(short: Boolean = false, filter: Filter): String pages(order: Order): Int }
    type Query { book(id: ID!): Book @scope(needs: []) books(filter: Filter, first: Int = 2): [Book!]! @scope(needs: []) }`,
  resolvers: {
    Query: { book: (_: unknown, { id }: { id: string }) => ({ id }), books: () => [{ id: '1' }] },
    Book: { title: () => 'T', pages: () => 1 },
  },
};
const lenders = {
  name: 'lenders',
  sdl: `type Book @key(fields: "id") {
    id: ID! lent(days: Int! = 3, filter: [Int!]): Boolean
    title(short: Boolean = false, filter: Filter): String @external
    loud: String @requires(fields: "title(short: true)")
  }
  enum Order { UP DOWN }
  input Filter { ids: [ID!], text: String = "x", deep: Filter, order: Order = UP, min: Float }`,
  resolvers: { Book: { lent: () => true, loud: () => 'LOUD' } },
};

test.each<[string, object?]>([
  ['{ book(id: 1) { title lent } }'],
  ['{ book(id: "1") { title(short: true) a: title(short: false) lent(days: 3) b: lent(days: 4) } }'],
  ['{ books(filter: { ids: [1, "2"], deep: { text: "a\\"b", order: DOWN, min: 1 } }) { lent(filter: 1) } }'],
  ['{ books(filter: { text: """\n  block\n    text\n""" , min: 1e3 }) { lent } }'],
  [
    'query ($id: ID!, $f: Filter, $n: [Int!], $min: Float) { book(id: $id) { title(filter: $f) lent(filter: $n) } books(filter: { min: $min, ids: [$id] }) { id } }',
    { id: '1', n: [1] },
  ],
  ['{ book(id: "1") { ...A ... on Book { pages(order: UP) } } } fragment A on Book { pages(order: UP) lent(days: 1) }'],
  ['{ book(id: "1") { loud title(short: true) a: title } }'],
  ['query ($f: Filter, $min: Float) { book(id: "1") { title(filter: { min: $min, ids: ["1"], deep: $f }) a: title(filter: $f) } }'],
  ['{ books(filter: null, first: null) { title(filter: { text: null }) lent(filter: null) } }'],
])('%s is no conflict', async (query, variables = {}) => {
  const engine = await makeToyEngine([library, lenders]);
  const { refused, errors } = await engine.run(query, variables as Record<string, unknown>);
  expect({ refused, errors }).toEqual({ refused: undefined, errors: [] });
});

test.each([
  '{ book(id: "1") { loud title } }',
  '{ book(id: "1") { loud title(short: false) } }',
  '{ books { loud ...A } } fragment A on Book { title(short: true, filter: { min: 1 }) }',
])('%s is one', async (query) => {
  const engine = await makeToyEngine([library, lenders]);
  expect((await engine.run(query)).refused).toHaveLength(1);
});
