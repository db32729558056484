import { expect, test } from 'vitest';
import { contactHash, maskIban, normalise } from './contact.ts';

test.each([
  ['email', ' Anna@Example.TEST ', 'anna@example.test'],
  ['phone', '0221 / 123-45', '+4922112345'],
  ['phone', '+49 (221) 12345', '+4922112345'],
  ['phone', '0049 221 12345', '+4922112345'],
  ['phone', '+43 1 234', '+431234'],
  ['iban', 'de02 1203 0000 0000 2020 51', 'DE02120300000000202051'],
] as const)('%s %s is kept as %s', (kind, written, kept) => {
  expect(normalise(kind, written)).toBe(kept);
});

test('a hash is the same for every spelling, and another for another kind or key', () => {
  const [key, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  expect(contactHash(key, 'phone', '0221 12345')).toEqual(contactHash(key, 'phone', '+4922112345'));
  expect(contactHash(key, 'phone', '0221 12345')).not.toEqual(contactHash(other, 'phone', '0221 12345'));
  expect(contactHash(key, 'phone', '+491')).not.toEqual(contactHash(key, 'email', '+491'));
});

test('an IBAN is shown by its ends', () => {
  expect(maskIban('DE02120300000000202051')).toBe('DE** **** 2051');
});
