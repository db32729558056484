// Positions beyond the open days: whatever causes come in whatever order, they equal plain sums over the raw rows, and go over into finer ones without a difference.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { type Db, transact } from '@stromgraph/kernel/database';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { makeLog } from '@stromgraph/kernel/log';
import { addDays, addMs, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';
import { firstDayOf, valuesOf } from '../forecasts/forecast.ts';
import { energyOfTrade, productOf } from '../hedging/trade.ts';
import { forwardPeriodsOf } from '../positions/horizon.ts';
import { addCurves } from '../store/curves.ts';
import { areForwardUnsettled } from '../store/forward-positions.ts';
import { addAmendment, addTrade } from '../store/trades.ts';
import { addContracts } from './add-contracts.ts';
import { checkForward } from './check-forward.ts';
import { endContracts } from './end-contracts.ts';
import { importForecast } from './import-forecast.ts';
import { importLoadProfile } from './import-load-profile.ts';
import { beginCause, settleCause } from './move-positions.ts';
import { openPositionDays } from './open-position-days.ts';
import { settleForward } from './settle-forward.ts';
import { takeCurveDays } from './take-curves.ts';

const CODES: readonly string[] = ['11YSTROM-NORD--9', '11YSTROM-WEST--B'];
const areaId = (code: string) => idOf('grid-area', code);
const log = makeLog('test', 'silent');
let database: TestDatabase;
let db: Db;

beforeEach(async () => {
  database = await testDatabase();
  db = await database.open('energy');
});
afterEach(() => database.drop());

async function begin(today: string): Promise<void> {
  await database.setClock(`${today}T09:00:00Z`);
  for (const [nth, code] of ['H25', 'G25'].entries())
    await importLoadProfile(db, {
      code, year: 2026, version: 1, dynamised: code === 'H25', seasonal: false, source: 'ENET', publishedAt: new Date('2025-10-01T07:00:00Z'),
      values: Array.from({ length: 12 }, (_, month) => (['WT', 'SA', 'FT'] as const).flatMap((dayType, type) => Array.from({ length: 96 }, (_slot, slot) => ({ month: month + 1, dayType, slot, value: (15.013 + nth + month * 0.5 + type * 0.25 + slot * 0.007).toFixed(3) })))).flat(),
    });
  await database.owner.query('INSERT INTO energy.grid_area SELECT * FROM unnest($1::uuid[], $2::text[], $2::text[], $2::text[])', [CODES.map(areaId), CODES]);
}
const settle = async (today: string) => {
  while (await transact(db, (tx) => areForwardUnsettled(tx, today))) await transact(db, settleForward);
};
const rowsOf = async (statement: string, values: unknown[] = []) => (await database.owner.query(statement, values)).rows;
const KEPT = `SELECT grid_area_id AS area, start_at, end_at, demand_watt_hours AS demand, hedged_watt_hours AS hedged, open_watt_hours AS open, value_cents AS cents, round(price_eur_per_mwh, 5) AS price,
  breached_quarter_hours AS breached FROM energy.forward_position WHERE end_at <= $1 ORDER BY 1, 2`;
const LEDGER = `SELECT area, start_at, end_at, demand, hedged, open, cents, price FROM (
    SELECT DISTINCT ON (position_id) position_id, grid_area_id AS area, start_at, end_at, demand_watt_hours AS demand, hedged_watt_hours AS hedged, open_watt_hours AS open, value_cents AS cents, round(price_eur_per_mwh, 5) AS price
    FROM energy.open_position WHERE step <> 'QUARTER_HOUR' ORDER BY position_id, version DESC) l WHERE end_at <= $1 AND position_id IN (SELECT id FROM energy.forward_position) ORDER BY 1, 2`;

/** Contract by contract and trade by trade over every quarter hour, by the local clock; it knows no sum, no period and no array of the product. */
const PLAIN = `
  WITH quarter AS MATERIALIZED (
    SELECT a.id AS area, s AS start_at, l.at::date AS day, extract(hour FROM l.at)::int AS hour, extract(minute FROM l.at)::int / 15 AS nth, extract(month FROM l.at)::int AS month, extract(doy FROM l.at) AS t, extract(isodow FROM l.at)::int AS weekday,
      CASE WHEN extract(isodow FROM l.at) = 7 OR to_char(l.at, 'MM-DD') IN ('05-01', '10-03', '12-25', '12-26', '01-01') OR l.at::date IN ('2026-04-03', '2026-04-06', '2026-05-14', '2026-05-25') THEN 'FT'
        WHEN extract(isodow FROM l.at) = 6 OR to_char(l.at, 'MM-DD') IN ('12-24', '12-31') THEN 'SA' ELSE 'WT' END AS day_type
    FROM energy.grid_area a, generate_series($1::timestamptz, $2::timestamptz - interval '15 minutes', '15 minutes') s, LATERAL (SELECT s AT TIME ZONE 'Europe/Berlin' AS at) l
  ), chosen AS (
    SELECT DISTINCT ON (d.area, d.day) d.area, d.day, n.id, n.cut_off_at FROM (SELECT DISTINCT area, day FROM quarter) d JOIN energy.demand_forecast n ON n.grid_area_id = d.area
      AND CASE n.horizon WHEN 'DAY_AHEAD' THEN n.delivery_day = d.day WHEN 'WEEK_AHEAD' THEN d.day - n.delivery_day BETWEEN 0 AND 6 ELSE extract(year FROM n.delivery_day) = extract(year FROM d.day) END
    ORDER BY d.area, d.day, array_position(ARRAY['DAY_AHEAD', 'WEEK_AHEAD', 'YEAR_AHEAD'], n.horizon), n.version DESC
  ), forecast AS (
    SELECT q.area, q.start_at, n.cut_off_at, coalesce(
      (SELECT v.demand_watt_hours FROM energy.day_ahead_demand_forecast v WHERE v.forecast_id = n.id AND v.start_at = q.start_at),
      (SELECT floor(v.demand_watt_hours * (q.nth + 1) / 4.0) - floor(v.demand_watt_hours * q.nth / 4.0) FROM energy.weekly_demand_forecast v WHERE v.forecast_id = n.id AND v.start_at = date_trunc('hour', q.start_at)),
      (SELECT floor(v.demand_watt_hours * (q.nth + 1) / 4.0) - floor(v.demand_watt_hours * q.nth / 4.0) FROM energy.year_ahead_demand_forecast v WHERE v.forecast_id = n.id AND v.month = q.month AND v.week_hour = (q.weekday - 1) * 24 + q.hour)) AS wh
    FROM quarter q JOIN chosen n USING (area, day)
  ), spread AS (
    SELECT q.area, q.start_at, sum(k.sign * c.expected_watt_hours * p.value * CASE c.profile WHEN 'H25' THEN round((-3.92e-10 * q.t ^ 4 + 3.20e-7 * q.t ^ 3 - 7.02e-5 * q.t ^ 2 + 2.10e-3 * q.t + 1.24)::numeric, 4) ELSE 1 END) / 1000000 AS wh
    FROM quarter q LEFT JOIN chosen n USING (area, day) JOIN energy.supply_contract c ON c.grid_area_id = q.area
    LEFT JOIN energy.supply_end e ON e.contract_id = c.contract_id
    /* What is so now, less what the forecast took it for. */
    CROSS JOIN LATERAL (
      SELECT (c.start_on <= q.day AND (coalesce(e.end_on, c.end_on) IS NULL OR coalesce(e.end_on, c.end_on) > q.day))::int
        - (c.confirmed_at <= n.cut_off_at AND c.start_on <= q.day AND ((CASE WHEN e.told_at <= n.cut_off_at THEN e.end_on ELSE c.end_on END) IS NULL OR (CASE WHEN e.told_at <= n.cut_off_at THEN e.end_on ELSE c.end_on END) > q.day) AND n.cut_off_at IS NOT NULL)::int AS sign
    ) k
    JOIN energy.slp_profile p ON p.code = c.profile AND p.month = q.month AND p.day_type = q.day_type AND p.slot = q.hour * 4 + q.nth GROUP BY 1, 2
  ), hedge AS (
    SELECT q.area, q.start_at, sum(CASE t.side WHEN 'BUY' THEN 250 ELSE -250 END * t.kilowatts) AS wh FROM quarter q JOIN energy.trade t ON t.grid_area_id = q.area AND t.from_at <= q.start_at AND t.until_at > q.start_at
    WHERE NOT EXISTS (SELECT FROM energy.trade_amendment a WHERE a.trade_id = t.id) GROUP BY 1, 2
  ), price AS (
    SELECT q.start_at, (SELECT d.eur_per_mwh[extract(epoch FROM q.start_at - (q.day::timestamp AT TIME ZONE 'Europe/Berlin'))::int / 3600 + 1] FROM energy.price_curve_day d JOIN energy.price_curve c ON c.id = d.curve_id
      WHERE c.whole AND d.delivery_day = q.day ORDER BY c.version DESC LIMIT 1) AS price
    FROM (SELECT DISTINCT start_at, day FROM quarter) q
  ), figure AS (
    SELECT q.area, q.start_at, p.price, round(coalesce(f.wh, 0) + coalesce(s.wh, 0)) AS demand, coalesce(h.wh, 0) AS hedged
    FROM quarter q JOIN price p USING (start_at) LEFT JOIN spread s USING (area, start_at) LEFT JOIN hedge h USING (area, start_at) LEFT JOIN forecast f USING (area, start_at)
  )
  SELECT k.area, k.start_at, k.end_at, sum(f.demand)::bigint AS demand, sum(f.hedged)::bigint AS hedged, sum(f.demand - f.hedged)::bigint AS open,
    CASE WHEN count(f.price) = count(*) THEN sum(round((f.demand - f.hedged) * f.price / 10000))::bigint END AS cents, CASE WHEN count(f.price) = count(*) THEN round(avg(f.price), 5) END AS price,
    count(*) FILTER (WHERE abs(f.demand - f.hedged) * 5 > abs(f.demand) OR abs(f.demand - f.hedged) * 4 > 5000000)::int AS breached
  FROM unnest($3::timestamptz[], $4::timestamptz[]) n (start_at, end_at) CROSS JOIN LATERAL (SELECT a.id AS area, n.start_at, n.end_at FROM energy.grid_area a) k
  JOIN figure f ON f.area = k.area AND f.start_at >= k.start_at AND f.start_at < k.end_at GROUP BY 1, 2, 3 ORDER BY 1, 2`;

async function agree(today: string, until: Date): Promise<void> {
  const periods = forwardPeriodsOf(today).filter((period) => period.until <= until);
  const kept = await rowsOf(KEPT, [until]);
  expect(kept).toEqual(await rowsOf(PLAIN, [periods[0]!.from, periods.at(-1)!.until, periods.map(({ from }) => from), periods.map((period) => period.until)]));
  expect(kept.map((row) => ({ ...row, breached: undefined }))).toEqual(await rowsOf(LEDGER, [until]));
  for (const code of CODES) expect(await transact(db, (tx) => checkForward(tx, areaId(code), log))).toMatchObject({ positions: forwardPeriodsOf(today).length, differing: 0, differingWattHours: 0n });
}

let count = 0;
function causesFrom(today: string) {
  const area = fc.constantFrom(...CODES);
  const ahead = (max: number) => fc.integer({ min: 0, max }).map((days) => addDays(today, days));
  const deliver = async (code: string, from: Date, quarters: number, terms: { side: 'BUY' | 'SELL'; kilowatts: bigint; pricePerMwh: string }, isCancelled: boolean) =>
    transact(db, async (tx) => {
      const trade = { ...terms, gridAreaId: areaId(code), from, until: new Date(from.getTime() + quarters * 900_000), counterparty: 'EEX' };
      const cause = await beginCause(tx, [trade.gridAreaId]);
      const id = newId<'trade'>();
      await addTrade(tx, { ...trade, id, product: productOf(trade.from, trade.until), wattHours: energyOfTrade(trade), recordedAt: cause.now, recordedBy: 'x' });
      if (isCancelled) await addAmendment(tx, { tradeId: id, replacedBy: null, reason: 'wrong', amendedAt: cause.now, amendedBy: 'x' });
      await settleCause(tx, cause, { gridAreaIds: [trade.gridAreaId], days: cause.days, figures: 'HEDGES' }, ['trade']);
    });
  return fc.oneof(
    fc.record({ area, profile: fc.constantFrom('H25', 'G25'), wattHours: fc.integer({ min: 0, max: 900_000_000 }), startOn: ahead(40), length: fc.option(fc.integer({ min: 1, max: 60 })) }).map(
      ({ area: code, profile, wattHours, startOn, length }) => () =>
        transact(db, (tx) => addContracts(tx, [{ contractId: newId(), gridAreaId: areaId(code), gridAreaCode: code, profile, meteringKind: 'PROFILE', expectedWattHours: String(wattHours), startOn, endOn: length === null ? null : addDays(startOn, length), confirmedAt: `${addDays(today, -3)}T10:00:00Z` }])),
    ),
    fc.record({ area, horizon: fc.constantFrom('DAY_AHEAD' as const, 'WEEK_AHEAD' as const, 'YEAR_AHEAD' as const), day: ahead(20), wattHours: fc.integer({ min: 0, max: 9_000_000 }), known: fc.boolean() }).map(({ area: code, horizon, day, wattHours: each, known }) => async () => {
      const deliveryDay = firstDayOf(horizon, day);
      const wattHours = Array.from({ length: valuesOf({ horizon, deliveryDay }) }, (_, nth) => BigInt(each + nth));
      await importForecast(db, { horizon, basis: 'SLP', gridAreaId: areaId(code), deliveryDay, version: (count += 1), publishedAt: new Date(`${today}T08:00:00Z`), cutOffAt: new Date(`${addDays(today, known ? -1 : -9)}T06:00:00Z`), position: BigInt(count), wattHours });
    }),
    fc.record({ nth: fc.nat(), endOn: ahead(70) }).map(({ nth, endOn }) => async () => {
      const known = await rowsOf('SELECT contract_id FROM energy.supply_contract c WHERE NOT EXISTS (SELECT FROM energy.supply_end e WHERE e.contract_id = c.contract_id) ORDER BY 1');
      if (known.length > 0) await transact(db, (tx) => endContracts(tx, [{ contractId: known[nth % known.length].contract_id, endOn, toldAt: `${addDays(today, -2)}T12:00:00Z` }]));
    }),
    fc.record({ area, side: fc.constantFrom('BUY' as const, 'SELL' as const), from: fc.integer({ min: 40, max: 4_000 }), length: fc.integer({ min: 1, max: 9_000 }), kilowatts: fc.bigInt({ min: 1n, max: 5_000n }), cancelled: fc.boolean() }).map(
      ({ area: code, from, length, cancelled, ...terms }) => () => deliver(code, new Date(startOfDay(today).getTime() + from * 900_000), length, { ...terms, pricePerMwh: '81.25' }, cancelled),
    ),
    fc.record({ tenths: fc.integer({ min: -500, max: 900 }), days: fc.integer({ min: 5, max: 120 }) }).map(({ tenths, days }) => async () => {
      const curveId = newId();
      await transact(db, (tx) => addCurves(tx, [{ curveId, tradingDay: today, version: (count += 1), publishedAt: `${today}T08:00:00Z`, from: today, until: addDays(today, days), minutes: 60 }]));
      const told = Array.from({ length: days }, (_, nth) => addDays(today, nth));
      await transact(db, (tx) => takeCurveDays(tx, told.map((day) => ({ curveId, day, eurPerMwh: Array.from({ length: quarterHoursOf(day).length / 4 }, (_hour, hour) => ((tenths + hour * 37) / 10).toFixed(1)) }))));
    }),
  );
}

describe.each(['2026-03-24', '2026-10-20'])('from %s, with the clock change in its hours', (today) => {
  test('positions of hours and months equal plain sums after any causes', { timeout: 120_000 }, async () => {
    await begin(today);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(causesFrom(today), fc.boolean()), { minLength: 3, maxLength: 8 }), async (causes) => {
        for (const [cause, settleBetween] of causes) {
          await cause();
          if (settleBetween) await settle(today);
        }
        await settle(today);
        await agree(today, new Date(startOfDay(today).getTime() + 43 * 86_400_000));
      }),
      { numRuns: 3 },
    );
  });

  test('as time passes months become hours and hours quarter hours, and nothing is lost', { timeout: 60_000 }, async () => {
    await begin(today);
    for (const cause of fc.sample(causesFrom(today), { numRuns: 12, seed: 7 })) await cause();
    await settle(today);
    const FIGURES = 'demand_watt_hours AS demand, hedged_watt_hours AS hedged, value_cents AS cents';
    const hoursOf = async (from: Date, until: Date) => rowsOf(`SELECT grid_area_id AS area, start_at, ${FIGURES} FROM energy.forward_position WHERE step = 'HOUR' AND start_at >= $1 AND end_at <= $2 ORDER BY 1, 2`, [from, until]);
    const total = async () => (await rowsOf(`SELECT sum(demand)::bigint AS demand, sum(hedged)::bigint AS hedged FROM (
      SELECT ${FIGURES} FROM energy.current_position WHERE start_at >= $1 UNION ALL SELECT ${FIGURES} FROM energy.forward_position WHERE start_at >= $1) p`, [startOfDay(addDays(today, 8))]))[0];
    const before = await total();
    for (let ahead = 1; ahead <= 8; ahead++) {
      const now = addDays(today, ahead);
      const [from, until] = [startOfDay(addDays(now, 3)), startOfDay(addDays(now, 4))];
      const hours = await hoursOf(from, until);
      expect(hours).toHaveLength((CODES.length * (until.getTime() - from.getTime())) / 3_600_000);
      await database.setClock(addMs(startOfDay(now), 1_000));
      await transact(db, openPositionDays);
      expect(await rowsOf(`SELECT grid_area_id AS area, date_trunc('hour', start_at) AS start_at, sum(demand_watt_hours)::bigint AS demand, sum(hedged_watt_hours)::bigint AS hedged, sum(value_cents)::bigint AS cents
        FROM energy.current_position WHERE start_at >= $1 AND start_at < $2 GROUP BY 1, 2 ORDER BY 1, 2`, [from, until])).toEqual(hours);
      await settle(now);
      expect(await hoursOf(from, until)).toEqual([]);
      expect(await rowsOf(`SELECT start_at AS from, end_at AS until, step FROM energy.forward_position WHERE grid_area_id = $1 ORDER BY 1`, [areaId(CODES[0]!)])).toEqual(forwardPeriodsOf(now));
    }
    expect(await total()).toEqual(before);
    expect(await rowsOf(`SELECT FROM energy.forward_cause`)).toEqual([]);
  });
});

test('causes are settled by one plan, and those of open days alone by none', async () => {
  await begin('2026-11-24');
  await settle('2026-11-24');
  const deliver = (from: string, kilowatts: bigint) => transact(db, async (tx) => {
    const trade = { gridAreaId: areaId(CODES[0]!), from: startOfDay(from), until: startOfDay(addDays(from, 1)), side: 'BUY' as const, kilowatts, pricePerMwh: '80', counterparty: 'EEX' };
    const cause = await beginCause(tx, [trade.gridAreaId]);
    await addTrade(tx, { ...trade, id: newId<'trade'>(), product: productOf(trade.from, trade.until), wattHours: energyOfTrade(trade), recordedAt: cause.now, recordedBy: 'x' });
    await settleCause(tx, cause, { gridAreaIds: [trade.gridAreaId], days: cause.days, figures: 'HEDGES' }, ['trade']);
  });
  const planned = async () => (await rowsOf(`SELECT FROM energy.due WHERE kind = 'SETTLE_FORWARD'`)).length;
  await database.owner.query('DELETE FROM energy.due');
  await deliver('2026-11-27', 10n); // the last open day
  expect(await planned()).toBe(0);
  for (const kilowatts of [20n, 30n, 40n]) await deliver('2026-11-28', kilowatts);
  expect(await planned()).toBe(1);
  await settle('2026-11-24');
  expect(await rowsOf(`SELECT DISTINCT hedged_watt_hours FROM energy.forward_position WHERE start_at >= $1 AND end_at <= $2 AND grid_area_id = $3`, [startOfDay('2026-11-28'), startOfDay('2026-11-29'), areaId(CODES[0]!)])).toEqual([{ hedged_watt_hours: '90000' }]);
  expect(await rowsOf('SELECT FROM energy.forward_cause')).toEqual([]);
});

test('a cause that was not in them is found, told once, and put right', async () => {
  await begin('2026-11-24');
  await transact(db, (tx) => addContracts(tx, [{ contractId: newId(), gridAreaId: areaId(CODES[0]!), gridAreaCode: CODES[0]!, profile: 'G25', meteringKind: 'PROFILE', expectedWattHours: '50000000', startOn: '2026-12-14', endOn: null, confirmedAt: '2026-11-01T00:00:00Z' }]));
  await database.owner.query(`DELETE FROM energy.forward_cause WHERE 'contract ' || (SELECT contract_id FROM energy.supply_contract) = ANY (causes)`);
  await database.owner.query(`UPDATE energy.forward_cause SET until_on = '2026-12-01'`);
  await settle('2026-11-24');
  await database.owner.query(`WITH run AS (INSERT INTO energy.recalculation (calculated_at, causes) VALUES (now(), '{astray}') RETURNING id)
    UPDATE energy.forward_position p SET version = version + 1, recalculation_id = run.id, demand_watt_hours = demand_watt_hours + 7, open_watt_hours = open_watt_hours + 7, status = 'OPEN' FROM run WHERE grid_area_id = $1 AND step = 'MONTH' AND end_at = '2026-12-31T23:00Z'`, [areaId(CODES[0]!)]);
  const check = () => transact(db, (tx) => checkForward(tx, areaId(CODES[0]!), log));
  expect(await check()).toMatchObject({ differing: 1, differingWattHours: 7n });
  expect(await rowsOf('SELECT kind, grid_area_id, cleared_at FROM energy.alert')).toEqual([{ kind: 'RECALCULATION_DIFFERED', grid_area_id: areaId(CODES[0]!), cleared_at: null }]);
  expect(await check()).toMatchObject({ differing: 0 });
  expect(await rowsOf('SELECT FROM energy.alert WHERE cleared_at IS NULL')).toEqual([]);
  expect(await rowsOf('SELECT horizon, differing FROM energy.position_check ORDER BY id')).toEqual([{ horizon: 'FORWARD', differing: 1 }, { horizon: 'FORWARD', differing: 0 }]);
});
