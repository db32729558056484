import { expect, test } from 'vitest';
import { entriesOfClose, entriesOfInvoice, entriesOfReversal } from './entries.ts';

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

const close = (purchasedCents: bigint, resoldCents: bigint, imbalanceCents: bigint) => entriesOfClose({ id: 'm', month: '2026-10-01', purchasedCents, resoldCents, imbalanceCents });

test.each([
  ['bought energy is owed', [1000n, 0n, 0n], [['3200', 1000n, 0n], ['0970', 0n, 1000n]]],
  ['what was sold back is due to us', [0n, 300n, 0n], [['8200', 0n, 300n], ['1500', 300n, 0n]]],
  ['imbalance to pay is owed', [0n, 0n, 45n], [['3800', 45n, 0n], ['0970', 0n, 45n]]],
  ['imbalance to receive is due to us', [0n, 0n, -4n], [['3800', 0n, 4n], ['1500', 4n, 0n]]],
  ['energy bought at a negative price is due to us', [-7n, 0n, 0n], [['3200', 0n, 7n], ['1500', 7n, 0n]]],
  ['nothing', [0n, 0n, 0n], []],
] as const)('a month closed: %s', (_, [purchased, resold, imbalance], booked) => {
  expect(close(purchased, resold, imbalance).map((entry) => [entry.account, entry.debitCents, entry.creditCents])).toEqual(booked);
});

test('a reversal takes back each entry and balances', () => {
  const booked = close(1000n, 300n, -4n);
  const back = entriesOfReversal(booked, 'r');
  expect(back.map(({ account, debitCents, creditCents }) => [account, creditCents, debitCents])).toEqual(booked.map(({ account, debitCents, creditCents }) => [account, debitCents, creditCents]));
  expect(back.every((entry) => entry.documentId === 'r' && entry.documentType === 'PROFIT_LOSS_REVERSAL' && entry.fiscalMonth === '2026-10-01')).toBe(true);
  expect(back.reduce((sum, entry) => sum + entry.debitCents - entry.creditCents, 0n)).toBe(0n);
});
