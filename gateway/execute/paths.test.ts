import { expect, test } from 'vitest';
import { compileFlatten, placesOf } from './paths.ts';

const a = { n: 'a' };
const b = { n: 'b' };

test.each<[string, unknown, (string | number)[], unknown[]]>([
  ['the root', a, [], [a]],
  ['a field', { x: a }, ['x'], [a]],
  ['a missing field', {}, ['x'], []],
  ['null on the way', { x: null }, ['x', 'y'], []],
  ['every element', { x: [a, b] }, ['x', '@'], [a, b]],
  ['nulls between', { x: [null, a, null] }, ['x', '@'], [a]],
  ['an empty list', { x: [] }, ['x', '@'], []],
  ['lists in lists', { x: [[a], [], [null, b]] }, ['x', '@', '@'], [a, b]],
  ['a field below a list', { x: [{ y: a }, { y: null }, {}] }, ['x', '@', 'y'], [a]],
  ['a list where the path says nothing of it', { x: [a, b] }, ['x'], [a, b]],
  ['a scalar is no place', { x: 1 }, ['x'], []],
  ['inherited names', {}, ['constructor'], []],
])('%s', (_, data, path, expected) => {
  expect(compileFlatten(path)(data)).toEqual(expected);
});

test('an object that stands in two places has two paths', () => {
  const places = placesOf({ x: [{ y: a }, null, { y: a }, { y: b }] }, ['x', '@', 'y'], new Set([a]));
  expect(places.get(a)).toEqual([
    ['x', 0, 'y'],
    ['x', 2, 'y'],
  ]);
  expect(places.has(b)).toBe(false);
});
