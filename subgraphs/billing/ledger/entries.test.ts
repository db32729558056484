import { expect, test } from 'vitest';
import { entriesOfInvoice } from './entries.ts';

const entries = (netCents: bigint, vatCents: bigint) =>
  entriesOfInvoice({ id: 'i', customerId: 'c', issuedOn: '2026-11-21', netCents, vatCents, grossCents: netCents + vatCents }).map((entry) => [entry.account, entry.debitCents, entry.creditCents]);

test.each([
  ['a charge', 1000n, 190n, [['1400', 1190n, 0n], ['8400', 0n, 1000n], ['1776', 0n, 190n]]],
  ['a credit balance', -1000n, -190n, [['1400', 0n, 1190n], ['8400', 1000n, 0n], ['1776', 190n, 0n]]],
  ['a charge without VAT', 1000n, 0n, [['1400', 1000n, 0n], ['8400', 0n, 1000n]]],
  ['nothing', 0n, 0n, []],
])('%s is booked on both sides', (_, net, vat, booked) => {
  expect(entries(net, vat)).toEqual(booked);
});
