import fc from 'fast-check';
import { buildSchema, OverlappingFieldsCanBeMergedRule, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { overlappingFieldsRule } from './overlapping-fields.ts';

const schema = buildSchema(`
  interface Pet { name: String friend(n: Int): Pet age: Int }
  type Dog implements Pet { name: String friend(n: Int): Pet age: Int! barks(loud: Boolean): Boolean owner: Person }
  type Cat implements Pet { name: String friend(n: Int): Pet age: Int meows: Boolean owner: Person }
  type Person { name: String! pets: [Pet!] dog: Dog }
  union Being = Dog | Cat | Person
  type Query { pet(id: Int): Pet dog: Dog cat: Cat being: Being person: Person pets: [Pet] }`);

const ours = (text: string, limit = 100_000) => validate(schema, parse(text), [overlappingFieldsRule(limit)]).length > 0;
const theirs = (text: string) => validate(schema, parse(text), [OverlappingFieldsCanBeMergedRule]).length > 0;

describe('says the same as graphql-js', () => {
  test.each([
    '{ dog { name name } }',
    '{ dog { name: barks name } }',
    '{ a: dog { name } a: cat { name } }',
    '{ pet(id: 1) { name } pet(id: 2) { name } }',
    '{ pet(id: 1) { name } pet(id: 1) { age } }',
    '{ pet { friend(n: 1) { name } } pet { friend(n: 2) { name } } }',
    '{ being { ... on Dog { x: name } ... on Cat { x: meows } } }',
    '{ being { ... on Dog { x: barks(loud: true) } ... on Dog { x: barks } } }',
    '{ being { ... on Dog { x: barks } ... on Cat { x: meows } } }',
    '{ being { ... on Dog { x: age } ... on Cat { x: age } } }',
    '{ being { ... on Dog { o: owner { n: name } } ... on Cat { o: owner { n: pets { name } } } } }',
    '{ pet { ... on Dog { x: name } x: age } }',
    '{ pets { name } pets { name: age } }',
    '{ ...A ...B } fragment A on Query { d: dog { n: name } } fragment B on Query { d: dog { n: owner { name } } }',
    '{ ...A } fragment A on Query { dog { ...D } } fragment D on Dog { owner { dog { ...E } } } fragment E on Dog { name }',
    '{ dog { nothing } dog { nothing: name } }',
  ])('%s', (text) => expect(ours(text)).toBe(theirs(text)));

  test('for any selections', () => {
    const field = fc.constantFrom(
      'name',
      'age',
      'x: name',
      'x: age',
      'friend',
      'friend(n: 1)',
      'x: friend(n: 2)',
      'barks',
      'x: barks(loud: true)',
      'x: meows',
      'owner',
      'o: owner',
    );
    const { selections } = fc.letrec<{ selections: string }>((tie) => ({
      selections: fc
        .array(
          fc.oneof(
            { depthSize: 'small' },
            field.filter((text) => !/friend|owner/.test(text)),
            fc
              .tuple(
                field.filter((text) => /friend|owner/.test(text)),
                tie('selections'),
              )
              .map(([text, below]) => `${text} ${below}`),
            fc.tuple(fc.constantFrom('Dog', 'Cat', 'Pet'), tie('selections')).map(([type, below]) => `... on ${type} ${below}`),
          ),
          { minLength: 1, maxLength: 4 },
        )
        .map((texts) => `{ ${texts.join(' ')} }`),
    }));
    fc.assert(
      fc.property(selections, (text) => ours(`{ pet ${text} }`) === theirs(`{ pet ${text} }`)),
      { numRuns: 500, seed: 7 },
    );
  });
});

test.each<[string, string]>([
  ['one field a thousand times', `{ ${'dog { name } '.repeat(500)} }`],
  ['the same below the same', `{ ${`pet { ${'friend { name } '.repeat(30)} } `.repeat(30)} }`],
  ['types beside each other at every depth', `{ pet ${nest(6)} }`],
])('%s stays within the limit of comparisons or is refused', (_, text) => {
  let refused = false;
  try {
    ours(text, 50_000);
  } catch (error) {
    refused = (error as { comparisons?: number }).comparisons === 50_001;
    expect(refused).toBe(true);
  }
});

function nest(depth: number): string {
  return depth === 0
    ? '{ name }'
    : `{ friend ${nest(depth - 1)} ... on Dog { friend ${depth > 3 ? nest(depth - 2) : '{ name }'} } ... on Cat { friend { name } } }`;
}
