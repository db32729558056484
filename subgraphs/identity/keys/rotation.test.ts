import { expect, test } from 'vitest';
import { isListed, LISTED_AFTER_MS, nextStep, PUBLISHED_FIRST_MS, type KeyAge } from './rotation.ts';

const start = new Date('2026-06-01T10:00:00Z');
const after = (ms: number) => new Date(start.getTime() + ms);
const next: KeyAge = { id: 'b', status: 'NEXT', createdAt: start, retiredAt: null };

test.each([
  ['no key at all', [], 0, 'BEGIN'],
  ['a next key that nobody may have fetched yet', [next], PUBLISHED_FIRST_MS - 1, 'TOO_EARLY'],
  ['a next key that everybody has', [next], PUBLISHED_FIRST_MS, 'ROTATE'],
] as const)('%s', (_, keys, ms, step) => {
  expect(nextStep(keys, after(ms))).toBe(step);
});

test('a retired key is listed longer than its last token lives', () => {
  expect(isListed({ retiredAt: null }, after(1e12))).toBe(true);
  expect(isListed({ retiredAt: start }, after(LISTED_AFTER_MS - 1))).toBe(true);
  expect(isListed({ retiredAt: start }, after(LISTED_AFTER_MS))).toBe(false);
});
