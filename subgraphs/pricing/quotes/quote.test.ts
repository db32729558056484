import { expect, test } from 'vitest';
import type { OfferedPrice } from '../campaigns/price.ts';
import { byCost, offerOf } from './quote.ts';

const price = { tariff: { kind: 'FIX12' }, workingPriceCtPerKwh: '27.086', fixFeeCentsPerMonth: '1190', fixedBonusCents: 5000n, variableBonusCtPerKwh: '0.5' } as OfferedPrice;

// The published worked price: net 27.086, shown with VAT as 32.23 ct/kWh.
test('a worked price', () => {
  const offer = offerOf(price, 3_500_000n, 1900);
  expect(offer.grossWorkingPriceCtPerKwh).toBe('32.23');
  expect(offer.year).toEqual({ energyCents: 94_801n, fixFeeCents: 14_280n, netCents: 109_081n, vatCents: 20_725n, grossCents: 129_806n, bonusCents: 6750n });
});

test('no consumption costs the fee alone', () => {
  expect(offerOf(price, 0n, 1900).year).toMatchObject({ energyCents: 0n, netCents: 14_280n, bonusCents: 5000n });
});

test('a dynamic tariff has no yearly cost and comes last', () => {
  const dynamic = offerOf({ ...price, tariff: { ...price.tariff, kind: 'DYNAMIC' } }, 1n, 1900);
  const [cheap, dear] = [offerOf(price, 1_000_000n, 1900), offerOf(price, 2_000_000n, 1900)];
  expect(dynamic.year).toBeNull();
  expect([dynamic, dear, cheap].sort(byCost)).toEqual([cheap, dear, dynamic]);
});
