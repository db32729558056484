import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withVat } from '../invoicing/with-vat.ts';
import { type AgreedPrice, splitByPrice } from './agreed-price.ts';
import { rateContract } from './rate-contract.ts';
import { rateFixFee } from './rate-fix-fee.ts';
import { rateFixedBonus } from './rate-bonus.ts';

const price = (validFrom: string, working: string, more: Partial<AgreedPrice> = {}): AgreedPrice => ({
  validFrom, campaignId: 'c', workingPriceCtPerKwh: working, fixFeeEurPerMonth: '10', variableBonusCtPerKwh: '0', fixedBonusEur: '0', ...more,
});

test('the worked invoice of 2026: 3,500 kWh, a price change on 1 July, 1,287.82 gross', () => {
  const parts = splitByPrice({ from: '2026-01-01', until: '2027-01-01' }, [price('2025-01-01', '27.00'), price('2026-07-01', '28.00')])!;
  const measured = parts.map((part, index) => ({ ...part, wattHours: [1_780_000n, 1_720_000n][index]! }));
  const { lines, totals } = withVat(rateContract(measured, { startOn: '2025-01-01', vatBasisPoints: 1900 }));
  expect(lines.filter((line) => line.chargeType === 'ENERGY').map((line) => line.netCents)).toEqual([48_060n, 48_160n]);
  expect(totals).toEqual({ netCents: 108_220n, vatCents: 20_562n, grossCents: 128_782n });
});

test.each([
  ['before the first price', { from: '2025-12-31', until: '2026-02-01' }, null],
  ['on its first day', { from: '2026-01-01', until: '2026-01-02' }, [['2026-01-01', '2026-01-02']]],
  ['the day before a change', { from: '2026-06-01', until: '2026-07-01' }, [['2026-06-01', '2026-07-01']]],
  ['across a change', { from: '2026-06-30', until: '2026-07-02' }, [['2026-06-30', '2026-07-01'], ['2026-07-01', '2026-07-02']]],
])('a period %s is split at the price change', (_, period, parts) => {
  expect(splitByPrice(period, [price('2026-07-01', '28'), price('2026-01-01', '27')])?.map((part) => [part.period.from, part.period.until]) ?? null).toEqual(parts);
});

test.each([
  ['2026-03-15', '2027-01-01', 9600n], ['2026-01-01', '2027-01-01', 12_000n], ['2028-01-01', '2029-01-01', 12_000n], ['2028-02-01', '2028-03-01', 951n], ['2027-12-01', '2028-02-01', 2036n], ['2026-01-01', '2026-01-02', 33n],
])('a base fee of 10 EUR a month from %s to %s is %s ct', (from, until, cents) => {
  expect(rateFixFee('10', { from, until }, 1900).netCents).toBe(cents);
});

test.each([
  ['2025-10-15', { from: '2026-10-01', until: '2026-10-15' }, [-5000n]], ['2025-10-15', { from: '2026-09-15', until: '2026-10-14' }, []], ['2025-10-15', { from: '2026-10-15', until: '2026-11-01' }, []], ['2024-02-29', { from: '2025-02-01', until: '2025-03-01' }, [-5000n]],
])('a contract from %s earns its fixed bonus in %o: %s', (startOn, period, cents) => {
  expect(rateFixedBonus('50', startOn, period, 1900).map((charge) => charge.netCents)).toEqual(cents);
});

const amounts = fc.array(fc.record({ net: fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }), rate: fc.constantFrom(0, 700, 1900) }), { minLength: 1, maxLength: 12 });
test('VAT by line adds up to VAT by rate, and a credit is the exact negative', () => {
  fc.assert(
    fc.property(amounts, (given) => {
      const charges = (sign: bigint) => given.map(({ net, rate }) => ({ chargeType: 'ADJUSTMENT' as const, description: '', wattHours: null, days: null, unitPrice: null, netCents: sign * net, vatBasisPoints: rate, period: { from: '2026-01-01', until: '2026-02-01' } }));
      const bill = withVat(charges(1n));
      const credit = withVat(charges(-1n));
      expect(bill.lines.reduce((a, line) => a + line.netCents + line.vatCents, 0n)).toBe(bill.totals.grossCents);
      expect(credit.totals.grossCents).toBe(-bill.totals.grossCents);
    }),
  );
});
