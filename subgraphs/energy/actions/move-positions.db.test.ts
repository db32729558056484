// The arithmetic of positions on the real database: exact sums, one rounding, clock changes, limits, and that taking causes one by one equals a calculation from nothing.
import { afterEach, beforeEach, expect, test } from 'vitest';
import fc from 'fast-check';
import { type Db, transact } from '@stromgraph/kernel/database';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { addDays, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';
import { openDaysOf } from '../positions/horizon.ts';
import { dynamisationOn } from '../profiles/dynamisation.ts';
import { rebuildProfileDemand } from '../store/demand.ts';
import { addUnnamedGridAreas } from '../store/grid-areas.ts';
import { positionsIn } from '../store/positions.ts';
import { foldMeteredDays } from '../store/realised.ts';
import { addContracts, type ConfirmedContract } from './add-contracts.ts';
import { importForecast } from './import-forecast.ts';
import { importGridAreas } from './import-grid-areas.ts';
import { importLoadProfile } from './import-load-profile.ts';
import { addCurves } from '../store/curves.ts';
import { takeCurveDays } from './take-curves.ts';
import { beginCause, settleCause } from './move-positions.ts';
import { openPositionDays } from './open-position-days.ts';

const NORD: string = '11YSTROM-NORD--9';
const WEST: string = '11YSTROM-WEST--B';
const areaId = (code: string) => idOf('grid-area', code);
let database: TestDatabase;
let db: Db;

beforeEach(async () => {
  database = await testDatabase();
  db = await database.open('energy');
});
afterEach(() => database.drop());

/** Every slot of the day has its own value, so that a wrong slot shows; G25 is not dynamised. */
const valueOf = (code: string, slot: number) => (code === 'H25' ? 20_001 + slot * 7 : 15_013 + slot * 3); // thousandths of a kWh per 1,000,000
async function profiles() {
  for (const code of ['H25', 'G25'])
    await importLoadProfile(db, {
      code, year: 2026, version: 1, dynamised: code === 'H25', seasonal: false, source: 'ENET', publishedAt: new Date('2025-10-01T07:00:00Z'),
      values: Array.from({ length: 12 }, (_, month) => (['WT', 'SA', 'FT'] as const).flatMap((dayType) => Array.from({ length: 96 }, (_, slot) => ({ month: month + 1, dayType, slot, value: (valueOf(code, slot) / 1000).toFixed(3) })))).flat(),
    });
}

const aContract = (change: Partial<ConfirmedContract> = {}): ConfirmedContract => ({
  contractId: newId(), gridAreaId: areaId(change.gridAreaCode ?? NORD), gridAreaCode: NORD, profile: 'H25', meteringKind: 'PROFILE', expectedWattHours: '3500001', startOn: '2026-01-01', endOn: null,
  confirmedAt: '2025-12-01T10:00:00Z', ...change,
});
const confirm = (...contracts: ConfirmedContract[]) => transact(db, (tx) => addContracts(tx, contracts));
const positionsOf = (day: string, code = NORD) => positionsIn(db, { gridAreaIds: [areaId(code)], from: startOfDay(day), until: startOfDay(addDays(day, 1)) });
const day = async (code: string, deliveryDay: string, wattHours: bigint, version = 1, cutOffAt = '2026-11-24T08:00:00Z') => {
  await transact(db, (tx) => addUnnamedGridAreas(tx, [{ id: areaId(code), code }]));
  await importForecast(db, { gridAreaId: areaId(code), horizon: 'DAY_AHEAD', basis: 'SLP', deliveryDay, version, publishedAt: new Date('2026-11-24T09:00:00Z'), cutOffAt: new Date(cutOffAt), position: BigInt(version), wattHours: quarterHoursOf(deliveryDay).map(() => wattHours) });
};

/** Slots by the local clock: 02:00 to 03:00 is missing in spring and comes twice in autumn. */
const slotsOf = (of: string) => {
  const all = Array.from({ length: 96 }, (_, slot) => slot);
  if (of === '2026-03-29') return all.filter((slot) => slot < 8 || slot >= 12);
  return of === '2026-10-25' ? [...all.slice(0, 12), ...all.slice(8)] : all;
};

test.each([['2026-03-29', 92], ['2026-11-24', 96], ['2026-10-25', 100]])('on %s demand has %i quarter hours, each summed exactly over profiles and rounded once', async (on, count) => {
  await database.setClock(startOfDay(on));
  await profiles();
  const [homes, shops] = [Array.from({ length: 7 }, () => aContract()), Array.from({ length: 5 }, () => aContract({ profile: 'G25', expectedWattHours: '1234567' }))];
  await confirm(...homes, ...shops);
  const positions = await positionsOf(on);
  expect(positions).toHaveLength(count);
  const factor = BigInt(dynamisationOn(on).replace('.', '')); // four decimals
  const expected = slotsOf(on).map((slot) => {
    const exact = 7n * 3_500_001n * BigInt(valueOf('H25', slot)) * factor + 5n * 1_234_567n * BigInt(valueOf('G25', slot)) * 10_000n;
    return (exact + 5_000_000_000_000n) / 10_000_000_000_000n;
  });
  expect(positions.map(({ demandWattHours }) => demandWattHours)).toEqual(expected);
  expect(positions.map(({ startAt }) => startAt)).toEqual(quarterHoursOf(on));
});

test('limits: exactly at a limit is within it, beyond it the rule that fired shows', async () => {
  await database.setClock('2026-11-24T09:00:00Z');
  await day(NORD, '2026-11-25', 1_000n);
  await day(WEST, '2026-11-25', 100_000_000n);
  const trade = (code: string, kilowatts: number, from: string) =>
    database.owner.query(
      `INSERT INTO energy.trade VALUES ($1, $2, 'BUY', 'QUARTER_HOUR', $3::timestamptz, $3::timestamptz + interval '15 minutes', $4::bigint, $4::bigint * 250, 90, 'EEX', 'CONFIRMED', '2026-11-24', 'x')`,
      [newId(), areaId(code), from, kilowatts],
    );
  await trade(NORD, 4, '2026-11-25T10:00Z'); // all of it
  await trade(WEST, 395_000, '2026-11-25T10:00Z'); // 98.75 of 100 MWh: 1.25 MWh open, a quarter of 5
  await trade(WEST, 394_999, '2026-11-25T10:15Z');
  await trade(WEST, 320_000, '2026-11-25T10:30Z'); // 20 % open, more than 5 MWh
  await trade(WEST, 319_999, '2026-11-25T10:45Z');
  await trade(WEST, 405_001, '2026-11-25T11:00Z'); // long
  await database.owner.query(`INSERT INTO energy.position_limit VALUES ($1, $2, 50, 1000000)`, [newId(), areaId(NORD)]);
  await transact(db, async (tx) => settleCause(tx, await beginCause(tx, null), { gridAreaIds: [areaId(NORD), areaId(WEST)], days: ['2026-11-25'], figures: 'HEDGES' }, ['trades']));
  await day(NORD, '2026-11-25', 1_000n, 2);
  await day(WEST, '2026-11-25', 100_000_000n, 2);
  const at = async (code: string, time: string) => (await positionsOf('2026-11-25', code)).find(({ startAt }) => startAt.toISOString() === `2026-11-25T${time}:00.000Z`)!;
  expect(await at(NORD, '10:00')).toMatchObject({ openWattHours: 0n, status: 'HEDGED', breach: null });
  expect(await at(NORD, '10:15')).toMatchObject({ openWattHours: 1_000n, status: 'OPEN', breach: 'PCT' });
  expect(await at(WEST, '10:00')).toMatchObject({ openWattHours: 1_250_000n, breach: null });
  expect(await at(WEST, '10:15')).toMatchObject({ openWattHours: 1_250_250n, breach: 'MWH' });
  expect(await at(WEST, '10:30')).toMatchObject({ openWattHours: 20_000_000n, breach: 'MWH' });
  expect(await at(WEST, '10:45')).toMatchObject({ openWattHours: 20_000_250n, breach: 'PCT' });
  expect(await at(WEST, '11:00')).toMatchObject({ openWattHours: -1_250_250n, breach: 'MWH' });
});

test('every change is in the ledger, what does not change is not', async () => {
  await database.setClock('2026-11-24T09:00:00Z');
  await day(NORD, '2026-11-25', 1_000n);
  const ledger = async () => (await database.owner.query(`SELECT count(*)::int AS rows, max(version) AS version FROM energy.open_position WHERE start_at >= '2026-11-24T23:00Z' AND start_at < '2026-11-25T23:00Z'`)).rows[0];
  expect(await ledger()).toEqual({ rows: 96, version: 1 });
  await day(NORD, '2026-11-25', 2_000n, 2);
  expect(await ledger()).toEqual({ rows: 192, version: 2 });
  await day(NORD, '2026-11-25', 2_000n, 2); // known already
  expect(await ledger()).toEqual({ rows: 192, version: 2 });
  const { rows } = await database.owner.query('SELECT count(*)::int AS differing FROM energy.current_position c LEFT JOIN energy.open_position l ON l.position_id = c.id AND l.version = c.version WHERE l.open_watt_hours IS DISTINCT FROM c.open_watt_hours');
  expect(rows[0].differing).toBe(0);
});

test('areas have the holidays of their state', async () => {
  await database.setClock('2026-01-05T09:00:00Z');
  await importGridAreas(db, [
    { id: areaId(NORD), code: NORD, name: 'Nord', balancingAreaCode: NORD, controlAreaCode: null, federalState: 'SH' },
    { id: areaId(WEST), code: WEST, name: 'Bayern', balancingAreaCode: WEST, controlAreaCode: null, federalState: 'BY' },
  ]);
  await importLoadProfile(db, {
    code: 'G25', year: 2026, version: 1, dynamised: false, seasonal: false, source: 'ENET', publishedAt: new Date('2025-10-01T07:00:00Z'),
    values: Array.from({ length: 12 }, (_, month) => (['WT', 'SA', 'FT'] as const).flatMap((dayType, type) => Array.from({ length: 96 }, (_, slot) => ({ month: month + 1, dayType, slot, value: String(10 + type) })))).flat(),
  });
  await confirm(aContract({ profile: 'G25', expectedWattHours: '1000000' }), aContract({ profile: 'G25', expectedWattHours: '1000000', gridAreaCode: WEST }));
  expect((await positionsOf('2026-01-06'))[0]!.demandWattHours).toBe(10n);
  expect((await positionsOf('2026-01-06', WEST))[0]!.demandWattHours).toBe(12n); // Epiphany
});

test('causes taken one by one agree with a calculation from nothing, to the watt-hour', async () => {
  await database.setClock('2026-11-24T09:00:00Z');
  await profiles();
  const days = openDaysOf('2026-11-24');
  let version = 0;
  const cause = fc.oneof(
    fc.record({ kind: fc.constant('contract' as const), area: fc.constantFrom(NORD, WEST), profile: fc.constantFrom('H25', 'G25'), wattHours: fc.integer({ min: 0, max: 90_000_000 }), startOn: fc.constantFrom('2026-11-01', '2026-11-25', '2026-11-27', '2026-12-24'), endOn: fc.constantFrom(null, '2026-11-26', '2027-01-01'), hour: fc.integer({ min: 6, max: 9 }) }),
    fc.record({ kind: fc.constant('forecast' as const), area: fc.constantFrom(NORD, WEST), day: fc.constantFrom(...days), wattHours: fc.integer({ min: 0, max: 90_000 }), cutOffHour: fc.integer({ min: 6, max: 9 }) }),
  );
  const figures = async () => (await database.owner.query('SELECT grid_area_id, delivery_day::text, profile, expected_watt_hours FROM energy.profile_demand WHERE expected_watt_hours > 0 ORDER BY 1, 2, 3')).rows;
  await fc.assert(
    fc.asyncProperty(fc.array(cause, { minLength: 1, maxLength: 6 }), async (causes) => {
      for (const each of causes) {
        if (each.kind === 'forecast') await day(each.area, each.day, BigInt(each.wattHours), (version += 1), `2026-11-24T0${each.cutOffHour}:00:00Z`);
        else await confirm(aContract({ gridAreaCode: each.area, gridAreaId: areaId(each.area), profile: each.profile, expectedWattHours: String(each.wattHours), startOn: each.startOn, endOn: each.endOn !== null && each.endOn > each.startOn ? each.endOn : null, confirmedAt: `2026-11-24T0${each.hour}:30:00Z` }));
      }
      const stepwise = await figures();
      await transact(db, (tx) => rebuildProfileDemand(tx, { gridAreaIds: [areaId(NORD), areaId(WEST)], days }));
      expect(await figures()).toEqual(stepwise);
    }),
    { numRuns: 12 },
  );
});

test('days open once, also when the night was missed, and the next opening is planned', async () => {
  await database.setClock('2026-11-24T09:00:00Z');
  await transact(db, openPositionDays);
  await database.setClock('2026-11-27T09:00:00Z');
  await confirm(aContract({ gridAreaCode: WEST })); // before the due row was seen to
  await transact(db, openPositionDays);
  const { rows } = await database.owner.query('SELECT delivery_day::text AS day FROM energy.position_day ORDER BY 1');
  expect(rows.map((row) => row.day)).toEqual(['2026-11-24', '2026-11-25', '2026-11-26', '2026-11-27', '2026-11-28', '2026-11-29', '2026-11-30']);
  expect((await database.owner.query(`SELECT due_at FROM energy.due WHERE kind = 'OPEN_POSITION_DAYS'`)).rows).toEqual([{ due_at: new Date('2026-11-27T23:00:00Z') }]);
});

test('what meters measured adds up per area; a corrected day is a new version, an old message changes nothing', async () => {
  await database.setClock('2026-11-24T09:00:00Z');
  const [one, two] = [aContract({ meteringKind: 'INTERVAL' }), aContract({ meteringKind: 'INTERVAL' })];
  await confirm(one, two);
  const meters = [newId(), newId()];
  const fold = (meter: number, version: number, wattHours: (number | null)[]) =>
    transact(db, (tx) => foldMeteredDays(tx, [{ meterId: meters[meter]!, contractId: [one, two][meter]!.contractId, obis: '1-0:1.29.0', day: '2026-11-23', version, wattHours }], new Date('2026-11-24T09:00:00Z')));
  const newest = async () => (await database.owner.query('SELECT DISTINCT ON (start_at) watt_hours::int AS wh, version FROM energy.realised_consumption ORDER BY start_at, version DESC')).rows;
  const whole = (value: number | null) => Array.from({ length: 96 }, () => value);
  await fold(0, 1, whole(100));
  await fold(1, 2, [...whole(50).slice(0, 95), null]);
  expect((await newest())[0]).toEqual({ wh: 150, version: 2 });
  expect((await newest())[95]).toEqual({ wh: 100, version: 1 });
  await fold(0, 2, [90, ...whole(100).slice(1)]);
  expect((await newest()).slice(0, 2)).toEqual([{ wh: 140, version: 3 }, { wh: 150, version: 2 }]);
  await fold(0, 1, whole(999));
  expect((await newest())[0]).toEqual({ wh: 140, version: 3 });
});

test('a day that is doubted does not count until it is decided; of registers of the same energy one does, whichever comes first', async () => {
  await database.setClock('2026-11-24T09:00:00Z');
  const contract = aContract({ meteringKind: 'INTERVAL' });
  await confirm(contract);
  const [meterId, other] = [newId(), newId()];
  const fold = async (obis: string, version: number, value: number, change: object = {}) =>
    (await transact(db, (tx) => foldMeteredDays(tx, [{ meterId, contractId: contract.contractId, obis, day: '2026-11-23', version, wattHours: Array.from({ length: 96 }, () => value), ...change }], new Date('2026-11-24T09:00:00Z')))).days.length;
  const used = async () => (await database.owner.query('SELECT DISTINCT ON (start_at) watt_hours::int AS wh FROM energy.realised_consumption ORDER BY start_at, version DESC')).rows[0]?.wh;
  expect([await fold('1-0:1.29.0', 1, 24_900, { doubted: true }), await used()]).toEqual([1, undefined]);
  expect([await fold('1-0:1.29.0', 2, 100), await used()]).toEqual([1, 100]);
  expect([await fold('1-0:1.29.0', 3, 24_900, { doubted: true }), await used()]).toEqual([1, 0]);
  expect([await fold('1-0:1.29.0', 4, 24_900), await used()]).toEqual([1, 24_900]); // it was right
  expect([await fold('1-0:1.29.0', 5, 24_900), await used()]).toEqual([0, 24_900]); // says the same
  expect([await fold('1-0:1.9.0', 1, 90), await used()]).toEqual([1, 24_900]);
  // Tariffs before the total, and another meter beside it.
  expect([await fold('1-0:1.29.1', 1, 30, { meterId: other }), await fold('1-0:1.29.2', 1, 40, { meterId: other }), await used()]).toEqual([1, 1, 24_970]);
  expect([await fold('1-0:1.9.0', 1, 60, { meterId: other }), await used()]).toEqual([1, 24_960]);
  expect([await fold('1-1:1.29.0', 1, 5, { meterId: other }), await used()]).toEqual([1, 24_965]); // a channel of its own
});

const priceOf = (hour: number) => (hour - 3) * 10 + 0.5; // negative in the first three hours
async function curve(version: number, from: string, until: string, change = 0) {
  const curveId = newId();
  const days = Array.from({ length: 10 }, (_, nth) => addDays(from, nth)).filter((each) => each < until);
  const hours = (each: string) => (startOfDay(addDays(each, 1)).getTime() - startOfDay(each).getTime()) / 3_600_000;
  await transact(db, (tx) => addCurves(tx, [{ curveId, tradingDay: '2026-01-01', version, publishedAt: '2026-01-01T17:00:00Z', from, until, minutes: 60 }]));
  for (const each of days) await transact(db, (tx) => takeCurveDays(tx, [{ curveId, day: each, eurPerMwh: Array.from({ length: hours(each) }, (_, hour) => String(priceOf(hour) + change)) }]));
  return curveId;
}

test.each([['2026-03-29', 92], ['2026-10-25', 100]])('on %s each of %i quarter hours is worth its open energy at the price of its hour, by the newest whole curve', async (on, count) => {
  await database.setClock(startOfDay(on));
  await profiles();
  await confirm(aContract({ expectedWattHours: '35000000000' }));
  expect(new Set((await positionsOf(on)).map(({ valueCents }) => valueCents))).toEqual(new Set([null]));
  await curve(1, on, addDays(on, 4));
  const positions = await positionsOf(on);
  expect(positions).toHaveLength(count);
  for (const [nth, { openWattHours, priceEurPerMwh, valueCents }] of positions.entries()) {
    const price = priceOf(Math.floor(nth / 4));
    expect(Number(priceEurPerMwh)).toBe(price);
    const exact = openWattHours * BigInt(price * 10); // ten thousandths of a tenth of a cent
    const [whole, rest] = [exact / 100_000n, exact % 100_000n];
    expect(valueCents).toBe(whole + (rest >= 50_000n ? 1n : rest <= -50_000n ? -1n : 0n));
  }
  // A newer version counts only once it is whole; one that lacks the day leaves it to the older.
  const half = newId();
  await transact(db, (tx) => addCurves(tx, [{ curveId: half, tradingDay: '2026-01-02', version: 1, publishedAt: '2026-01-02T17:00:00Z', from: on, until: addDays(on, 2), minutes: 60 }]));
  await transact(db, (tx) => takeCurveDays(tx, [{ curveId: half, day: addDays(on, 1), eurPerMwh: Array(24).fill('1') }]));
  expect(await positionsOf(on)).toEqual(positions);
  await curve(2, addDays(on, 1), addDays(on, 4), 5);
  expect(await positionsOf(on)).toEqual(positions);
  expect(Number((await positionsOf(addDays(on, 1)))[40]!.priceEurPerMwh)).toBe(priceOf(10) + 5);
});
