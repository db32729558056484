import { expect, test } from 'vitest';
import { KINDS } from './format.ts';

const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');

test.each([
  ['MONEY', '123456', 'de-DE', '1.234,56 €'],
  ['MONEY', '123456', 'en-US', '€1,234.56'],
  ['MONEY', '-5', 'de-DE', '-0,05 €'],
  ['MONEY', '1234567890123456789', 'de-DE', '12.345.678.901.234.567,89 €'],
  ['ENERGY', '3500499', 'de-DE', '3.500,499 kWh'],
  ['ENERGY', '3500000', 'en-US', '3,500 kWh'],
  ['DAY', '2026-12-01', 'de-DE', '1. Dezember 2026'],
  ['DAY', '2026-12-01', 'en-US', 'December 1, 2026'],
  ['INSTANT', '2026-10-25T00:30:00Z', 'de-DE', '25. Oktober 2026 um 02:30'],
  ['NUMBER', '27.50', 'de-DE', '27,5'],
  ['NUMBER', 1234.5, 'en-US', '1,234.5'],
  ['TEXT', 'Grüße', 'de-DE', 'Grüße'],
] as const)('%s %s in %s is «%s»', (kind, value, locale, written) => expect(plain(KINDS[kind].write(value, locale))).toBe(written));

test.each([
  ['MONEY', '12.50', false], ['MONEY', 2 ** 53, false], ['MONEY', 100, true], ['MONEY', '1e3', false],
  ['DAY', '2026-02-30', false], ['DAY', '2026-02-28', true], ['INSTANT', '2026-02-28T10:00:00', false], ['INSTANT', '2026-02-28T10:00:00+01:00', true],
  ['NUMBER', '1,5', false], ['NUMBER', Number.NaN, false], ['TEXT', 5, false], ['TEXT', 'x'.repeat(5_001), false], ['ENERGY', 0.5, false],
] as const)('%s takes %s: %s', (kind, value, takes) => expect(KINDS[kind].is(value)).toBe(takes));
