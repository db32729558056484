import { expect, test } from 'vitest';
import { unstorableRefused, placeOfUnstorable, shortened } from './told.ts';

test.each([
  ['A short "value" stays.', 'A short "value" stays.'],
  [`Expected "DateTime", found "${'a b'.repeat(50)}"; no instant`, `Expected "DateTime", found "${'a b'.repeat(50).slice(0, 100)}…"; no instant`],
  [`SafeInt cannot represent ${'9'.repeat(5_000)}.`, `SafeInt cannot represent ${'9'.repeat(100)}….`],
  [`an escaped quote "${'\\"'.repeat(80)}" too`, `an escaped quote "${'\\"'.repeat(50)}…" too`],
])('%s', (message, told) => expect(shortened(message)).toBe(told));

test('a message stays short whatever is in it', () => expect(shortened('a b '.repeat(100_000)).length).toBe(601));

test.each<[unknown, string | null]>([
  [{ name: 'fine', list: [1, null, true, { deep: 'fine' }] }, null],
  [{ input: { lines: ['x', 'a\0b'] } }, 'variables.input.lines.1'],
  [{ input: { 'a\0': 1 } }, 'variables.input'],
  ['\0', 'variables'],
])('U+0000 in %j is at %s', (value, place) => expect(placeOfUnstorable(value, 'variables')).toBe(place));

test('a deep value is no trouble', () => {
  const deep = JSON.parse(`${'['.repeat(100_000)}"\\u0000"${']'.repeat(100_000)}`) as unknown;
  expect(placeOfUnstorable(deep, 'body')).toMatch(/^body\.0\.0/);
});

test('the refusal names place and fault', () => expect(unstorableRefused('input.name')).toBe('input.name: the character U+0000 and halves of surrogate pairs are not allowed in text.'));
