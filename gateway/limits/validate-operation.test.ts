// The door itself, without a transport; hostile operations by every transport are in ../attacks.
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { ATTACKS, QUERY } from '../attacks/operations.ts';
import { makeToyEngine, type ToyEngine } from '../toys/engine.ts';
import { shop } from '../toys/shop.ts';
import { validateOperation } from './validate-operation.ts';

let engine: ToyEngine;
beforeAll(async () => {
  engine = await makeToyEngine(shop);
});
const verdictOn = (query: string, variables = {}) =>
  validateOperation(engine.gate, { query, operationName: undefined, variables }, { actor: null }, new Set(['query']));

test('what no variables can mend is not kept, and what is kept stays within its bytes', async () => {
  const hopeless = ATTACKS.filter(({ refusedBy, document }) => refusedBy !== 'cost' && !document(QUERY).includes('$'));
  for (const { document } of hopeless) await verdictOn(document(QUERY));
  expect(engine.gate.cache.size()).toBe(0);
  for (let n = 0; n < 100; n++) await verdictOn(`{ product(id: "${n}") { id } }`);
  expect(engine.gate.cache.bytes()).toBeLessThanOrEqual(10_000_000);
}, 60_000);

test('S11: any text is answered: a verdict, never a throw', async () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '(',
    ')',
    '...',
    'on',
    'Product',
    'fragment',
    'F',
    'query',
    'mutation',
    'subscription',
    '$x',
    ':',
    '!',
    '[',
    ']',
    '"',
    '"""',
    '@skip',
    '@include',
    '(if: true)',
    'product(id: "p1")',
    'products',
    'id',
    'maker',
    '__schema',
    '__typename',
    '__proto__',
    'constructor',
    '1',
    '-',
    '=',
    '\ud800',
    '#',
    '\n',
    '&',
    '|',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 60 }), async (pieces) => {
      const verdict = await verdictOn(pieces.join(' '));
      expect('refusals' in verdict || verdict.operation.kind === 'query').toBe(true);
    }),
    { numRuns: 2_000, seed: 11 },
  );
});

test('what clients really send is let in', async () => {
  for (const query of [
    '{ products(first: 100) { id name maker { name country { name } } reviews { text stars } } }',
    'query A($id: ID!) { product(id: $id) { ...P } } fragment P on Product { id name }',
  ])
    expect(await verdictOn(query, { id: 'p1' })).toHaveProperty('operation');
});
