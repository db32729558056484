import { expect, test } from 'vitest';
import { energyOfTrade, faultsOfTrade, productOf, type NewTrade } from './trade.ts';

const at = (text: string) => new Date(text);

test.each([
  ['2026-11-25T00:00+01:00', '2026-11-25T00:15+01:00', 'QUARTER_HOUR'],
  ['2026-11-25T10:00+01:00', '2026-11-25T11:00+01:00', 'HOUR'],
  ['2026-11-25T10:15+01:00', '2026-11-25T11:15+01:00', 'BLOCK'],
  ['2026-11-25T00:00+01:00', '2026-11-26T00:00+01:00', 'BASE'],
  ['2026-10-25T00:00+02:00', '2026-10-26T00:00+01:00', 'BASE'], // 25 hours
  ['2026-11-25T00:00Z', '2026-11-26T00:00Z', 'BLOCK'],
  ['2026-11-25T08:00+01:00', '2026-11-25T20:00+01:00', 'PEAK'],
  ['2026-11-28T08:00+01:00', '2026-11-28T20:00+01:00', 'BLOCK'], // a Saturday
])('from %s until %s is a %s', (from, until, product) => {
  expect(productOf(at(from), at(until))).toBe(product);
});

// A power held for a Berlin day is worth 23, 24 or 25 hours of it.
test.each([['2026-03-29T00:00+01:00', '2026-03-30T00:00+02:00', 23n], ['2026-11-25T00:00+01:00', '2026-11-26T00:00+01:00', 24n], ['2026-10-25T00:00+02:00', '2026-10-26T00:00+01:00', 25n]])(
  '1,000 kW from %s until %s are %i MWh',
  (from, until, hours) => {
    expect(energyOfTrade({ kilowatts: 1_000n, from: at(from), until: at(until) })).toBe(hours * 1_000_000n);
  },
);

const now = at('2026-11-25T10:07:00Z');
const good: NewTrade = { gridAreaId: 'x', side: 'BUY', from: at('2026-11-25T10:00:00Z'), until: at('2026-11-25T12:00:00Z'), kilowatts: 500n, pricePerMwh: '87.25', counterparty: 'EEX' };

test.each<[string, Partial<NewTrade>, string[]]>([
  ['is good in the quarter hour that runs', {}, []],
  ['is good at a negative price', { pricePerMwh: '-12.50000' }, []],
  ['may not begin in a quarter hour that is over', { from: at('2026-11-25T09:45:00Z') }, ['from']],
  ['may not begin between quarter hours', { from: at('2026-11-25T10:05:00Z') }, ['from']],
  ['may not end between quarter hours', { until: at('2026-11-25T12:00:01Z') }, ['until']],
  ['may not end where it begins', { until: at('2026-11-25T10:00:00Z') }, ['until']],
  ['may not last for four years', { until: at('2030-11-25T10:00:00Z') }, ['until']],
  ['is good up to the end of the tenth year', { from: at('2036-12-01T00:00Z'), until: at('2036-12-31T23:00Z') }, []],
  ['is of no year that nobody trades', { from: at('2062-11-25T00:00Z'), until: at('2062-11-26T00:00Z') }, ['until']],
  ['needs power', { kilowatts: 0n }, ['kilowatts']],
  ['needs positive power', { kilowatts: -5n }, ['kilowatts']],
  ['has a limit of power', { kilowatts: 10_000_001n }, ['kilowatts']],
  ['has at most 5 decimals', { pricePerMwh: '1.000001' }, ['pricePerMwh']],
  ['has a price below 100,000', { pricePerMwh: '100000' }, ['pricePerMwh']],
  ...['NaN', 'Infinity', '-Infinity', '1e3', ''].map((pricePerMwh): [string, Partial<NewTrade>, string[]] => [`is not sold for ${pricePerMwh || 'nothing'}`, { pricePerMwh }, ['pricePerMwh']]),
  ['needs a counterparty', { counterparty: ' ' }, ['counterparty']],
  ['names every fault', { kilowatts: 0n, counterparty: '', until: at('2026-11-25T09:00:00Z') }, ['until', 'kilowatts', 'counterparty']],
])('a trade %s', (_, change, paths) => {
  expect(faultsOfTrade({ ...good, ...change }, now).map(({ path }) => path)).toEqual(paths);
});
