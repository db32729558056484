import { expect, test } from 'vitest';
import { energyOfTrade, faultsOfTrade, productOf } from '@stromgraph/energy/hedging/trade';
import { addDays, addMonths, startOfDay } from '@stromgraph/kernel/time';
import { GRID_AREAS } from './grid-areas.ts';
import { type DemoTrade, tradesOf } from './trades.ts';

const demand = new Map(GRID_AREAS.map(({ code }) => [code, { H25: 250_000_000, G25: 120_000_000, L25: 15_000_000 }]));
const made = (today: string) => tradesOf({ seed: 'stromgraph', today, idBaseMs: 0, demand });
const asRecorded = (trade: DemoTrade) => ({ gridAreaId: trade.gridAreaCode, side: trade.side, from: trade.from, until: trade.until, kilowatts: BigInt(trade.kilowatts), pricePerMwh: trade.pricePerMwh, counterparty: trade.counterparty });

// A Tuesday, the weekends of both clock changes, the last day of a month, New Year.
test.each(['2026-11-24', '2026-03-27', '2026-10-23', '2026-01-31', '2027-01-01'])('on %s every trade is one that could have been recorded before today', (today) => {
  for (const trade of made(today)) {
    expect(faultsOfTrade(asRecorded(trade), trade.recordedAt)).toEqual([]);
    expect(productOf(trade.from, trade.until)).toBe(trade.product);
    expect(energyOfTrade(asRecorded(trade))).toBeGreaterThan(0n);
    expect(trade.recordedAt < startOfDay(today)).toBe(true);
  }
});

test('this month and the next two are bought as base, every near day has its blocks, and the styles differ', () => {
  const trades = made('2026-11-24');
  for (const { code } of GRID_AREAS) {
    const base = trades.filter(({ gridAreaCode, product }) => gridAreaCode === code && product === 'BASE');
    expect(base.map(({ from, until }) => [from, until])).toEqual([0, 1, 2].map((ahead) => [startOfDay(addMonths('2026-11-01', ahead)), startOfDay(addMonths('2026-11-01', ahead + 1))]));
  }
  expect(new Set(trades.map(({ product }) => product))).toEqual(new Set(['BASE', 'PEAK', 'BLOCK', 'HOUR', 'QUARTER_HOUR']));
  expect(new Set(trades.map(({ side }) => side))).toEqual(new Set(['BUY', 'SELL']));
  expect(Math.max(...trades.filter(({ product }) => product === 'HOUR').map(({ until }) => until.getTime()))).toBeLessThanOrEqual(startOfDay(addDays('2026-11-24', 4)).getTime());
  expect(new Set(trades.map(({ id }) => id)).size).toBe(trades.length);
});

test('nothing is traded where nothing is supplied', () => expect(tradesOf({ seed: 'stromgraph', today: '2026-11-24', idBaseMs: 0, demand: new Map() })).toEqual([]));
