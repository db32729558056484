// However many errors there are, an answer tells a hundred and counts the others, and the log has a few lines of it.
import { makeLog } from '@stromgraph/kernel/log';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeToyEngine, type ToyEngine } from '../toys/engine.ts';
import { ask, startToyGraph, type ToyGraph } from '../toys/graph.ts';
import { shop } from '../toys/shop.ts';
import type { Fields } from './own.ts';
import { MAX_ERRORS, type RunError } from './run.ts';

const MANY = 100_000;
const errorsAt = (path: (index: number) => unknown[], count = MANY) => Array.from({ length: count }, (_, index) => ({ message: 'x', path: path(index), extensions: { code: 'FORBIDDEN' } }));
const lamps = (count: number, name: string | null) => Array.from({ length: count }, (_, index) => ({ __typename: 'Product', id: `p${index}`, name, tags: name === null ? Array(3).fill(null) : ['a'] }));

describe('the engine', () => {
  let engine: ToyEngine;
  beforeAll(async () => {
    engine = await makeToyEngine(shop);
  });
  const last = (errors: readonly RunError[]) => [errors.length, errors.at(-1)?.message, errors.at(-1)?.path];

  test.each<[string, number, string | undefined]>([
    ['as many as are told', MAX_ERRORS, undefined],
    ['one more', MAX_ERRORS + 1, 'There are 1 more errors.'],
    ['many', MANY, `There are ${MANY - MAX_ERRORS} more errors.`],
  ])('%s, of a root fetch', async (_, count, told) => {
    const { data, errors } = await engine.run('{ products { name } }', {}, () => ({ data: { products: lamps(2, 'Lamp') }, errors: errorsAt((n) => ['products', n % 2, 'name'], count) }));
    expect(data).toEqual({ products: [{ name: 'Lamp' }, { name: 'Lamp' }] });
    if (told) expect(last(errors)).toEqual([MAX_ERRORS + 1, told, undefined]);
    else expect(last(errors)).toEqual([MAX_ERRORS, 'x', ['products', 1, 'name']]);
  });

  test('of fetches one after the other, and of the places of an entity', async () => {
    const { data, errors } = await engine.run('{ products { name reviews { text } } }', {}, ({ service }, { data: given }) => ({
      data: given,
      errors: service === 'catalog' ? errorsAt(() => ['products', 0, 'name'], 60) : errorsAt((n) => ['_entities', n % 3, 'reviews']),
    }));
    expect(data).toHaveProperty('products.length', 3);
    expect(last(errors)).toEqual([MAX_ERRORS + 1, `There are ${60 + MANY - MAX_ERRORS} more errors.`, undefined]);
    expect(errors[60]).toMatchObject({ path: ['products', 0, 'reviews'], service: 'stock' });
  });

  test('of values that may not be null', async () => {
    const nulls = (count: number) => ({ data: { product: { __typename: 'Product', id: 'p1', similar: [lamps(count, null)] } } });
    const { data, errors } = await engine.run('{ product(id: "p1") { similar { name } } }', {}, () => nulls(MANY));
    expect(data).toEqual({ product: { similar: [Array(MANY).fill(null)] } });
    expect(last(errors)).toEqual([MAX_ERRORS + 1, `There are ${MANY - MAX_ERRORS} more errors.`, undefined]);
    expect(errors[7]?.path).toEqual(['product', 'similar', 0, 7, 'name']);
  });

  test('what goes away as a whole has one reason, however many there were inside', async () => {
    const { data, errors } = await engine.run('{ products { name tags } }', {}, () => ({ data: { products: [...lamps(500, 'Lamp').map((lamp): Fields => ({ ...lamp, tags: [null] })), ...lamps(1, null)] } }));
    expect([data, last(errors)]).toEqual([null, [1, 'Cannot return null for non-nullable field Product.name.', ['products', 500, 'name']]]);
  });

  test('a message of a megabyte is cut', async () => {
    const { errors } = await engine.run('{ product(id: "p1") { id } }', {}, () => ({ data: { product: null }, errors: [{ message: 'x'.repeat(1_000_000) }] }));
    expect(errors.map(({ message }) => message.length)).toEqual([2_000]);
  });
});

describe('through the gateway', () => {
  const lines: Fields[] = [];
  let graph: ToyGraph;
  beforeAll(async () => {
    graph = await startToyGraph(shop, { log: makeLog('gateway', 'info', { write: (line) => void lines.push(JSON.parse(line) as Fields) }) });
  });
  afterAll(() => graph.stop());

  test.each<[string, string]>([
    ['masked', 'SECRET_PLACE'],
    ['told', 'FORBIDDEN'],
  ])('a flood of errors that are %s fills neither the answer nor the log', async (_, code) => {
    const errors = errorsAt((n) => ['makers', n % 2]).map((error) => ({ ...error, extensions: { code } }));
    graph.toys.makers!.misbehave((_text, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data: { makers: [null, null] }, errors })));
    lines.length = 0;
    const answered = await ask(graph.gateway, '{ makers { id } }');
    expect(answered.errors).toHaveLength(MAX_ERRORS + 1);
    expect(answered.errors!.at(-1)).toEqual({ message: `There are ${MANY - MAX_ERRORS} more errors.`, extensions: { code: 'INTERNAL', requestId: expect.any(String) } });
    expect(JSON.stringify(answered).length).toBeLessThan(50_000);
    await expect.poll(() => lines.some(({ msg }) => msg === 'operation')).toBe(true);
    expect(lines.length).toBeLessThanOrEqual(12);
    expect(lines).toContainEqual(expect.objectContaining({ requestId: answered.errors![0]!.extensions.requestId, others: code === 'FORBIDDEN' ? MANY - MAX_ERRORS : MANY - 10 }));
  });
});
