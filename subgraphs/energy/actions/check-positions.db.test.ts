// Whatever causes come in whatever order: what they keep up to date equals a calculation from nothing and a plain sum over the raw rows.
import { afterEach, beforeEach, expect, test } from 'vitest';
import fc from 'fast-check';
import { type Db, transact } from '@stromgraph/kernel/database';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { makeLog } from '@stromgraph/kernel/log';
import { addDays, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';
import { openDaysOf } from '../positions/horizon.ts';
import { addCurves } from '../store/curves.ts';
import { addTrade } from '../store/trades.ts';
import { energyOfTrade, productOf } from '../hedging/trade.ts';
import { addContracts } from './add-contracts.ts';
import { checkPositions } from './check-positions.ts';
import { importForecast } from './import-forecast.ts';
import { importLoadProfile } from './import-load-profile.ts';
import { beginCause, settleCause } from './move-positions.ts';
import { takeMeteredDays } from './take-actuals.ts';
import { takeCurveDays } from './take-curves.ts';

const CODES: readonly string[] = ['11YSTROM-NORD--9', '11YSTROM-WEST--B'];
const TODAY = '2026-11-24'; // a Tuesday: working days up to Friday, nowhere a holiday
const DAYS = openDaysOf(TODAY);
const areaId = (code: string) => idOf('grid-area', code);
const log = makeLog('test', 'silent');
let database: TestDatabase;
let db: Db;

beforeEach(async () => {
  database = await testDatabase();
  await database.setClock(`${TODAY}T09:00:00Z`);
  db = await database.open('energy');
  for (const code of ['H25', 'G25'])
    await importLoadProfile(db, {
      code, year: 2026, version: 1, dynamised: code === 'H25', seasonal: false, source: 'ENET', publishedAt: new Date('2025-10-01T07:00:00Z'),
      values: Array.from({ length: 12 }, (_, month) => (['WT', 'SA', 'FT'] as const).flatMap((dayType) => Array.from({ length: 96 }, (_slot, slot) => ({ month: month + 1, dayType, slot, value: (15.013 + slot * 0.007).toFixed(3) })))).flat(),
    });
});
afterEach(() => database.drop());

const check = () => transact(db, (tx) => checkPositions(tx, { log, everyHours: 1 }));

/** Contract by contract, trade by trade, meter by meter: it knows none of the sums that the product keeps. */
const PLAIN = `
  WITH newest AS (SELECT DISTINCT ON (grid_area_id, delivery_day) * FROM energy.demand_forecast ORDER BY grid_area_id, delivery_day, version DESC),
  quarter AS (
    SELECT a.id AS area, s AS start_at, (s AT TIME ZONE 'Europe/Berlin')::date AS day, (extract(epoch FROM (s AT TIME ZONE 'Europe/Berlin')::time) / 900)::int AS slot,
      extract(doy FROM s AT TIME ZONE 'Europe/Berlin') AS t
    FROM energy.grid_area a, generate_series('${TODAY}T00:00+01:00'::timestamptz, '${addDays(TODAY, 3)}T23:45+01:00', '15 minutes') s
  ), figure AS (
    SELECT q.area, q.start_at,
      round(coalesce((SELECT v.demand_watt_hours FROM newest n JOIN energy.day_ahead_demand_forecast v ON v.forecast_id = n.id WHERE n.grid_area_id = q.area AND v.start_at = q.start_at), 0)
        + coalesce((
            SELECT sum(c.expected_watt_hours * p.value * CASE c.profile WHEN 'H25' THEN round(-3.92e-10 * q.t ^ 4 + 3.20e-7 * q.t ^ 3 - 7.02e-5 * q.t ^ 2 + 2.10e-3 * q.t + 1.24, 4) ELSE 1 END) / 1000000
            FROM energy.supply_contract c JOIN energy.slp_profile p ON p.code = c.profile AND p.month = 11 AND p.day_type = 'WT' AND p.slot = q.slot
            WHERE c.grid_area_id = q.area AND c.start_on <= q.day AND (c.end_on IS NULL OR c.end_on > q.day)
              AND NOT EXISTS (SELECT FROM newest n WHERE n.grid_area_id = q.area AND n.delivery_day = q.day AND n.cut_off_at >= c.confirmed_at)), 0))::bigint AS demand,
      coalesce((SELECT sum(CASE t.side WHEN 'BUY' THEN 250 ELSE -250 END * t.kilowatts) FROM energy.trade t WHERE t.grid_area_id = q.area AND t.from_at <= q.start_at AND t.until_at > q.start_at), 0)::bigint AS hedged,
      (SELECT sum(u.wh) FROM energy.metered_day m, unnest(m.watt_hours) WITH ORDINALITY u (wh, nth) WHERE m.grid_area_id = q.area AND m.day = q.day AND u.nth = q.slot + 1)::bigint AS realised,
      (SELECT d.eur_per_mwh[q.slot / 4 + 1] FROM energy.price_curve_day d JOIN energy.price_curve c ON c.id = d.curve_id WHERE c.whole AND d.delivery_day = q.day ORDER BY c.version DESC LIMIT 1) AS price
    FROM quarter q)
  SELECT area, start_at, demand, hedged, demand - hedged AS open, realised, round((demand - hedged) * price / 10000)::bigint AS cents FROM figure ORDER BY 1, 2`;
const KEPT = `SELECT grid_area_id AS area, start_at, demand_watt_hours AS demand, hedged_watt_hours AS hedged, open_watt_hours AS open, realised_watt_hours AS realised, value_cents AS cents
  FROM energy.current_position WHERE start_at >= '${TODAY}T00:00+01:00' ORDER BY 1, 2`;
const LEDGER = `SELECT DISTINCT ON (grid_area_id, start_at) grid_area_id AS area, start_at, demand_watt_hours AS demand, hedged_watt_hours AS hedged, open_watt_hours AS open, realised_watt_hours AS realised, value_cents AS cents
  FROM energy.open_position WHERE start_at >= '${TODAY}T00:00+01:00' ORDER BY grid_area_id, start_at, version DESC`;
const rowsOf = async (statement: string) => (await database.owner.query(statement)).rows;

let count = 0;
const area = fc.constantFrom(...CODES);
const day = fc.constantFrom(...DAYS);
const wattHours = fc.integer({ min: 0, max: 90_000_000 });
const CAUSES = fc.oneof(
  fc.record({ area, profile: fc.constantFrom('H25', 'G25'), wattHours, startOn: fc.constantFrom('2026-11-01', '2026-11-25', '2026-12-24'), endOn: fc.constantFrom(null, '2026-11-26', '2027-01-01'), hour: fc.integer({ min: 6, max: 9 }) }).map(
    ({ area: code, wattHours: expected, endOn, hour, ...contract }) => () =>
      transact(db, (tx) => addContracts(tx, [{ ...contract, contractId: newId(), gridAreaId: areaId(code), gridAreaCode: code, meteringKind: 'PROFILE', expectedWattHours: String(expected), endOn: endOn !== null && endOn > contract.startOn ? endOn : null, confirmedAt: `${TODAY}T0${hour}:30:00Z` }])),
  ),
  fc.record({ area, day, wattHours: fc.integer({ min: 0, max: 90_000 }), hour: fc.integer({ min: 6, max: 9 }) }).map(({ area: code, day: deliveryDay, wattHours: each, hour }) => () =>
    importForecast(db, { gridAreaId: areaId(code), horizon: 'DAY_AHEAD', basis: 'SLP', deliveryDay, version: (count += 1), publishedAt: new Date(`${TODAY}T10:00:00Z`), cutOffAt: new Date(`${TODAY}T0${hour}:00:00Z`), position: BigInt(count), wattHours: quarterHoursOf(deliveryDay).map((_, nth) => BigInt(each + nth)) } as never),
  ),
  fc.record({ area, side: fc.constantFrom('BUY' as const, 'SELL' as const), from: fc.integer({ min: 40, max: 380 }), length: fc.integer({ min: 1, max: 200 }), kilowatts: fc.bigInt({ min: 1n, max: 5_000n }) }).map(({ area: code, from: first, length, ...rest }) => () =>
    transact(db, async (tx) => {
      const from = new Date(startOfDay(TODAY).getTime() + first * 900_000);
      const trade = { ...rest, gridAreaId: areaId(code), from, until: new Date(from.getTime() + length * 900_000), pricePerMwh: '81.25', counterparty: 'EEX' };
      await tx.sql`INSERT INTO energy.grid_area VALUES (${areaId(code)}, ${code}, ${code}, ${code}, NULL, NULL) ON CONFLICT DO NOTHING`;
      const cause = await beginCause(tx, [areaId(code)]);
      await addTrade(tx, { ...trade, id: newId<'trade'>(), product: productOf(trade.from, trade.until), wattHours: energyOfTrade(trade), recordedAt: cause.now, recordedBy: 'x' });
      await settleCause(tx, cause, { gridAreaIds: [areaId(code)], days: cause.days, figures: 'HEDGES' }, ['trade']);
    }),
  ),
  fc.record({ area, day: fc.constantFrom(TODAY, '2026-11-23'), value: fc.option(fc.integer({ min: 0, max: 999 })) }).map(({ area: code, day: measured, value }) => async () => {
    const contractId = newId();
    await transact(db, (tx) => addContracts(tx, [{ contractId, gridAreaId: areaId(code), gridAreaCode: code, profile: 'G25', meteringKind: 'INTERVAL', expectedWattHours: '10', startOn: '2026-11-01', endOn: null, confirmedAt: '2026-11-01T00:00:00Z' }]));
    await transact(db, (tx) => takeMeteredDays(tx, [{ meterId: newId(), obis: '1-0:1.29.0', contractId, day: measured, version: 1, wattHours: Array.from({ length: 96 }, (_, nth) => (nth < 60 ? value : null)) }], new Date(`${TODAY}T09:00:00Z`)));
  }),
  fc.integer({ min: -500, max: 900 }).map((tenths) => async () => {
    const curveId = newId();
    await transact(db, (tx) => addCurves(tx, [{ curveId, tradingDay: TODAY, version: (count += 1), publishedAt: `${TODAY}T08:00:00Z`, from: TODAY, until: addDays(TODAY, 4), minutes: 60 }]));
    await transact(db, (tx) => takeCurveDays(tx, DAYS.map((each) => ({ curveId, day: each, eurPerMwh: Array.from({ length: 24 }, (_, hour) => ((tenths + hour * 37) / 10).toFixed(1)) }))));
  }),
);

test('incremental, full and plain sums agree to the watt-hour and the cent after any causes', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(CAUSES, { minLength: 2, maxLength: 8 }), async (causes) => {
      for (const cause of causes) await cause();
      const kept = await rowsOf(KEPT);
      expect(await check()).toMatchObject({ positions: kept.length, differing: 0, differingWattHours: 0n });
      expect(kept).toEqual(await rowsOf(PLAIN));
      expect(kept).toEqual(await rowsOf(LEDGER));
    }),
    { numRuns: 8 },
  );
});

test('an area that a contract brings has its positions at once, though supply starts later', async () => {
  const code = '11YTESTAREANEW-7';
  await transact(db, (tx) => addContracts(tx, [{ contractId: newId(), gridAreaId: areaId(code), gridAreaCode: code, profile: 'G25', meteringKind: 'PROFILE', expectedWattHours: '50000000', startOn: '2027-03-01', endOn: null, confirmedAt: '2026-11-01T00:00:00Z' }]));
  const [{ n }] = (await database.owner.query(`SELECT count(*)::int AS n FROM energy.current_position WHERE grid_area_id = $1`, [areaId(code)])).rows;
  expect(n).toBe(384);
  expect(await check()).toMatchObject({ differing: 0 });
});

test('a sum that went astray is found, told once, and put right', async () => {
  await transact(db, (tx) => addContracts(tx, [{ contractId: newId(), gridAreaId: areaId(CODES[0]!), gridAreaCode: CODES[0]!, profile: 'G25', meteringKind: 'PROFILE', expectedWattHours: '50000000', startOn: '2026-11-01', endOn: null, confirmedAt: '2026-11-01T00:00:00Z' }]));
  const right = await rowsOf(KEPT);
  await database.owner.query(`UPDATE energy.profile_demand SET expected_watt_hours = expected_watt_hours + 1000000 WHERE delivery_day = '2026-11-26'`);
  await transact(db, async (tx) => settleCause(tx, await beginCause(tx, null), { gridAreaIds: [areaId(CODES[0]!)], days: DAYS, figures: 'ALL' }, ['astray']));
  const astray = await rowsOf(KEPT);
  const off = astray.reduce((sum: bigint, row, nth) => sum + BigInt(row.demand) - BigInt(right[nth]!.demand), 0n);
  expect(await check()).toEqual({ positions: 384, differing: 96, differingWattHours: off });
  expect(await rowsOf(KEPT)).toEqual(right);
  expect(await rowsOf('SELECT kind, severity, cleared_at FROM energy.alert')).toEqual([{ kind: 'RECALCULATION_DIFFERED', severity: 'CRITICAL', cleared_at: null }]);
  expect(await check()).toMatchObject({ differing: 0 });
  expect(await rowsOf('SELECT FROM energy.alert WHERE cleared_at IS NULL')).toEqual([]);
  expect(await rowsOf('SELECT positions, differing FROM energy.position_check ORDER BY id')).toEqual([{ positions: 384, differing: 96 }, { positions: 384, differing: 0 }]);
  expect(await rowsOf(`SELECT due_at FROM energy.due WHERE kind = 'CHECK_POSITIONS'`)).toEqual([{ due_at: new Date(`${TODAY}T10:00:00Z`) }]);
});

test('an actual of a day that is over reaches its position, and its correction too', async () => {
  const contractId = newId();
  await transact(db, (tx) => addContracts(tx, [{ contractId, gridAreaId: areaId(CODES[0]!), gridAreaCode: CODES[0]!, profile: 'G25', meteringKind: 'INTERVAL', expectedWattHours: '50000000', startOn: '2026-11-01', endOn: null, confirmedAt: '2026-11-01T00:00:00Z' }]));
  await database.setClock(`${addDays(TODAY, 1)}T09:00:00Z`);
  const meterId = newId();
  const measure = (version: number, value: number) => transact(db, (tx) => takeMeteredDays(tx, [{ meterId, obis: '1-0:1.29.0', contractId, day: TODAY, version, wattHours: Array.from({ length: 96 }, () => value) }], new Date(`${addDays(TODAY, 1)}T09:00:00Z`)));
  const used = async () => (await rowsOf(`SELECT sum(realised_watt_hours)::int AS wh, min(version) AS version FROM energy.current_position WHERE start_at >= '${TODAY}T00:00+01:00' AND start_at < '${addDays(TODAY, 1)}T00:00+01:00'`))[0];
  await measure(1, 100);
  expect(await used()).toEqual({ wh: 9_600, version: 2 });
  await measure(2, 90);
  expect(await used()).toEqual({ wh: 8_640, version: 3 });
  await measure(2, 70); // known already
  expect(await used()).toEqual({ wh: 8_640, version: 3 });
});

test('checks are sound and stay', async () => {
  const add = (values: string) => database.owner.query(`INSERT INTO energy.position_check (checked_at, positions, differing, differing_watt_hours) VALUES ('2026-11-24', ${values})`);
  await add('1, 1, 5');
  await expect(add('1, 2, 0')).rejects.toMatchObject({ code: '23514', constraint: 'position_check_check' });
  await expect(add('1, 0, 5')).rejects.toMatchObject({ code: '23514', constraint: 'what_agrees_differs_by_nothing' });
  for (const statement of ['UPDATE energy.position_check SET differing = 0', 'DELETE FROM energy.position_check', 'TRUNCATE energy.position_check'])
    await expect(database.owner.query(statement)).rejects.toMatchObject({ code: '23001' });
});
