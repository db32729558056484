// What a day earned and why it changed: worked figures, signs, the two clock changes, and that nothing is left unexplained.
import { expect, test } from 'vitest';
import fc from 'fast-check';
import { Decimal } from 'decimal.js';
import { apportion, costOfImbalance, type DayFigures, nextProfitLoss, type ProfitLossVersion } from './profit-loss.ts';

const flat = <T>(value: T, quarters = 96): T[] => Array.from({ length: quarters }, () => value);
const figures = (change: Partial<DayFigures> = {}): DayFigures => ({
  gridAreaId: 'a', deliveryDay: '2026-11-24', state: 'EXPECTED', valuedAt: 'CURVE',
  purchased: { wattHours: 0n, cents: '0' }, resold: { wattHours: 0n, cents: '0' }, soldCents: '0',
  consumptionWattHours: flat(0n), scheduledWattHours: flat(0n), eurPerMwh: flat('80'), ...change,
});
let count = 0;
const stored = (before: ProfitLossVersion | null, given: DayFigures): ProfitLossVersion => {
  const next = nextProfitLoss(before, given);
  return next ? { ...next, id: String((count += 1)), version: (before?.version ?? 0) + 1, calculatedAt: new Date(0) } : before!;
};

test.each([
  ['short at a positive price: to pay', 250_000n, 0n, '180.00', 4_500n],
  ['long at a negative price: to pay', 0n, 100_000n, '-40.00', 400n],
  ['short at a negative price: to receive', 100_000n, 0n, '-40.00', -400n],
  ['long at a positive price: to receive', 0n, 100_000n, '60.00', -600n],
  ['nothing open costs nothing', 5_000n, 5_000n, '2096.81', 0n],
  ['half a cent is rounded away from zero', 50n, 0n, '100', 1n],
  ['so is half a cent to receive', 0n, 50n, '100', -1n],
])('%s', (_, used, scheduled, price, cents) => {
  const day = { consumptionWattHours: [used, ...flat(0n, 95)], scheduledWattHours: [scheduled, ...flat(0n, 95)], eurPerMwh: [price, ...flat('999', 95)] };
  expect(nextProfitLoss(null, figures({ ...day, state: 'REALISED', valuedAt: 'ESTIMATE' }))).toMatchObject({ imbalanceCents: cents, marginCents: -cents });
});

test.each([['2026-03-29', 92], ['2026-11-24', 96], ['2026-10-25', 100]])('%s is earned in %i quarter hours', (deliveryDay, quarters) => {
  const next = nextProfitLoss(null, figures({
    deliveryDay, state: 'REALISED', valuedAt: 'FINAL', consumptionWattHours: flat(1_000n, quarters), scheduledWattHours: flat(900n, quarters), eurPerMwh: flat('100', quarters),
    purchased: { wattHours: 900n * BigInt(quarters), cents: String(quarters * 6.3) }, soldCents: String(quarters * 15),
  }))!;
  expect(next).toMatchObject({
    soldWattHours: 1_000n * BigInt(quarters), soldCents: 15n * BigInt(quarters), imbalanceWattHours: 100n * BigInt(quarters), imbalanceCents: BigInt(quarters),
    marginCents: 14n * BigInt(quarters) - BigInt(Math.round(quarters * 6.3)),
  });
});

test('what is told anew and says the same is no version', () => {
  const first = stored(null, figures({ eurPerMwh: flat('80.00') }));
  expect(nextProfitLoss(first, figures({ eurPerMwh: flat('80') }))).toBeNull();
  expect(nextProfitLoss(first, figures({ eurPerMwh: flat('80.01') }))).not.toBeNull();
});

test('what was realised is not expected again', () => {
  const over = stored(null, figures({ state: 'REALISED' }));
  expect(nextProfitLoss(over, figures({ soldCents: '5' }))).toBeNull();
});

// 96 quarter hours of 10 kWh, bought by half at 70, sold at 120 EUR/MWh.
const day = { consumptionWattHours: flat(10_000n), scheduledWattHours: flat(5_000n), purchased: { wattHours: 480_000n, cents: '3360' }, soldCents: '11520' };
test.each<[string, Partial<DayFigures>, object]>([
  ['the curve rises by 5: half of it is open', { eurPerMwh: flat('85') }, { priceCents: -240n, volumeCents: 0n, dealsCents: 0n, imbalanceCents: 0n }],
  ['a tenth more is used: sold at 120, to buy at 80', { consumptionWattHours: flat(11_000n), soldCents: '12672' }, { priceCents: 0n, volumeCents: 384n, dealsCents: 0n, imbalanceCents: 0n }],
  ['the rest is bought at 75, below the market', { scheduledWattHours: flat(10_000n), purchased: { wattHours: 960_000n, cents: '6960' } }, { priceCents: 0n, volumeCents: 0n, dealsCents: 240n, imbalanceCents: 0n }],
  ['the day is over, imbalance costs 100', { state: 'REALISED', valuedAt: 'ESTIMATE', eurPerMwh: flat('100') }, { priceCents: 0n, volumeCents: 0n, dealsCents: 0n, imbalanceCents: -960n }],
  ['a day over, used less: volume at the old price, the rest at the imbalance price', { state: 'REALISED', valuedAt: 'FINAL', consumptionWattHours: flat(9_000n), soldCents: '10368', eurPerMwh: flat('100') }, { volumeCents: -384n, imbalanceCents: -768n }],
])('explained: %s', (_, change, effects) => {
  const before = stored(null, figures(day));
  expect(before.effects).toEqual({ priceCents: 0n, volumeCents: 3_840n, dealsCents: 480n, imbalanceCents: 0n });
  expect(nextProfitLoss(before, figures({ ...day, ...change }))!.effects).toMatchObject(effects);
});

const quarters = fc.array(fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }), { minLength: 92, maxLength: 92 });
const prices = fc.array(fc.option(fc.integer({ min: -13_545_000, max: 209_681_000 }).map((price) => new Decimal(price).dividedBy(100_000).toString()), { nil: null }), { minLength: 92, maxLength: 92 });
const cents = fc.integer({ min: -(10 ** 12), max: 10 ** 12 }).map((thousandths) => new Decimal(thousandths).dividedBy(1_000).toString());
const amount = fc.record({ wattHours: fc.bigInt({ min: 0n, max: 10n ** 12n }), cents });
const anyDay = fc.record({
  state: fc.constantFrom('EXPECTED', 'REALISED'), valuedAt: fc.constantFrom('NOTHING', 'CURVE', 'ESTIMATE', 'FINAL'), purchased: amount, resold: amount, soldCents: cents,
  consumptionWattHours: quarters, scheduledWattHours: quarters, eurPerMwh: prices,
}).map((random) => figures({ deliveryDay: '2026-03-29', ...random } as Partial<DayFigures>));

test('whatever becomes known in whatever order, sums are exact and every change is explained to the cent', () => {
  fc.assert(
    fc.property(fc.array(anyDay, { minLength: 1, maxLength: 4 }), (days) => {
      let before: ProfitLossVersion | null = null;
      for (const given of days) {
        const after: ProfitLossVersion = stored(before, given);
        expect(after.marginCents).toBe(after.soldCents + after.resoldCents - after.purchasedCents - after.imbalanceCents);
        const cost = costOfImbalance(after);
        expect(cost.minus(after.imbalanceCents.toString()).abs().lte(0.5)).toBe(true);
        if (after !== before) {
          const { priceCents, volumeCents, dealsCents, imbalanceCents } = after.effects;
          expect(priceCents + volumeCents + dealsCents + imbalanceCents).toBe(after.marginCents - (before?.marginCents ?? 0n));
        }
        before = after;
      }
    }),
    { numRuns: 60 },
  );
});

test('each apportioned part is within a cent of its exact worth when the total is', () => {
  const part = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((tenths) => new Decimal(tenths).dividedBy(1_000));
  fc.assert(
    fc.property(fc.tuple(part, part, part), fc.constantFrom(-1, 0, 1), (parts, off) => {
      const exact = parts.reduce((a, b) => a.plus(b));
      const total = BigInt((off < 0 ? exact.minus(1).ceil() : off > 0 ? exact.plus(1).floor() : exact.round()).toFixed(0));
      const whole = apportion(parts, total);
      expect(whole.reduce((a, b) => a + b)).toBe(total);
      whole.forEach((cents_, index) => expect(parts[index]!.minus(cents_.toString()).abs().lte(1)).toBe(true));
    }),
  );
});
