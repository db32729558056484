import { expect, test } from 'vitest';
import { startOfDay } from '@stromgraph/kernel/time';
import { baseFor, breachOf, faultsOfTenorLimit, ordersFor, type TenorPosition } from './tenor.ts';

const NOVEMBER = { from: startOfDay('2026-11-01'), until: startOfDay('2026-12-01') }; // 2,880 quarter hours
const YEAR = { from: startOfDay('2027-01-01'), until: startOfDay('2028-01-01') };
const QUARTER = { from: startOfDay('2027-01-01'), until: startOfDay('2027-04-01') }; // without its lost hour 8,636 quarter hours
const position = (change: Partial<TenorPosition>): TenorPosition => ({ tenor: 'MONTH', ...NOVEMBER, demandWattHours: 720_000_000n, openWattHours: 0n, pendingWattHours: 0n, priceEurPerMwh: null, percent: '20', wattHoursPerHour: 5_000_000n, ...change });

test.each([
  ['nothing open', 0n, {}, null],
  ['exactly a fifth short', 144_000_000n, {}, null],
  ['a watt-hour more than a fifth short', 144_000_001n, {}, 'PCT'],
  ['a watt-hour more than a fifth long', -144_000_001n, {}, 'PCT'],
  ['exactly the energy per hour', 3_600_000_000n, { percent: '1000' }, null],
  ['a watt-hour more than the energy per hour', 3_600_000_001n, { percent: '1000' }, 'MWH'],
  ['less than half a kilowatt, which nobody trades', 360_000n, { percent: '0', wattHoursPerHour: 0n }, null],
  ['more than half a kilowatt', 360_001n, { percent: '0', wattHoursPerHour: 0n }, 'PCT'],
  ['open without demand', 720_000n, { demandWattHours: 0n }, 'PCT'],
] as const)('a month that has %s', (_, openWattHours, change, rule) => {
  expect(breachOf(position({ openWattHours, ...change }))).toBe(rule);
});

test.each([
  ['a megawatt short', 720_000_000n, NOVEMBER, { side: 'BUY', kilowatts: 1_000n }],
  ['a megawatt long', -720_000_000n, NOVEMBER, { side: 'SELL', kilowatts: 1_000n }],
  ['half a kilowatt above: the smaller', 720_360_000n, NOVEMBER, { side: 'BUY', kilowatts: 1_000n }],
  ['a watt-hour more: the greater', 720_360_001n, NOVEMBER, { side: 'BUY', kilowatts: 1_001n }],
  ['over the lost hour of March', 8_636n * 250n * 7n, QUARTER, { side: 'BUY', kilowatts: 7n }],
  ['next to nothing', 1n, NOVEMBER, null],
] as const)('base for %s', (_, open, period, order) => {
  expect(baseFor(open, period)).toEqual(order);
});

test('the longest product is ordered first, and a shorter one within it gets what is left', () => {
  const year = position({ tenor: 'YEAR', ...YEAR, demandWattHours: 8_760_000_000n, openWattHours: 8_760_000_000n }); // 1 MW
  const quarter = position({ tenor: 'QUARTER', ...QUARTER, demandWattHours: 4_318_000_000n, openWattHours: 8_636n * 250n * 2_000n }); // 2 MW
  const month = position({ openWattHours: 720_000_000n });
  expect(ordersFor([month, quarter, year]).map(({ tenor, side, kilowatts }) => [tenor, side, kilowatts])).toEqual([['YEAR', 'BUY', 1_000n], ['QUARTER', 'BUY', 1_000n], ['MONTH', 'BUY', 1_000n]]);
  expect(ordersFor([{ ...quarter, openWattHours: 8_636n * 250n * 1_000n }, year]).map(({ tenor }) => tenor)).toEqual(['YEAR']);
});

test.each([
  ['nothing is under way', 0n, [1_000n]],
  ['half is under way', 360_000_000n, [500n]],
  ['so much is under way that it is within its limit', 600_000_000n, []],
  ['too much is under way: nothing is sold for it', 1_440_000_000n, []],
  ['a sale is under way', -720_000_000n, [2_000n]],
])('where %s', (_, pendingWattHours, kilowatts) => {
  expect(ordersFor([position({ openWattHours: 720_000_000n, pendingWattHours })]).map((order) => order.kilowatts)).toEqual(kilowatts);
});

test.each([
  [{ tenor: 'DAY', limit: null }, [{ path: 'tenor', allowed: 'WEEK, MONTH, QUARTER, YEAR' }]],
  [{ tenor: 'WEEK', limit: { percent: '1000.1', wattHoursPerHour: -1n } }, [{ path: 'limit.percent' }, { path: 'limit.wattHoursPerHour' }]],
  [{ tenor: 'WEEK', limit: { percent: '-1', wattHoursPerHour: 0n } }, [{ path: 'limit.percent', allowed: '0 to 1000 with at most 4 decimals' }]],
  [{ tenor: 'YEAR', limit: { percent: '1000', wattHoursPerHour: 0n } }, []],
] as const)('a limit of %o', (limit, faults) => {
  expect(faultsOfTenorLimit(limit)).toMatchObject(faults);
});
