// Hostile operations, on HTTP and WebSocket alike: refused by name of the limit, before planning, with little work.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeToyEngine, type ToyEngine } from '../toys/engine.ts';
import { ask, startToyGraph, type ToyGraph } from '../toys/graph.ts';
import { openRaw, type Frame } from '../toys/raw-socket.ts';
import { shop } from '../toys/shop.ts';
import { validateOperation } from './validate-operation.ts';

const times = (count: number, make: (n: number) => string) => Array.from({ length: count }, (_, n) => make(n)).join(' ');
const nested = (field: string, depth: number, leaf = 'id') => `${`${field} { `.repeat(depth)}${leaf}${' }'.repeat(depth)}`;
const bomb = (power: number) =>
  `{ product(id: "p1") { ...F0 } } ${times(power, (n) => `fragment F${n} on Product { ...F${n + 1} ...F${n + 1} }`)} fragment F${power} on Product { id }`;

const attacks: [string, string, string][] = [
  ...[10, 14, 18, 20, 22, 24].map((power): [string, string, string] => [`a fragment bomb of 2^${power}`, bomb(power), 'selections']),
  ['10,000 aliases', `{ product(id: "p1") { ${times(10_000, (n) => `a${n}: id`)} } }`, 'tokens'],
  ['100 aliases', `{ ${times(100, (n) => `a${n}: __typename`)} }`, 'aliases'],
  ['16 aliases behind fragments', `{ ...F ...F } fragment F on Query { ${times(8, (n) => `a${n}: __typename`)} }`, 'aliases'],
  ['depth 2,000', `{ product(id: "p1") { ${nested('maker', 2_000)} } }`, 'tokens'],
  ['depth 300', `{ product(id: "p1") { ${nested('boss', 300)} } }`, 'depth'],
  [
    'depth 9 behind fragments',
    `{ product(id: "p1") { maker { ...B } } } fragment B on Maker { ${nested('boss', 3, '...C')} } fragment C on Maker { ${nested('boss', 4)} }`,
    'depth',
  ],
  [
    'a depth in a fragment named __schema',
    `{ ...__schema } fragment __schema on Query { product(id: "p1") { maker { ${nested('boss', 9)} } } }`,
    'depth',
  ],
  ['11 root fields', `{ ${times(11, () => '__typename')} }`, 'rootFields'],
  ['root fields behind fragments', `{ ...F ...F ...F } fragment F on Query { ${times(4, () => '__typename')} }`, 'rootFields'],
  ['many directives', `{ __typename ${times(200, () => '@skip(if: false)')} }`, 'directives'],
  ['unknown directives', `{ __typename ${times(300, () => '@nothing')} }`, 'directives'],
  ['one field 1,900 times', `{ product(id: "p1") { ${times(1_900, () => 'id')} } }`, 'selections'],
  ['one field 2,500 times', `{ product(id: "p1") { ${times(2_500, () => 'id')} } }`, 'tokens'],
  ['a list of lists of lists', '{ products(first: 500) { similar { similar { id } } } }', 'cost'],
  ['a huge page', '{ products(first: 2000000000) { id } }', 'cost'],
  ['nested literals', `{ wish(wish: { name: ${'['.repeat(500)}${']'.repeat(500)} }) }`, 'valueDepth'],
  ['circular introspection', '{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }', 'introspectionLists'],
  ['deep introspection', `{ __type(name: "Query") { ${nested('ofType', 60, 'name')} } }`, 'introspectionDepth'],
];

const invalid: [string, string][] = [
  ['a fragment of itself', '{ product(id: "p1") { ...F } } fragment F on Product { maker { ...G } } fragment G on Maker { boss { ...G } }'],
  [
    'fragments in a ring of 100',
    `{ product(id: "p1") { ...F0 } } ${times(100, (n) => `fragment F${n} on Product { ...F${(n + 1) % 100} }`)}`,
  ],
  ['a cyclic fragment that is not used', '{ __typename } fragment F on Product { ...F }'],
  ['a huge text', `{ product(id: "${'x'.repeat(200_000)}") { nothing } }`],
  ['a huge number', `{ products(first: ${'9'.repeat(100_000)}) { id } }`],
  ['a huge name', `{ ${'x'.repeat(200_000)} }`],
  ['an empty document', ''],
  ['comments only', '#'.repeat(200_000)],
  ['a type system', 'type Query { a: Int }'],
  ['1,000 undefined variables', `{ products(first: $a) { ${times(900, () => 'id')} } }`],
  ['undefined fragments', `{ ${times(500, (n) => `...F${n}`)} }`],
];

describe('at the door', () => {
  let engine: ToyEngine;
  beforeAll(async () => {
    engine = await makeToyEngine(shop);
    for (const [, query] of attacks) verdictOn(query); // code that is not compiled yet says nothing of the work
  });
  const verdictOn = (query: string, variables = {}) =>
    validateOperation(engine.gate, { query, operationName: undefined, variables }, null, new Set(['query']));
  /** 20 ms of event loop is the promise; a busy machine gets ten times as much before the test calls it broken. */
  const generousMs = 1_000;

  test.each(attacks)('%s', (_, query, limit) => {
    const startedAt = performance.now();
    const verdict = verdictOn(query);
    expect(performance.now() - startedAt).toBeLessThan(generousMs);
    expect(verdict).toMatchObject({
      refusals: expect.arrayContaining([
        expect.objectContaining({ code: 'LIMIT_EXCEEDED', limit: { limit, value: expect.any(Number), maximum: expect.any(Number) } }),
      ]),
    });
    expect(engine.asked).toEqual([]);
  });

  test.each(invalid)('%s', (_, query) => {
    const startedAt = performance.now();
    const verdict = verdictOn(query);
    expect(performance.now() - startedAt).toBeLessThan(generousMs);
    expect(verdict).toMatchObject({ refusals: expect.arrayContaining([expect.objectContaining({ code: 'BAD_USER_INPUT' })]) });
  });

  test('a variable that is nested too deep, or asks for too much', () => {
    const deep = JSON.parse('{"name":'.repeat(50) + '1' + '}'.repeat(50)) as object;
    expect(verdictOn('query ($w: Wish) { wish(wish: $w) }', { w: deep })).toMatchObject({ refusals: [{ limit: { limit: 'valueDepth' } }] });
    expect(verdictOn('query ($n: Int) { products(first: $n) { id } }', { n: 20_000 })).toMatchObject({
      refusals: [{ limit: { limit: 'cost', value: 20_000, maximum: 10_000 } }],
    });
  });

  test('nothing refused is kept, and what is kept stays within its bytes', () => {
    const before = engine.gate.cache.size();
    for (const [, query] of attacks) verdictOn(query);
    expect(engine.gate.cache.size()).toBe(before);
    for (let n = 0; n < 1_000; n++) verdictOn(`{ product(id: "${n}") { id } }`);
    expect(engine.gate.cache.bytes()).toBeLessThanOrEqual(10_000_000);
  });

  test('any text is answered: a verdict, never a throw', () => {
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
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const verdict = verdictOn(pieces.join(' '));
        expect('refusals' in verdict || verdict.operation.kind === 'query').toBe(true);
      }),
      { numRuns: 2_000, seed: 11 },
    );
  });

  test('what clients really send is let in', () => {
    for (const query of [
      '{ products(first: 100) { id name maker { name country { name } } reviews { text stars } } }',
      'query A($id: ID!) { product(id: $id) { ...P } } fragment P on Product { id name }',
    ])
      expect(verdictOn(query, { id: 'p1' })).toHaveProperty('operation');
  });
});

describe('on every transport', () => {
  let graph: ToyGraph;
  beforeAll(async () => {
    graph = await startToyGraph([
      ...shop,
      { name: 'live', sdl: 'type Query { live: Int @scope(needs: []) } type Subscription { never: Int @scope(needs: []) }', resolvers: {} },
    ]);
  });
  afterAll(() => graph.stop());

  test('HTTP and WebSocket refuse alike, and a normal query beside them is served', async () => {
    const raw = await openRaw(graph.gateway.url);
    raw.send({ type: 'connection_init' });
    await raw.next();
    for (const [index, [, query, limit]] of attacks.entries()) {
      const [http, normal] = await Promise.all([ask(graph.gateway, query), ask(graph.gateway, '{ product(id: "p1") { name } }')]);
      expect(http.errors?.map(({ extensions }) => extensions.limit)).toContain(limit);
      expect(normal).toEqual({ data: { product: { name: 'Lamp' } } });
      if (query.length > 60_000) continue; // a frame that large closes the socket
      raw.send({ id: String(index), type: 'subscribe', payload: { query } });
      const { payload } = (await raw.next()) as Frame & { payload: { extensions: Record<string, unknown> }[] };
      expect(payload.map(({ extensions }) => extensions.limit ?? extensions.code)).toContain(limit === 'cost' ? 'BAD_USER_INPUT' : limit);
    }
    raw.socket.close();
  });
});
