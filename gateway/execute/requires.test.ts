import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import type { Fields } from './own.ts';
import { compileRequires } from './requires.ts';

const schema = buildSchema(`
  interface Media { id: ID } type Book implements Media { id: ID } type Film implements Media { id: ID } type Song { id: ID }
  union Loud = Film | Song
  type Query { m: Media l: Loud }`);

const field = (name: string, ...selections: QueryPlanSelectionNode[]): QueryPlanSelectionNode => ({
  kind: 'Field',
  name,
  ...(selections.length ? { selections } : {}),
});
const on = (typeCondition: string, ...selections: QueryPlanSelectionNode[]): QueryPlanSelectionNode => ({
  kind: 'InlineFragment',
  typeCondition,
  selections,
});

test.each<[string, QueryPlanSelectionNode[], Fields, string | null]>([
  [
    'the fields it needs',
    [on('Book', field('__typename'), field('id'))],
    { __typename: 'Book', id: '1', more: 2 },
    '{"__typename":"Book","id":"1"}',
  ],
  ['always the __typename', [on('Book', field('id'))], { __typename: 'Book', id: '1' }, '{"__typename":"Book","id":"1"}'],
  ['another type is not sent', [on('Book', field('id'))], { __typename: 'Film', id: '1' }, null],
  ['an interface takes what implements it', [on('Media', field('id'))], { __typename: 'Film', id: '1' }, '{"__typename":"Film","id":"1"}'],
  ['and its own name', [on('Media', field('id'))], { __typename: 'Media', id: '1' }, '{"__typename":"Media","id":"1"}'],
  ['a union takes its members', [on('Loud', field('id'))], { __typename: 'Song', id: '1' }, '{"__typename":"Song","id":"1"}'],
  ['and no other', [on('Loud', field('id'))], { __typename: 'Book', id: '1' }, null],
  [
    'several fragments merge',
    [on('Book', field('id')), on('Media', field('id'), field('name'))],
    { __typename: 'Book', id: '1', name: 'x' },
    '{"__typename":"Book","id":"1","name":"x"}',
  ],
  [
    'nested selections merge',
    [on('Book', field('d', field('a'))), on('Book', field('d', field('b')))],
    { __typename: 'Book', d: { a: 1, b: 2, c: 3 } },
    '{"__typename":"Book","d":{"a":1,"b":2}}',
  ],
  ['a missing field leaves it out', [on('Book', field('id'), field('price'))], { __typename: 'Book', id: '1' }, null],
  [
    'a fragment that lacks a field is left out, the others suffice',
    [on('Media', field('id'), field('price')), on('Book', field('id'), field('name'))],
    { __typename: 'Book', id: '1', name: 'x' },
    '{"__typename":"Book","id":"1","name":"x"}',
  ],
  [
    'a fragment within takes what is around it along',
    [on('Media', field('id'), on('Book', field('name')), on('Media', field('price')))],
    { __typename: 'Book', id: '1', name: 'x' },
    '{"__typename":"Book","id":"1","name":"x"}',
  ],
  [
    'and falls with it',
    [on('Media', field('price'), on('Book', field('name'))), on('Loud', field('id'))],
    { __typename: 'Book', id: '1', name: 'x' },
    null,
  ],
  ['a missing nested field too', [on('Book', field('d', field('a')))], { __typename: 'Book', d: {} }, null],
  [
    'a real null is kept',
    [on('Book', field('id'), field('price'))],
    { __typename: 'Book', id: '1', price: null },
    '{"__typename":"Book","id":"1","price":null}',
  ],
  ['a real null of an object too', [on('Book', field('d', field('a')))], { __typename: 'Book', d: null }, '{"__typename":"Book","d":null}'],
  [
    'lists of objects',
    [on('Book', field('d', field('a')))],
    { __typename: 'Book', d: [{ a: 1, b: 2 }, null, { a: '"' }] },
    '{"__typename":"Book","d":[{"a":1},null,{"a":"\\""}]}',
  ],
  [
    'fragments below by runtime type',
    [on('Book', field('d', field('__typename'), on('Film', field('a'))))],
    {
      __typename: 'Book',
      d: [
        { __typename: 'Film', a: 1 },
        { __typename: 'Song', a: 1 },
      ],
    },
    '{"__typename":"Book","d":[{"__typename":"Film","a":1},{"__typename":"Song"}]}',
  ],
  [
    'scalars of any shape',
    [on('Book', field('json'))],
    { __typename: 'Book', json: { deep: [1, null] } },
    '{"__typename":"Book","json":{"deep":[1,null]}}',
  ],
  ['inherited names are not fields', [on('Book', field('constructor'))], { __typename: 'Book' }, null],
  ['without a type nothing is sent', [on('Book', field('id'))], { id: '1' }, null],
  ['a type of another kind neither', [on('Book', field('id'))], { __typename: 7, id: '1' }, null],
])('%s', (_, requires, entity, expected) => {
  expect(compileRequires(schema, requires)(entity, false)).toBe(expected);
});

test('after a failed fetch nothing may be missing', () => {
  const represent = compileRequires(schema, [on('Media', field('id'), field('price')), on('Book', field('id'))]);
  expect(represent({ __typename: 'Book', id: '1' }, true)).toBe(null);
  expect(represent({ __typename: 'Book', id: '1', price: 2 }, true)).toBe('{"__typename":"Book","id":"1","price":2}');
});
