import { expect, test } from 'vitest';
import { unstorableRefused, placeOfUnstorable, shortened } from './told.ts';

test.each([
  ['A short "value" stays.', 'A short "value" stays.'],
  [`Expected "DateTime", found "${'a b'.repeat(50)}"; no instant`, `Expected "DateTime", found "${'a b'.repeat(50).slice(0, 100)}…"; no instant`],
  [`SafeInt cannot represent ${'9'.repeat(5_000)}.`, `SafeInt cannot represent ${'9'.repeat(100)}….`],
  [`an escaped quote "${'\\"'.repeat(80)}" too`, `an escaped quote "${'\\"'.repeat(50)}…" too`],
  [`a line "${'\\\n '.repeat(80)}" too`, `a line "${'\\\n '.repeat(80).slice(0, 100)}…" too`],
  [`5" that nothing closes, ${'and more '.repeat(20)}`, `5" that nothing closes, ${'and more '.repeat(20)}`],
])('%s', (message, told) => expect(shortened(message)).toBe(told));

test('a message stays short whatever is in it', () => expect(shortened('a b '.repeat(100_000)).length).toBe(601));

test.each([
  ['escaped quotes that nothing closes', `"${'\\"'.repeat(100_000)}\\`],
  ['quotes', '"'.repeat(200_001)],
  ['words just short enough', `${'x'.repeat(100)} `.repeat(2_000)],
])('a hostile message is looked through once: %s', (_, message) => {
  const startedAt = performance.now();
  expect(shortened(message).length).toBeLessThanOrEqual(601);
  expect(performance.now() - startedAt).toBeLessThan(2_000); // far more than it takes: from every quote anew it would be minutes
});

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
