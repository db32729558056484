import { expect, test } from 'vitest';
import { reasonOf } from '@stromgraph/kernel/market-ids';
import { maskIban, parseIban } from './iban.ts';

test.each([
  ['DE89370400440532013000', 'DE89370400440532013000'],
  ['de02 1203 0000 0000 2020 51', 'DE02120300000000202051'],
  ['DE02500105170137075030', 'DE02500105170137075030'],
  ['DE02100500000054540402', 'DE02100500000054540402'],
  ['AT611904300234573201', 'AT611904300234573201'],
])('%s is read as %s', (text, iban) => expect(parseIban(text)).toBe(iban));

test.each([
  ['DE89370400440532013001', 'CHECKDIGIT'],
  ['DE00370400440532013000', 'CHECKDIGIT'],
  ['DE8937040044053201300', 'LENGTH'],
  ['XX89370400440532013000', 'TYPE'],
  ['DE8937040044053201300X', 'CHARSET'],
])('%s is refused: %s', (text, reason) => expect(reasonOf(parseIban(text))).toBe(reason));

test('four digits are shown', () => expect(maskIban('DE89370400440532013000')).toBe('DE** **** 3000'));
