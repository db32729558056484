import { buildSchema, Kind, parse, type OperationDefinitionNode } from 'graphql';
import { expect, test } from 'vitest';
import { fragmentsOf } from '../execute/operation.ts';
import { compileCost } from './cost.ts';

const schema = buildSchema(`
  type Query { thing: Thing things: [Thing!]! page(first: Int! = 20, last: Int): Page! some(first: Int): [Thing] grid: [[Thing]] numbers(first: Int): [Int] any: Any }
  type Page { nodes: [Thing!]! edges: [Edge!]! total: Int info: Info }
  type Edge { node: Thing! cursor: String } type Info { more: Boolean tags: [String] }
  type Thing { id: ID parent: Thing children(first: Int = 5): [Thing!]! page(first: Int! = 20): Page! values: [Float] }
  union Any = Thing | Info`);

const costOf = (text: string, variables = {}) => {
  const document = parse(text);
  const operation = document.definitions.find((node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION)!;
  return compileCost({ schema, fragments: fragmentsOf(document), assumedListSize: 10 }, operation)(variables);
};

test.each<[string, object, number]>([
  ['{ __typename }', {}, 0],
  ['{ thing { id } }', {}, 1],
  ['{ thing { parent { parent { id } } } }', {}, 3],
  ['{ things { id } }', {}, 10],
  ['{ things { parent { id } } }', {}, 20],
  ['{ some(first: 3) { id } }', {}, 3],
  ['{ some { id } }', {}, 10],
  ['query ($n: Int) { some(first: $n) { id } }', { n: 7 }, 7],
  ['query ($n: Int) { some(first: $n) { id } }', {}, 10],
  ['{ some(first: -5) { id } }', {}, 0],
  ['{ some(first: 1000000) { children(first: 1000000) { id } } }', {}, 1e6 + 1e12],
  ['{ page { nodes { id } } }', {}, 1 + 20],
  ['{ page(first: 5) { nodes { id } edges { node { id } } } }', {}, 1 + 5 + 10],
  ['{ page(first: 5, last: 50) { nodes { id } } }', {}, 51],
  ['{ page(first: 5) { info { tags } total } }', {}, 1 + 1 + 1],
  ['{ page(first: 5) { nodes { page(first: 2) { nodes { id } } } } }', {}, 1 + 5 * (1 + 1 + 2)],
  ['{ grid { id } }', {}, 100],
  ['{ numbers(first: 2500) }', {}, 3],
  ['{ thing { values } }', {}, 2],
  ['{ ...F } fragment F on Query { things { ...G } } fragment G on Thing { parent { id } }', {}, 20],
  ['{ any { ... on Thing { parent { id } } ... on Info { tags } } }', {}, 3],
])('%s with %o costs %i', (text, variables, cost) => {
  expect(costOf(text, variables)).toBe(cost);
});
