// A variable with a default may stand where null may not; the null itself may not.
import { beforeAll, expect, test } from 'vitest';
import { makeToyEngine, type ToyEngine } from '../toys/engine.ts';
import { shop } from '../toys/shop.ts';
import { validateOperation } from '../limits/validate-operation.ts';
import type { Fields } from './own.ts';

let engine: ToyEngine;
beforeAll(async () => {
  engine = await makeToyEngine(shop);
});
const verdictOn = (query: string, variables: Fields) => validateOperation(engine.gate, { query, operationName: undefined, variables }, { actor: null }, new Set(['query']));

const cases: readonly [string, string][] = [
  ['@include on a field', 'query ($v: Boolean = true) { product(id: "p1") { id name @include(if: $v) } }'],
  ['@skip on a field', 'query ($v: Boolean = false) { product(id: "p1") { id name @skip(if: $v) } }'],
  ['at the root', 'query ($v: Boolean = true) { makers { id } product(id: "p1") @include(if: $v) { name } }'],
  ['on an inline fragment', 'query ($v: Boolean = true) { product(id: "p1") { id ... @include(if: $v) { name } } }'],
  ['in a fragment of a fragment', 'query ($v: Boolean = true) { product(id: "p1") { id ...A } } fragment A on Product { ...B } fragment B on Product { name @include(if: $v) }'],
];

test.each(cases)('null for a condition is refused and named: %s', async (_, query) => {
  expect(await verdictOn(query, { v: null })).toEqual({
    refusals: [{ code: 'BAD_USER_INPUT', message: 'Variable "$v" must not be null: @skip and @include need true or false.' }],
  });
  expect((await engine.run(query)).data).toMatchObject({ product: { name: 'Lamp' } });
  const included = !query.includes('@skip');
  expect((await engine.run(query, { v: included })).data).toMatchObject({ product: { name: 'Lamp' } });
  expect(JSON.stringify((await engine.run(query, { v: !included })).data)).not.toContain('Lamp');
});

test('null is let through where it may stand, and where another operation of the document decides by it', async () => {
  expect((await engine.run('query ($v: Boolean = true, $first: Int = 2) { products(first: 1) { id @include(if: $v) } wish(wish: { name: "x", depth: $first }) }', { first: null })).refused).toBeUndefined();
  const two = 'query A($v: Boolean = true) { product(id: "p1") { ...F } } fragment F on Product { id @include(if: $v) } query B($v: Int = 1) { products(first: $v) { id } }';
  expect(await validateOperation(engine.gate, { query: two, operationName: 'B', variables: { v: null } }, { actor: null }, new Set(['query']))).toHaveProperty('operation');
});
