import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { depthOfVariable, measureDocument } from './measure.ts';

const bomb = (power: number) =>
  `{ ...F0 } ${Array.from({ length: power }, (_, n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`).join(' ')} fragment F${power} on Query { __typename }`;

describe('each size', () => {
  test.each<[string, string, Record<string, unknown>]>([
    ['one field', '{ a }', { depth: 1, selections: 1, aliases: 0, rootFields: 1, directives: 0 }],
    ['nested fields', '{ a { b { c } d } }', { depth: 3, selections: 4 }],
    [
      'a fragment adds no depth',
      '{ ...F } fragment F on Query { a { ...G } } fragment G on A { b }',
      { depth: 2, selections: 4, rootFields: 1 },
    ],
    ['inline fragments neither', '{ ... { ... on Query { a } } }', { depth: 1, selections: 3, rootFields: 1 }],
    [
      'aliases count wherever they are spread',
      '{ ...F ...F } fragment F on Query { x: a y: b { z: c } }',
      { aliases: 6, rootFields: 4, selections: 8 },
    ],
    ['directives on everything', 'query ($v: Int @d) @d { a @d ...F @d ... @d { b } } fragment F on Query @d { c @d }', { directives: 7 }],
    ['the largest operation counts', 'query A { a } query B { a b { c } }', { depth: 2, selections: 3, rootFields: 2 }],
    ['literals', 'query ($v: [Int] = [[[1]]]) { a(x: { y: [{ z: 1 }] }) }', { valueDepth: 3 }],
    [
      'introspection has a depth of its own',
      '{ a { b } __schema { types { fields { type { name } } } } }',
      { depth: 2, introspectionDepth: 5, introspectionLists: 1, introspects: true },
    ],
    [
      'lists in lists of it too',
      '{ __type(name: "A") { fields { type { fields { type { interfaces { name } } } } } } }',
      { introspectionLists: 3 },
    ],
    [
      'also through fragments',
      '{ ...F } fragment F on Query { __schema { types { ...T } } } fragment T on __Type { fields { type { ...U } } } fragment U on __Type { possibleTypes { name } }',
      { introspectionLists: 2, introspects: true, depth: 0 },
    ],
    [
      'a fragment named __schema is a fragment',
      '{ ...__schema } fragment __schema on Query { a { b { c } } }',
      { depth: 3, introspects: false },
    ],
    ['__typename is not introspection', '{ __typename }', { introspects: false, depth: 1 }],
  ])('%s', (_, text, expected) => {
    expect(measureDocument(parse(text))).toMatchObject(expected);
  });
});

describe('the work stays small, whatever is spread how often', () => {
  test.each([4, 8, 12, 16, 20, 24, 100])('a bomb of 2^%i', (power) => {
    const measured = measureDocument(parse(bomb(power)));
    expect(measured.visited).toBeLessThanOrEqual(3 * power + 3);
    expect(measured.selections).toBeGreaterThanOrEqual(Math.min(2 ** power, 1_000_000_000));
  });

  test.each([
    ['a fragment of itself', '{ ...F } fragment F on Query { a ...F }'],
    ['in a ring', '{ a { ...F } } fragment F on A { b { ...G } } fragment G on A { ...H } fragment H on A { c { ...F } }'],
    ['unused', '{ a } fragment F on Query { ...G } fragment G on Query { ...F }'],
  ])('%s is found', (_, text) => {
    expect(measureDocument(parse(text)).cycle).not.toBeNull();
  });
});

test.each<[unknown, number]>([
  [1, 0],
  [null, 0],
  ['x', 0],
  [{}, 1],
  [{ a: [1] }, 2],
  [[[[]]], 3],
])('%o is %i deep', (value, depth) => {
  expect(depthOfVariable(value, 16)).toBe(depth);
});

test('endless nesting of a variable is not followed', () => {
  const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as unknown;
  expect(depthOfVariable(deep, 16)).toBeGreaterThan(16);
});
