import { expect, test } from 'vitest';
import { copyOf, merge } from './merge.ts';
import type { Fields } from './own.ts';

const OBJECT_TYPES = new Set(['Book', 'Film']);

test.each<[string, Fields, Fields, Fields]>([
  ['adds keys', { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
  ['merges objects by key', { a: { x: 1 } }, { a: { y: 2 } }, { a: { x: 1, y: 2 } }],
  [
    'merges lists element by element',
    { a: [{ x: 1 }, { x: 2 }] },
    { a: [{ y: 1 }, { y: 2 }] },
    {
      a: [
        { x: 1, y: 1 },
        { x: 2, y: 2 },
      ],
    },
  ],
  ['merges lists in lists', { a: [[{ x: 1 }], []] }, { a: [[{ y: 1 }], []] }, { a: [[{ x: 1, y: 1 }], []] }],
  ['keeps an element where null comes', { a: [{ x: 1 }, null] }, { a: [null, { y: 2 }] }, { a: [{ x: 1 }, { y: 2 }] }],
  ['a null does not wipe an object', { a: { x: 1 } }, { a: null }, { a: { x: 1 } }],
  ['a scalar does not wipe an object', { a: { x: 1 } }, { a: 7 }, { a: { x: 1 } }],
  ['a list does not wipe an object', { a: { x: 1 } }, { a: [1] }, { a: { x: 1 } }],
  ['an object does not wipe a list of objects', { a: [{ x: 1 }] }, { a: { y: 1 } }, { a: [{ x: 1 }] }],
  ['a list of another length does not wipe objects', { a: [{ x: 1 }] }, { a: [{ y: 1 }, { y: 2 }] }, { a: [{ x: 1 }] }],
  ['a later scalar wins', { a: 1 }, { a: 2 }, { a: 2 }],
  ['a later list of scalars wins', { a: [1] }, { a: [1, 2] }, { a: [1, 2] }],
  ['an object replaces null', { a: null }, { a: { x: 1 } }, { a: { x: 1 } }],
  ['a concrete __typename stays', { __typename: 'Book' }, { __typename: 'Media' }, { __typename: 'Book' }],
  ['an interface name gives way', { __typename: 'Media' }, { __typename: 'Film' }, { __typename: 'Film' }],
  [
    'inherited names are names',
    {},
    { constructor: { x: 1 }, toString: 1 } as unknown as Fields,
    { constructor: { x: 1 }, toString: 1 } as unknown as Fields,
  ],
])('%s', (_, target, source, expected) => {
  merge(target, source, OBJECT_TYPES);
  expect(target).toEqual(expected);
});

test('a reply cannot reach a prototype', () => {
  const hostile = JSON.parse(
    '{"__proto__":{"polluted":1},"a":{"__proto__":{"polluted":1}},"constructor":{"prototype":{"polluted":1}}}',
  ) as Fields;
  const target: Fields = { a: {} };
  merge(target, hostile, OBJECT_TYPES);
  merge(target, copyOf(hostile) as Fields, OBJECT_TYPES);
  expect(({} as Fields).polluted).toBeUndefined();
  expect(Object.getPrototypeOf(target)).toBe(Object.prototype);
  expect(Object.getPrototypeOf(target.a)).toBe(Object.prototype);
});

test('a copy shares nothing', () => {
  const original = { a: [{ b: { c: 1 } }], d: null };
  const copy = copyOf(original) as typeof original;
  expect(copy).toEqual(original);
  expect(copy.a[0]!.b).not.toBe(original.a[0]!.b);
});
