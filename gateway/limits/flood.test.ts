// Documents that come once: 20,000 of them cost no memory that stays, and nothing of those that are in use.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, expect, test } from 'vitest';
import { makeToyEngine, type ToyEngine } from '../toys/engine.ts';
import { shop } from '../toys/shop.ts';
import { validateOperation, type Accepted, type Verdict } from './validate-operation.ts';

const FLOOD = 20_000;
const PLANNED_EVERY = 40;
const HOT_EVERY = 50;
/** What the heap may differ by for reasons of its own. */
const NOISE_BYTES = 4_000_000;

const hot = Array.from({ length: 20 }, (_, n) => `query Hot${n} { products(first: ${n + 1}) { id name maker { name } } }`);

let engine: ToyEngine;
beforeAll(async () => {
  engine = await makeToyEngine(shop);
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

const verdictOn = (query: string) => validateOperation(engine.gate, { query, operationName: undefined, variables: {} }, { actor: null }, new Set(['query']));

async function accepted(verdict: Verdict | Promise<Verdict>): Promise<Accepted> {
  const settled = await verdict;
  if ('refusals' in settled) throw new Error(settled.refusals[0]?.message);
  return settled;
}

/** Most of a flood needs no plan; every document is another one. */
const once = (n: number) => (n % PLANNED_EVERY === 0 ? `{ product(id: "${n}") { id } }` : `{ __typename } # ${n} ${'x'.repeat(n % 500)}`);

test(`${FLOOD} documents that come once neither stay nor drive out the hot ones`, async () => {
  const { cache } = engine.gate;
  for (let n = 0; n < 500; n++) await accepted(verdictOn(`{ __typename } # before ${n}`)); // code is compiled, shapes are made
  const operations = await Promise.all(hot.map(async (query) => (await accepted(verdictOn(query))).operation));
  for (const query of hot) await accepted(verdictOn(query));
  const before = { heap: heapBytes() - cache.bytes(), asked: cache.asked() };
  let asked = 0;
  let most = 0;
  let quarter = 0;
  for (let n = 0; n < FLOOD; n++) {
    await accepted(verdictOn(once(n)));
    most = Math.max(most, cache.bytes());
    if (n === FLOOD / 4) quarter = heapBytes();
    if (n % HOT_EVERY !== 0) continue;
    const one = asked++ % hot.length;
    const verdict = verdictOn(hot[one]!);
    expect(verdict).not.toBeInstanceOf(Promise); // a look-up, however full the cache
    expect((await accepted(verdict)).operation).toBe(operations[one]);
  }
  const { hits, misses } = cache.asked();
  expect([hits - before.asked.hits, misses - before.asked.misses]).toEqual([FLOOD / HOT_EVERY, FLOOD]);
  expect(most).toBeLessThanOrEqual(10_000_000);
  const heap = heapBytes();
  expect(heap - quarter).toBeLessThan(NOISE_BYTES); // full since the first quarter: nothing grows any more
  expect(heap - before.heap).toBeLessThan(cache.bytes() + NOISE_BYTES); // what is reckoned is what is taken
}, 300_000);
