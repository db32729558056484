import { expect, test } from 'vitest';
import { makeOperationCache } from './operation-cache.ts';

test('never holds more bytes than it may', () => {
  const cache = makeOperationCache<number>(10_000);
  for (let n = 0; n < 1_000; n++) {
    cache.set(`key-${n}`, n, 100);
    if (n % 3 === 0) cache.get(`key-${n}`);
    expect(cache.bytes()).toBeLessThanOrEqual(10_000);
  }
});

test('a flood of what comes once does not drive out what is used', () => {
  const cache = makeOperationCache<string>(10_000);
  cache.set('hot', 'value', 100);
  expect(cache.get('hot')).toBe('value');
  for (let n = 0; n < 10_000; n++) cache.set(`flood-${n}`, 'x', 100);
  expect(cache.get('hot')).toBe('value');
});

test('what is too large is not kept, what is set anew is not counted twice', () => {
  const cache = makeOperationCache<string>(1_000);
  cache.set('huge', 'x', 5_000);
  expect([cache.get('huge'), cache.bytes()]).toEqual([undefined, 0]);
  cache.set('a', '1', 50);
  cache.set('a', '2', 50);
  expect([cache.get('a'), cache.size()]).toEqual(['2', 1]);
});
