import type { FetchDataRewrite } from '@apollo/query-planner';
import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { compileRewrites } from './rewrites.ts';

const schema = buildSchema(
  'interface Media { id: ID } type Book implements Media { id: ID } type Film implements Media { id: ID } type Query { m: Media }',
);
const rename = (path: string[], renameKeyTo: string): FetchDataRewrite => ({ kind: 'KeyRenamer', path, renameKeyTo });

test.each<[string, FetchDataRewrite, unknown, unknown]>([
  [
    'a value is set under its type',
    { kind: 'ValueSetter', path: ['... on Book', '__typename'], setValueTo: 'Media' },
    { __typename: 'Book' },
    { __typename: 'Media' },
  ],
  [
    'another type is left alone',
    { kind: 'ValueSetter', path: ['... on Book', '__typename'], setValueTo: 'Media' },
    { __typename: 'Film' },
    { __typename: 'Film' },
  ],
  ['a key is renamed', rename(['a__alias'], 'a'), { a__alias: 1 }, { a: 1 }],
  ['falsy values too', rename(['a__alias'], 'a'), { a__alias: 0 }, { a: 0 }],
  ['an absent key stays absent', rename(['a__alias'], 'a'), { b: 1 }, { b: 1 }],
  [
    'through lists and types',
    rename(['m', '... on Film', 'a__alias'], 'a'),
    { m: [{ __typename: 'Film', a__alias: 1 }, { __typename: 'Book', a__alias: 2 }, null] },
    { m: [{ __typename: 'Film', a: 1 }, { __typename: 'Book', a__alias: 2 }, null] },
  ],
  [
    'an interface takes what implements it',
    rename(['... on Media', 'a__alias'], 'a'),
    { __typename: 'Film', a__alias: 1 },
    { __typename: 'Film', a: 1 },
  ],
  ['an unknown type counts as any', rename(['... on Film', 'a__alias'], 'a'), { a__alias: 1 }, { a: 1 }],
  ['never onto a prototype', rename(['a__alias'], '__proto__'), { a__alias: { polluted: 1 } }, JSON.parse('{"__proto__":{"polluted":1}}')],
])('%s', (_, rewrite, value, expected) => {
  compileRewrites(schema, [rewrite])?.(value);
  expect(JSON.stringify(value)).toBe(JSON.stringify(expected));
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test('no rewrites cost nothing', () => expect(compileRewrites(schema, [])).toBeNull());
