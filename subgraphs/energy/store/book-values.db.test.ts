// Trades against the curve, how much is hedged, and what months are expected to bring: each against plain arithmetic over quarter hours, clock changes included.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Db, transact } from '@stromgraph/kernel/database';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { addDays, addMonths, atLocalTime, dayOf, daysFrom, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';
import { addContracts } from '../actions/add-contracts.ts';
import { importForecast } from '../actions/import-forecast.ts';
import { importLoadProfile } from '../actions/import-load-profile.ts';
import { openPositionDays } from '../actions/open-position-days.ts';
import { settleForward } from '../actions/settle-forward.ts';
import { takeCurveDays } from '../actions/take-curves.ts';
import { energyOfTrade, productOf, type Side } from '../hedging/trade.ts';
import { areaDaysOf } from '../positions/area-day.ts';
import { tenorsOf } from '../profit/hedge-ratio.ts';
import { addContractPrices } from './contract-prices.ts';
import { addCurves } from './curves.ts';
import { forecastsById } from './forecasts.ts';
import { areForwardUnsettled } from './forward-positions.ts';
import { addUnnamedGridAreas, gridAreasNamed } from './grid-areas.ts';
import { hedgeRatios } from './hedge-ratios.ts';
import { marginPlans } from './margin-plans.ts';
import { markBook, markTrades } from './mark-to-market.ts';
import { addAmendment, addTrade } from './trades.ts';

const CODES = ['11YSTROM-NORD--9', '11YSTROM-OST---O'] as const;
const [NORD, OST] = [idOf('grid-area', CODES[0]), idOf('grid-area', CODES[1])];
let database: TestDatabase;
let db: Db;

beforeEach(async () => {
  database = await testDatabase();
  db = await database.open('energy');
  await transact(db, (tx) => addUnnamedGridAreas(tx, CODES.map((code) => ({ id: idOf('grid-area', code), code }))));
});
afterEach(() => database.drop());

/** A different price for every hour of every day; some are negative. */
const priceOf = (day: string, hour: number) => ((Number(day.slice(8)) * 7 + hour * 13) % 120) - 9.5;
async function curve(from: string, until: string, minutes: 15 | 60 = 60): Promise<void> {
  const [curveId, perQuarter] = [newId(), minutes === 15];
  const days = daysFrom({ from, until }).map((day) => ({ curveId, day, eurPerMwh: quarterHoursOf(day).filter((_, index) => perQuarter || index % 4 === 0).map((_, index) => String(priceOf(day, perQuarter ? Math.floor(index / 4) : index))) }));
  await transact(db, async (tx) => {
    await addCurves(tx, [{ curveId, tradingDay: addDays(from, -1), version: 1, publishedAt: '2026-01-01T00:00:00Z', from, until, minutes }]);
    await takeCurveDays(tx, days);
  });
}
type Terms = { side: Side; from: Date; until: Date; kilowatts: bigint; pricePerMwh: string; gridAreaId?: string };
async function trade({ gridAreaId = NORD, ...terms }: Terms): Promise<string> {
  const id = newId();
  await transact(db, (tx) => addTrade(tx, { ...terms, id, gridAreaId, product: productOf(terms.from, terms.until), wattHours: energyOfTrade(terms), counterparty: 'EEX', recordedAt: new Date('2026-01-01'), recordedBy: 'x' }));
  return id;
}
/** Quarter hour by quarter hour, in ten-thousandths of a cent. */
function worth({ side, from, until, kilowatts, pricePerMwh }: Terms, begin: Date, priced: (day: string) => boolean): { value: number; unpriced: number; wattHours: number } {
  const total = { value: 0, unpriced: 0, wattHours: 0 };
  for (let at = Math.max(from.getTime(), begin.getTime()); at < until.getTime(); at += 900_000) {
    const day = dayOf(new Date(at));
    const energy = Number(kilowatts) * 250;
    total.wattHours += energy;
    if (!priced(day)) total.unpriced += energy;
    else total.value += (side === 'BUY' ? 1 : -1) * energy * (priceOf(day, Math.floor((at - startOfDay(day).getTime()) / 3_600_000)) - Number(pricePerMwh));
  }
  return total;
}

test.each([['2026-11-25', 60], ['2026-03-29', 60], ['2026-10-25', 15]] as const)('trades around %s are worth their volume times curve less price', async (day, minutes) => {
  const now = new Date(startOfDay(addDays(day, -1)).getTime() + 9 * 3_600_000 + 7 * 60_000); // seven minutes past an hour of the day before
  const begin = new Date(now.getTime() + 8 * 60_000);
  await curve(addDays(day, -1), addDays(day, 2), minutes);
  const terms: Terms[] = [
    { side: 'BUY', from: startOfDay(day), until: startOfDay(addDays(day, 1)), kilowatts: 1_000n, pricePerMwh: '40' },
    { side: 'SELL', from: atLocalTime(day, '08:00'), until: atLocalTime(day, '20:00'), kilowatts: 333n, pricePerMwh: '52.5' },
    { side: 'BUY', from: atLocalTime(day, '11:30'), until: atLocalTime(day, '11:45'), kilowatts: 7n, pricePerMwh: '-3' },
    { side: 'BUY', from: atLocalTime(day, '00:45'), until: atLocalTime(day, '04:15'), kilowatts: 12n, pricePerMwh: '10' },
    { side: 'BUY', from: new Date(begin.getTime() - 3_600_000), until: new Date(begin.getTime() + 3_600_000), kilowatts: 100n, pricePerMwh: '60' }, // delivers now
    { side: 'BUY', from: startOfDay(addDays(day, 1)), until: startOfDay(addDays(day, 4)), kilowatts: 50n, pricePerMwh: '30', gridAreaId: OST }, // longer than the curve
  ];
  const ids: string[] = [];
  for (const one of terms) ids.push(await trade(one));
  const gone = await trade({ side: 'BUY', from: new Date(begin.getTime() - 7_200_000), until: new Date(begin.getTime() - 900_000), kilowatts: 5n, pricePerMwh: '1' });
  const cancelled = await trade({ side: 'BUY', from: startOfDay(day), until: startOfDay(addDays(day, 1)), kilowatts: 5n, pricePerMwh: '1' });
  await transact(db, (tx) => addAmendment(tx, { tradeId: cancelled, replacedBy: null, reason: 'wrong', amendedAt: now, amendedBy: 'x' }));

  const marks = new Map((await markTrades(db, [...ids, gone, cancelled], now)).map((mark) => [mark.tradeId, mark]));
  expect([...marks.keys()].toSorted()).toEqual(ids.toSorted());
  const isPriced = (of: string) => of < addDays(day, 2);
  const expected = terms.map((one) => worth(one, begin, isPriced));
  for (const [index, id] of ids.entries()) {
    const { value, unpriced, wattHours } = expected[index]!;
    expect(marks.get(id), `trade ${index}`).toMatchObject({ wattHours: BigInt(wattHours), unpricedWattHours: BigInt(unpriced) });
    expect(Math.abs(Number(marks.get(id)!.valueCents) - value / 10_000)).toBeLessThanOrEqual(0.5);
  }
  const sum = (of: readonly string[]) => of.reduce((total, id) => total + marks.get(id)!.valueCents, 0n);
  const book = await markBook(db, null, now);
  expect(book.map(({ gridAreaId, trades, valueCents }) => [gridAreaId, trades, valueCents])).toEqual([...[NORD, OST].toSorted().map((area) => (area === NORD ? [NORD, 5, sum(ids.slice(0, 5))] : [OST, 1, sum(ids.slice(5))])), [null, 6, sum(ids)]]);
});

test('a trade that begins with the present quarter hour is marked whole, and without a curve counts nothing', async () => {
  const id = await trade({ side: 'BUY', from: new Date('2026-11-24T09:00Z'), until: new Date('2026-11-24T10:00Z'), kilowatts: 4n, pricePerMwh: '80' });
  expect(await markTrades(db, [id], new Date('2026-11-24T09:00Z'))).toEqual([{ tradeId: id, wattHours: 4_000n, unpricedWattHours: 4_000n, marketPricePerMwh: null, valueCents: 0n }]);
  expect(await markTrades(db, [id], new Date('2026-11-24T09:00:01Z'))).toMatchObject([{ wattHours: 3_000n }]);
  expect(await markTrades(db, [id], new Date('2026-11-24T10:00Z'))).toEqual([]);
  expect(await markBook(db, [OST], new Date('2026-11-24T09:00Z'))).toMatchObject([{ gridAreaId: null, trades: 0, valueCents: 0n }]);
});

/** Its value in a quarter hour by the local clock, in thousandths of a kWh per 1,000,000. */
const flat = () => 10_000;
const shaped = (slot: number) => 10_000 + slot * 17;
const profile = (valueOf: (slot: number) => number) =>
  importLoadProfile(db, {
    code: 'G25', year: 2026, version: 1, dynamised: false, seasonal: false, source: 'ENET', publishedAt: new Date('2025-10-01T07:00:00Z'),
    values: Array.from({ length: 12 }, (_, month) => (['WT', 'SA', 'FT'] as const).flatMap((dayType) => Array.from({ length: 96 }, (_slot, slot) => ({ month: month + 1, dayType, slot, value: (valueOf(slot) / 1_000).toFixed(3) })))).flat(),
  });
async function supply(contracts: { expectedWattHours: string; startOn: string; endOn: string | null; code?: (typeof CODES)[number]; price: string }[]): Promise<void> {
  const given = contracts.map((contract) => ({ ...contract, contractId: newId(), gridAreaId: idOf('grid-area', contract.code ?? CODES[0]), gridAreaCode: contract.code ?? CODES[0], profile: 'G25', meteringKind: 'PROFILE', confirmedAt: '2025-12-01T10:00:00Z' }));
  await transact(db, async (tx) => {
    await addContracts(tx, given);
    await addContractPrices(tx, given.map(({ contractId, price }) => ({ contractId, workingPriceCtPerKwh: price, variableBonusCtPerKwh: '0', gridWorkingCtPerKwh: '0' })));
  });
}
const awayFromZero = (value: number) => Math.sign(value) * Math.round(Math.abs(value));
const quartersIn = (from: string, until: string) => daysFrom({ from, until }).reduce((sum, day) => sum + quarterHoursOf(day).length, 0);

test('of the demand of the next day, week, month, quarter and year so much is hedged', async () => {
  await database.setClock('2026-11-24T09:00:00Z');
  await profile(flat);
  await transact(db, openPositionDays);
  await supply([
    { expectedWattHours: '4000000000', startOn: '2026-01-01', endOn: null, price: '20' },
    { expectedWattHours: '1000000000', startOn: '2026-01-01', endOn: '2026-12-15', price: '20' },
    { expectedWattHours: '2000000000', startOn: '2027-02-01', endOn: null, code: CODES[1], price: '20' },
  ]);
  await trade({ side: 'BUY', from: startOfDay('2027-01-01'), until: startOfDay('2028-01-01'), kilowatts: 80n, pricePerMwh: '80' });
  await trade({ side: 'BUY', from: atLocalTime('2026-12-31', '12:00'), until: atLocalTime('2027-01-01', '12:00'), kilowatts: 40n, pricePerMwh: '80' });
  await trade({ side: 'SELL', from: startOfDay('2026-11-25'), until: startOfDay('2026-11-26'), kilowatts: 8n, pricePerMwh: '80' });
  const tenors = tenorsOf('2026-11-24');
  const days = [...new Set(tenors.flatMap(daysFrom))].toSorted();
  const ratios = await hedgeRatios(db, tenors, areaDaysOf(await gridAreasNamed(db, null), days));
  expect(ratios.map(({ tenor, gridAreaId }) => `${tenor} ${gridAreaId}`)).toEqual(tenors.flatMap(({ tenor }) => [...[NORD, OST].toSorted(), null].map((area) => `${tenor} ${area}`)));
  const of = (tenor: string, area: string | null) => ratios.find((one) => one.tenor === tenor && one.gridAreaId === area)!;
  for (const { tenor, from, until } of tenors) {
    // 40 Wh a quarter hour and thousand, 10 more until the middle of December; in the east 20 from February.
    const early = quartersIn(from, until < '2026-12-15' ? until : from < '2026-12-15' ? '2026-12-15' : from);
    const late = until > '2027-02-01' ? quartersIn(from > '2027-02-01' ? from : '2027-02-01', until) : 0;
    expect(of(tenor, NORD).demandWattHours, tenor).toBe(BigInt(quartersIn(from, until)) * 40_000n + BigInt(early) * 10_000n);
    expect(of(tenor, OST).demandWattHours, tenor).toBe(BigInt(late) * 20_000n);
    expect(of(tenor, null)).toMatchObject({ demandWattHours: of(tenor, NORD).demandWattHours + of(tenor, OST).demandWattHours, hedgedWattHours: of(tenor, NORD).hedgedWattHours });
  }
  expect(ratios.filter(({ gridAreaId }) => gridAreaId === NORD).map(({ hedgedWattHours }) => hedgedWattHours)).toEqual([
    -192_000n, 0n, 480_000n, BigInt(quartersIn('2027-01-01', '2027-04-01')) * 20_000n + 480_000n, BigInt(quartersIn('2027-01-01', '2028-01-01')) * 20_000n + 480_000n,
  ]);
});

test('what a week and a year are forecast to use makes tenors and plans; profiles only what none covers, and contracts after the cut-off', async () => {
  await database.setClock('2026-11-24T09:00:00Z');
  await profile(flat);
  await curve('2026-11-25', '2027-02-01');
  await transact(db, openPositionDays);
  await supply([{ expectedWattHours: '4000000000', startOn: '2026-01-01', endOn: null, price: '20' }, { expectedWattHours: '1000000000', startOn: '2026-12-10', endOn: null, price: '35' }]);
  const forecast = (horizon: 'WEEK_AHEAD' | 'YEAR_AHEAD', version: number, deliveryDay: string, wattHours: bigint[], cutOffAt = '2026-11-20T12:00:00Z') =>
    importForecast(db, { horizon, basis: 'SLP', gridAreaId: NORD, deliveryDay, version, publishedAt: new Date('2026-11-23T12:00:00Z'), cutOffAt: new Date(cutOffAt), wattHours, position: BigInt(version) });
  await forecast('YEAR_AHEAD', 1, '2026-01-01', Array.from({ length: 2_016 }, () => 100_000n), '2025-09-30T00:00:00Z'); // before our contracts were confirmed
  await forecast('YEAR_AHEAD', 2, '2026-01-01', Array.from({ length: 2_016 }, () => 200_000n));
  await forecast('WEEK_AHEAD', 3, '2026-11-30', Array.from({ length: 168 }, () => 80_000n));
  while (await transact(db, (tx) => areForwardUnsettled(tx, '2026-11-24'))) await transact(db, settleForward);

  const tenors = tenorsOf('2026-11-24').filter(({ tenor }) => tenor !== 'DAY');
  const areas = await gridAreasNamed(db, [NORD]);
  const ratios = (await hedgeRatios(db, tenors, areaDaysOf(areas, [...new Set(tenors.flatMap(daysFrom))].toSorted()))).filter(({ gridAreaId }) => gridAreaId !== null);
  const versions = async (ids: readonly string[]) => (await forecastsById(db, ids)).map(({ horizon, version }) => `${horizon} ${version}`).toSorted();
  // The second contract was confirmed before the cut-offs: its start lies in them. The year after has no forecast: 40 and 10 Wh a quarter hour and thousand.
  const week = 168n * 80_000n;
  const december = 6n * 24n * 80_000n + 25n * 24n * 200_000n;
  const next = (from: string, until: string) => BigInt(quartersIn(from, until)) * 50_000n;
  expect(ratios.map(({ tenor, demandWattHours }) => [tenor, demandWattHours])).toEqual([['WEEK', week], ['MONTH', december], ['QUARTER', next('2027-01-01', '2027-04-01')], ['YEAR', next('2027-01-01', '2028-01-01')]]);
  expect(await Promise.all(ratios.map(({ forecastIds }) => versions(forecastIds)))).toEqual([['WEEK_AHEAD 3'], ['WEEK_AHEAD 3', 'YEAR_AHEAD 2'], [], []]);
  expect(ratios[1]!.forecastIds.map((id) => ratios[0]!.forecastIds.includes(id))).toEqual([false, true]); // the year began before

  const plans = await marginPlans(db, areaDaysOf(areas, daysFrom({ from: '2026-12-01', until: '2027-02-01' })));
  expect(plans.map(({ from, demandWattHours }) => [from, demandWattHours])).toEqual([['2026-12-01', december], ['2027-01-01', next('2027-01-01', '2027-02-01')]]);
  expect(await Promise.all(plans.map(({ forecastIds }) => versions(forecastIds)))).toEqual([['WEEK_AHEAD 3', 'YEAR_AHEAD 2'], []]);
  const cost = daysFrom({ from: '2026-12-01', until: '2027-01-01' }).flatMap((day) => Array.from({ length: 96 }, (_, quarter) => awayFromZero(((day < '2026-12-07' ? 20_000 : 50_000) * priceOf(day, Math.floor(quarter / 4))) / 10_000))).reduce((all, cents) => all + cents, 0);
  expect(plans[0]!.costCents).toBe(BigInt(cost));
  const early = quartersIn('2026-12-01', '2026-12-10') * 40; const late = quartersIn('2026-12-10', '2027-01-01');
  const average = (early * 20 + late * (40 * 20 + 10 * 35)) / (early + late * 50); // ct/kWh
  expect(Number(plans[0]!.soldCents)).toBeCloseTo((Number(december) * average) / 1_000, -1);
});

test.each([['2026-03-27'], ['2026-10-23'], ['2026-11-27']])('a plan of the days from %s sells by quarter hours what it buys at the curve', async (from) => {
  const until = addDays(from, 6);
  await profile(shaped);
  await curve(from, until);
  await supply([
    { expectedWattHours: '4000000000', startOn: '2026-01-01', endOn: null, price: '21.5' },
    { expectedWattHours: '1234567891', startOn: addDays(from, 1), endOn: addDays(from, 4), price: '9.25' },
  ]);
  const plans = await marginPlans(db, areaDaysOf(await gridAreasNamed(db, null), daysFrom({ from, until })));
  const months = [...new Set(daysFrom({ from, until }).map((day) => `${day.slice(0, 7)}-01`))];
  expect(plans.map((plan) => `${plan.from} ${plan.gridAreaId}`)).toEqual(months.flatMap((month) => [NORD, OST].toSorted().map((area) => `${month < from ? from : month} ${area}`)));
  for (const month of months) {
    let [energy, sold, cost] = [0, 0, 0];
    for (const day of daysFrom({ from, until }).filter((each) => each >= month && each < addMonths(month, 1)))
      for (const [index, start] of quarterHoursOf(day).entries()) {
        const local = Temporal.Instant.fromEpochMilliseconds(start.getTime()).toZonedDateTimeISO('Europe/Berlin');
        const share = shaped(local.hour * 4 + local.minute / 15) / 1e9;
        const also = day > from && day < addDays(from, 4) ? 1_234_567_891 : 0;
        energy += (4_000_000_000 + also) * share;
        sold += (4_000_000_000 * share * 21.5 + also * share * 9.25) / 1_000;
        cost += ((4_000_000_000 + also) * share * priceOf(day, Math.floor(index / 4))) / 10_000;
      }
    const plan = plans.find((one) => one.from.slice(0, 7) === month.slice(0, 7) && one.gridAreaId === NORD)!;
    // Each quarter hour is rounded once, as positions are; what is sold follows the demand.
    const rounding = quartersIn(plan.from, plan.until) / 2;
    for (const [told, exact] of [[plan.demandWattHours, energy], [plan.soldCents, sold], [plan.costCents!, cost]] as const) expect(Math.abs(Number(told) - exact)).toBeLessThan(rounding);
    expect(Math.abs(Number(plan.soldCents) / sold / (Number(plan.demandWattHours) / energy) - 1)).toBeLessThan(1e-4);
    expect(plan.forecastIds).toEqual([]);
  }
  expect(plans.filter(({ gridAreaId }) => gridAreaId === OST).every((plan) => plan.demandWattHours === 0n && plan.costCents === 0n)).toBe(true);
  const beyond = await marginPlans(db, areaDaysOf((await gridAreasNamed(db, [NORD])), daysFrom({ from, until: addDays(until, 1) })));
  expect(beyond.at(-1)).toMatchObject({ until: addDays(until, 1), costCents: null });
});
