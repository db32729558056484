// What a day earns, from the moment it opens to its final price, on the real database: worked by hand on an ordinary day and both clock changes.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Db, transact } from '@stromgraph/kernel/database';
import { runDue } from '@stromgraph/kernel/due';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { makeLog } from '@stromgraph/kernel/log';
import { addDays, atLocalTime, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';
import { energyOfTrade, productOf, type Side } from '../hedging/trade.ts';
import { dueHandlersWith } from '../jobs/due.ts';
import { closeAt, monthOf } from '../profit/calendar.ts';
import { addContractPrices } from '../store/contract-prices.ts';
import { addCurves } from '../store/curves.ts';
import { profitLossChange, profitLossPage } from '../store/profit-loss-sums.ts';
import { addTrade } from '../store/trades.ts';
import { addContracts } from './add-contracts.ts';
import { planClose } from './close-month.ts';
import { endContracts } from './end-contracts.ts';
import { hearAnswer } from './hear-nomination.ts';
import { importImbalancePrices } from './import-imbalance-prices.ts';
import { importLoadProfile } from './import-load-profile.ts';
import { openPositionDays } from './open-position-days.ts';
import { noteStaleDays, noteTrades, planSnapshot, SNAPSHOT_PROFIT_LOSS } from './revalue-profit-loss.ts';
import { takeMeteredDays } from './take-actuals.ts';
import { takeCurveDays } from './take-curves.ts';

const CODE = '11YSTROM-NORD--9';
const AREA = idOf('grid-area', CODE);
const [HOME, PLANT] = [newId(), newId()];
const tools = { log: makeLog('energy', 'silent'), keyring: null as never };
let database: TestDatabase;
let db: Db;

beforeEach(async () => {
  database = await testDatabase();
  db = await database.open('energy');
});
afterEach(() => database.drop());

const doDue = () => runDue(db, dueHandlersWith({ checkEveryHours: 24, mabisWorkingDay: 7 }), tools);
const setTime = async (at: Date | string) => {
  await database.setClock(at);
  await doDue();
};
const oneMinuteLater = (at: Date) => setTime(new Date(at.getTime() + 60_000));

/** A home on its load profile with 40 kWh a quarter hour at 20 ct, a plant that is metered, expected at 10 kWh, at 15 ct; the day is bought at 40 kWh. */
async function portfolio(day: string): Promise<void> {
  await importLoadProfile(db, {
    code: 'G25', year: Number(day.slice(0, 4)), version: 1, dynamised: false, seasonal: false, source: 'ENET', publishedAt: new Date('2025-10-01T07:00:00Z'),
    values: Array.from({ length: 12 }, (_, month) => (['WT', 'SA', 'FT'] as const).flatMap((dayType) => Array.from({ length: 96 }, (_slot, slot) => ({ month: month + 1, dayType, slot, value: '10' })))).flat(),
  });
  const contract = { gridAreaId: AREA, gridAreaCode: CODE, profile: 'G25', startOn: '2025-01-01', endOn: null, confirmedAt: '2025-12-01T10:00:00Z' };
  await transact(db, async (tx) => {
    await addContracts(tx, [{ ...contract, contractId: HOME, meteringKind: 'PROFILE', expectedWattHours: '4000000000' }, { ...contract, contractId: PLANT, meteringKind: 'INTERVAL', expectedWattHours: '1000000000' }]);
    await addContractPrices(tx, [
      { contractId: HOME, workingPriceCtPerKwh: '30', variableBonusCtPerKwh: '1', gridWorkingCtPerKwh: '9' },
      { contractId: PLANT, workingPriceCtPerKwh: '25', variableBonusCtPerKwh: '0', gridWorkingCtPerKwh: '10' },
    ]);
    const curveId = newId();
    await addCurves(tx, [{ curveId, tradingDay: addDays(day, -1), version: 1, publishedAt: '2025-01-01T00:00:00Z', from: day, until: addDays(day, 1), minutes: 60 }]);
    await takeCurveDays(tx, [{ curveId, day, eurPerMwh: quarterHoursOf(day).filter((_, index) => index % 4 === 0).map(() => '80') }]);
  });
  await trade({ side: 'BUY', from: startOfDay(day), until: startOfDay(addDays(day, 1)), kilowatts: 160n, pricePerMwh: '70' });
}

async function trade(terms: { side: Side; from: Date; until: Date; kilowatts: bigint; pricePerMwh: string }, recordedAt = '2025-12-01'): Promise<string> {
  const id = newId();
  await transact(db, async (tx) => {
    await addTrade(tx, { ...terms, id, gridAreaId: AREA, product: productOf(terms.from, terms.until), wattHours: energyOfTrade(terms), counterparty: 'EEX', recordedAt: new Date(recordedAt), recordedBy: 'x' });
    await noteTrades(tx, [id]);
  });
  return id;
}

const measure = (day: string, wattHours: (number | null)[], version = 1, doubted = false) =>
  transact(db, (tx) => takeMeteredDays(tx, [{ meterId: idOf('meter', 'plant'), contractId: PLANT, obis: '1-0:1.29.0', day, version, wattHours, doubted }], new Date('2026-01-01')));
const balance = (day: string, price: string, version: number, final: boolean) =>
  importImbalancePrices(db, { deliveryDay: day, version, final, publishedAt: new Date('2026-01-01'), position: BigInt(version), eurPerMwh: quarterHoursOf(day).map(() => price) });
const standing = async (day: string) => (await profitLossPage(db, { range: { gridAreaIds: null, from: day, until: addDays(day, 1) }, step: 'DAY', byArea: true, asOf: null }, { first: 1, after: null }))[0];
const effectsOf = async (day: string) =>
  (await database.owner.query<{ p: number; v: number; d: number; i: number }>('SELECT price_effect_cents::int AS p, volume_effect_cents::int AS v, deals_effect_cents::int AS d, imbalance_effect_cents::int AS i FROM energy.profit_loss WHERE delivery_day = $1 ORDER BY version', [day])).rows.map(({ p, v, d, i }) => [p, v, d, i]);

test.each([['2026-03-29', 92n], ['2026-10-25', 100n], ['2026-11-25', 96n]])('%s earns what its %i quarter hours were worth, from the night before to the final price', async (day, quarters) => {
  const before = startOfDay(addDays(day, -1));
  await database.setClock(before);
  await transact(db, openPositionDays);
  await portfolio(day);
  await oneMinuteLater(before);
  // 50 kWh are used at 19 ct on average, 40 bought at 70, 10 open at 80 EUR/MWh.
  expect(await standing(day)).toMatchObject({ soldWattHours: 50_000n * quarters, soldCents: 950n * quarters, purchasedCents: 280n * quarters, imbalanceWattHours: 10_000n * quarters, imbalanceCents: 80n * quarters, marginCents: 590n * quarters, realisedCents: 0n, unrealisedCents: 590n * quarters, provisional: true, version: 1 });

  // An hour's 10 kWh are sold back at 90: 10 EUR/MWh above the market.
  await trade({ side: 'SELL', from: atLocalTime(day, '10:00'), until: atLocalTime(day, '11:00'), kilowatts: 40n, pricePerMwh: '90' });
  await setTime(new Date(before.getTime() + 120_000));
  expect(await standing(day)).toMatchObject({ resoldWattHours: 40_000n, resoldCents: 360n, imbalanceCents: 80n * quarters + 320n, marginCents: 590n * quarters + 40n, version: 2 });

  // The night after: the day is over, nothing is measured yet.
  await transact(db, (tx) => planSnapshot(tx, startOfDay(addDays(day, 1))));
  await setTime(atLocalTime(addDays(day, 1), '01:00'));
  expect(await standing(day)).toMatchObject({ realisedCents: 590n * quarters + 40n, unrealisedCents: 0n, version: 3 });
  expect((await database.owner.query<{ due_at: Date }>(`SELECT due_at FROM energy.due WHERE kind = '${SNAPSHOT_PROFIT_LOSS}'`)).rows[0]!.due_at).toEqual(atLocalTime(addDays(day, 2), '01:00'));

  // What is doubted counts for nothing.
  const noon = atLocalTime(addDays(day, 1), '12:00');
  await database.setClock(noon);
  await measure(day, quarterHoursOf(day).map(() => 12_000_000), 1, true);
  await oneMinuteLater(noon);
  expect(await standing(day)).toMatchObject({ version: 3 });

  // The plant used 12 kWh; imbalance costs 100, as an estimate.
  await measure(day, quarterHoursOf(day).map(() => 12_000), 2);
  await balance(day, '100', 1, false);
  await setTime(new Date(noon.getTime() + 120_000));
  const estimated = { soldWattHours: 52_000n * quarters, soldCents: 980n * quarters, imbalanceWattHours: 12_000n * quarters + 40_000n, imbalanceCents: 120n * quarters + 400n, marginCents: 580n * quarters - 40n, provisional: true, version: 4 };
  expect(await standing(day)).toMatchObject(estimated);

  // The month is closed; then the price becomes final, and a late reading says that a quarter hour is missing.
  const month = monthOf(day);
  await transact(db, (tx) => planClose(tx, month));
  await setTime(closeAt(month));
  const late = atLocalTime(addDays(day, 20), '14:00');
  await database.setClock(late);
  await balance(day, '-20.125', 2, true);
  await measure(day, quarterHoursOf(day).map((_, index) => (index === 0 ? null : 12_000)), 3);
  await oneMinuteLater(late);
  // That quarter hour has its 10 kWh by profile again: 2 kWh less at 15 ct. What is short is paid for.
  const imbalance = -((12_000n * quarters + 40_000n - 2_000n) * 20_125n + 5_000_000n) / 10_000_000n;
  expect(await standing(day)).toMatchObject({ soldCents: 980n * quarters - 30n, imbalanceWattHours: 12_000n * quarters + 38_000n, imbalanceCents: imbalance, marginCents: 700n * quarters + 360n - 30n - imbalance, provisional: false, version: 5 });
  await setTime(new Date(late.getTime() + 180_000));
  // The closing is corrected: as its days stand now, others of which have no imbalance price.
  const { rows: closes } = await database.owner.query<{ version: number; provisional: boolean; margin: number }>('SELECT version, provisional, margin_cents::int AS margin FROM energy.profit_loss_close WHERE month = $1 ORDER BY version', [month]);
  const { rows: [sum] } = await database.owner.query<{ margin: number }>(`SELECT sum(margin_cents)::int AS margin FROM (SELECT DISTINCT ON (delivery_day) * FROM energy.profit_loss WHERE to_char(delivery_day, 'YYYY-MM-01') = $1 ORDER BY delivery_day, version DESC) d WHERE state = 'REALISED'`, [month]);
  expect(closes.length).toBeGreaterThan(1);
  expect(closes.map(({ version }) => version)).toEqual(closes.map((_, index) => index + 1));
  expect(closes.at(-1)).toMatchObject({ provisional: true, margin: sum!.margin });

  // Each version says why it differs: trades, then nothing, then the plant's 2 kWh (30 less 16 ct) and 12 kWh at 20 EUR/MWh more.
  const n = Number(quarters);
  expect((await effectsOf(day)).slice(0, 4)).toEqual([[0, 550 * n, 40 * n, 0], [0, 0, 40, 0], [0, 0, 0, 0], [0, 14 * n, 0, -24 * n - 80]]);
  const change = await profitLossChange(db, { range: { gridAreaIds: [AREA], from: day, until: addDays(day, 1) }, since: new Date(before.getTime() + 60_000), asOf: null });
  const { priceCents, volumeCents, dealsCents, imbalanceCents } = change.effects;
  expect(change).toMatchObject({ beforeCents: 590n * quarters, afterCents: 700n * quarters + 330n - imbalance });
  expect(priceCents + volumeCents + dealsCents + imbalanceCents).toBe(change.afterCents - change.beforeCents);
});

test('told again it is no version; sums over steps and areas equal their days; what was known stays known', async () => {
  const day = '2026-11-25';
  await database.setClock('2026-11-24T09:00:00Z');
  await transact(db, openPositionDays);
  await portfolio(day);
  await oneMinuteLater(new Date('2026-11-24T09:00:00Z'));
  const first = await standing(day);
  await transact(db, (tx) => planSnapshot(tx, new Date('2026-11-24T09:02:00Z')));
  await setTime('2026-11-25T00:00:00Z');
  expect(await standing(day)).toEqual(first);
  await trade({ side: 'BUY', from: startOfDay('2026-11-26'), until: startOfDay('2026-11-27'), kilowatts: 10n, pricePerMwh: '33.333' });
  await oneMinuteLater(new Date('2026-11-25T00:00:00Z'));
  const range = { gridAreaIds: null, from: '2026-11-01', until: '2026-12-01' };
  const page = (step: 'DAY' | 'MONTH' | 'YEAR', byArea: boolean, asOf: Date | null = null) => profitLossPage(db, { range, step, byArea, asOf }, { first: 100, after: null });
  const days = await page('DAY', true);
  expect(days.map(({ from }) => from)).toEqual(['2026-11-24', '2026-11-25', '2026-11-26', '2026-11-27', '2026-11-28']);
  for (const [step, byArea] of [['MONTH', true], ['YEAR', true], ['YEAR', false]] as const) {
    const [sum, more] = await page(step, byArea);
    expect(more).toBeUndefined();
    for (const field of ['purchasedCents', 'soldCents', 'imbalanceCents', 'marginCents', 'realisedCents', 'unrealisedCents', 'soldWattHours', 'imbalanceWattHours'] as const)
      expect(sum![field], field).toBe(days.map((each) => each[field]).reduce((a, b) => a + b));
    expect(sum).toMatchObject({ days: 5, from: '2026-11-24', until: '2026-11-29', version: null });
  }
  expect((await page('DAY', true, new Date('2026-11-24T09:01:00Z'))).map(({ from, version }) => [from, version])).toEqual([['2026-11-25', 1]]);
  expect((await page('DAY', true, new Date('2026-11-24T09:00:59Z')))).toEqual([]);
});

test('of a day that is over the schedule is what was nominated and accepted, each quarter hour as the last version that could change it says; all else is imbalance', async () => {
  const day = '2026-11-25';
  await database.setClock('2026-11-24T09:00:00Z');
  await transact(db, openPositionDays);
  await portfolio(day);
  const [group, nomination, intraday] = [newId(), newId(), newId()];
  await database.owner.query(`
    BEGIN;
    INSERT INTO energy.balancing_group VALUES ('${group}', '11XSTROMGRAPH--B', '9999000900016', '9999000300018', true, '2026-11-01');
    INSERT INTO energy.nomination (id, balancing_group_id, delivery_day, version, path, deadline_at, net_watt_hours, consumption_watt_hours, made_at, made_by)
      VALUES ('${nomination}', '${group}', '${day}', 1, 'DAY_AHEAD', '2026-11-24T13:30Z', array_fill(40000::bigint, ARRAY[96]), array_fill(50000::bigint, ARRAY[96]), '2026-11-24T12:00Z', 'automatic');
    INSERT INTO energy.nomination_series VALUES ('${nomination}', 'BUY', 'EEX', array_fill(40000::bigint, ARRAY[96]));
    INSERT INTO energy.nomination_area VALUES ('${nomination}', '${AREA}', array_fill(40000::bigint, ARRAY[96]));
    INSERT INTO energy.nomination (id, balancing_group_id, delivery_day, version, path, deadline_at, net_watt_hours, consumption_watt_hours, made_at, made_by)
      VALUES ('${intraday}', '${group}', '${day}', 2, 'INTRADAY', '2026-11-24T13:30Z', array_fill(60000::bigint, ARRAY[96]), array_fill(50000::bigint, ARRAY[96]), '${day}T09:05Z', 'automatic');
    INSERT INTO energy.nomination_series VALUES ('${intraday}', 'BUY', 'EEX', array_fill(60000::bigint, ARRAY[96]));
    INSERT INTO energy.nomination_area VALUES ('${intraday}', '${AREA}', array_fill(60000::bigint, ARRAY[96]));
    COMMIT`);
  await trade({ side: 'BUY', from: startOfDay(day), until: startOfDay(addDays(day, 1)), kilowatts: 40n, pricePerMwh: '70' }, '2026-11-24T15:00:00Z');
  await transact(db, (tx) => planSnapshot(tx, new Date('2026-11-24T09:00:00Z')));
  await setTime('2026-11-26T00:00:00Z');
  // Nothing was accepted: all that was bought costs what it costs, and all that was used is imbalance.
  expect(await standing(day)).toMatchObject({ purchasedCents: 350n * 96n, imbalanceWattHours: 50_000n * 96n, imbalanceCents: 400n * 96n });
  await transact(db, (tx) => hearAnswer(tx, nomination, { outcome: 'ACCEPTED', reason: '' }));
  await setTime('2026-11-26T00:01:00Z');
  expect(await standing(day)).toMatchObject({ purchasedCents: 350n * 96n, imbalanceWattHours: 10_000n * 96n, imbalanceCents: 80n * 96n });
  // At 10:05 what begins before 10:20 could not be changed any more: 42 quarter hours are as they were.
  await transact(db, (tx) => hearAnswer(tx, intraday, { outcome: 'ACCEPTED', reason: '' }));
  await setTime('2026-11-26T00:02:00Z');
  expect(await standing(day)).toMatchObject({ imbalanceWattHours: 10_000n * 42n - 10_000n * 54n });
  // A group that was opened past the day's deadline did not nominate it: the trades are what was scheduled.
  await database.owner.query(`SET session_replication_role = replica; DELETE FROM energy.nomination; DELETE FROM energy.nomination_area; UPDATE energy.balancing_group SET opened_at = '2026-11-24T13:31Z'; SET session_replication_role = origin`);
  await transact(db, (tx) => noteStaleDays(tx, null, [day]));
  await setTime('2026-11-26T00:04:00Z');
  expect(await standing(day)).toMatchObject({ imbalanceWattHours: 0n });
});

test('what becomes known of past supply counts in the days that it concerns: an earlier end, a later one again, a contract heard of late', async () => {
  const day = '2026-11-25';
  await database.setClock('2026-11-24T09:00:00Z');
  await transact(db, openPositionDays);
  await portfolio(day);
  await transact(db, (tx) => planSnapshot(tx, new Date('2026-11-24T09:00:00Z')));
  await setTime('2026-11-27T09:00:00Z');
  const soldAfter = async (work: () => Promise<void>, at: string) => {
    await work();
    await setTime(at);
    return (await standing(day))!.soldCents;
  };
  const ends = (endOn: string, toldAt: string) => () => transact(db, (tx) => endContracts(tx, [{ contractId: HOME, endOn, toldAt }]));
  expect((await standing(day))!.soldCents).toBe(950n * 96n);
  expect(await soldAfter(ends(day, '2026-11-27T09:00:00Z'), '2026-11-27T09:01:00Z')).toBe(150n * 96n);
  expect(await soldAfter(ends('2026-11-27', '2026-11-27T09:01:00Z'), '2026-11-27T09:02:00Z')).toBe(950n * 96n);
  const late = newId();
  const hearLate = () =>
    transact(db, async (tx) => {
      await addContracts(tx, [{ contractId: late, gridAreaId: AREA, gridAreaCode: CODE, profile: 'G25', startOn: day, endOn: null, confirmedAt: '2026-11-27T09:02:00Z', meteringKind: 'PROFILE', expectedWattHours: '2000000000' }]);
      await addContractPrices(tx, [{ contractId: late, workingPriceCtPerKwh: '15', variableBonusCtPerKwh: '0', gridWorkingCtPerKwh: '5' }]);
    });
  expect(await soldAfter(hearLate, '2026-11-27T09:03:00Z')).toBe(1150n * 96n);
});
