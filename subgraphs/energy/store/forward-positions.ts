// Positions beyond the open days as they stand, and what has touched them since.
import type { Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { ForwardFigures } from '../positions/forward.ts';
import { type ForwardPeriod, OPEN_DAYS, type TouchedDays } from '../positions/horizon.ts';
import type { ChangedPositions } from './recalculate.ts';

/** SQL of whether a cause `c` is in a position here: what touched only days that are open is not; it goes with the next that is. */
const REACHES_BEYOND = (today: string) => `(c.until_on IS NULL OR c.until_on > ${today}::date + ${OPEN_DAYS})`;
const UNSETTLED = (today: string) => `(f.arranged_on IS DISTINCT FROM ${today}::date OR EXISTS (SELECT FROM energy.forward_cause c WHERE c.grid_area_id = f.grid_area_id AND ${REACHES_BEYOND(today)}))`;

/** Whether an area's forward positions have a cause that is not in them, or are not arranged by this day. */
export async function areForwardUnsettled(tx: Tx, today: LocalDate): Promise<boolean> {
  const { rows } = await tx.query<{ unsettled: boolean }>(
    `SELECT EXISTS (SELECT FROM energy.grid_area a LEFT JOIN energy.forward_area f ON f.grid_area_id = a.id
       WHERE f.grid_area_id IS NULL OR ${UNSETTLED('$1')}) AS unsettled`,
    [today],
  );
  return rows[0]!.unsettled;
}

/** Whether everything that has touched the area is in its positions beyond the open days. */
export async function areForwardSettled(tx: Tx, gridAreaId: string, today: LocalDate): Promise<boolean> {
  const { rows } = await tx.query<{ settled: boolean }>(`SELECT NOT EXISTS (SELECT FROM energy.forward_cause c WHERE c.grid_area_id = $1 AND ${REACHES_BEYOND('$2')}) AS settled`, [gridAreaId, today]);
  return rows[0]!.settled;
}

/** One such area, held until the transaction ends; null when there is none. Where another has settled it meanwhile, nothing is left to do. */
export async function lockUnsettledArea(tx: Tx, today: LocalDate): Promise<string | null> {
  await tx.sql`INSERT INTO energy.forward_area (grid_area_id) SELECT id FROM energy.grid_area a WHERE NOT EXISTS (SELECT FROM energy.forward_area f WHERE f.grid_area_id = a.id) ORDER BY id ON CONFLICT DO NOTHING`;
  const { rows } = await tx.query<{ grid_area_id: string }>(`SELECT f.grid_area_id FROM energy.forward_area f WHERE ${UNSETTLED('$1')} ORDER BY f.grid_area_id LIMIT 1 FOR UPDATE`, [today]);
  return rows[0]?.grid_area_id ?? null;
}

/** Holds an area's forward positions; false when it has none yet. */
export async function lockForwardArea(tx: Tx, gridAreaId: string): Promise<boolean> {
  return (await tx.sql`SELECT FROM energy.forward_area WHERE grid_area_id = ${gridAreaId} FOR UPDATE`).length > 0;
}

/** Takes what has touched an area's delivery days since business today; it is settled with this transaction. */
export async function takeForwardCauses(tx: Tx, gridAreaId: string, today: LocalDate): Promise<(TouchedDays & { causes: readonly string[] })[]> {
  const rows = await tx.sql<{ from_on: LocalDate; until_on: LocalDate | null; causes: string[] }>`
    WITH taken AS (DELETE FROM energy.forward_cause WHERE grid_area_id = ${gridAreaId} RETURNING id, from_on, until_on, causes)
    SELECT greatest(from_on, ${today}::date) AS from_on, until_on, causes FROM taken WHERE until_on IS NULL OR until_on > ${today} ORDER BY id`;
  return rows.map((row) => ({ from: row.from_on, until: row.until_on, causes: row.causes }));
}

export async function forwardPeriodsStanding(tx: Tx, gridAreaId: string): Promise<ForwardPeriod[]> {
  const rows = await tx.sql<{ step: ForwardPeriod['step']; start_at: Date; end_at: Date }>`SELECT step, start_at, end_at FROM energy.forward_position WHERE grid_area_id = ${gridAreaId}`;
  return rows.map((row) => ({ step: row.step, from: row.start_at, until: row.end_at }));
}

/** Drops what is none of these periods any more: finer positions stand in its place. */
export async function dropForwardPositions(tx: Tx, gridAreaId: string, periods: readonly ForwardPeriod[]): Promise<void> {
  await tx.sql`
    DELETE FROM energy.forward_position p WHERE p.grid_area_id = ${gridAreaId}
      AND NOT EXISTS (SELECT FROM unnest(${periods.map(({ step }) => step)}::text[], ${periods.map(({ until }) => until)}::timestamptz[]) k (step, end_at) WHERE k.step = p.step AND k.end_at = p.end_at)`;
}

export async function noteArranged(tx: Tx, gridAreaId: string, today: LocalDate): Promise<void> {
  await tx.sql`UPDATE energy.forward_area SET arranged_on = ${today} WHERE grid_area_id = ${gridAreaId} AND arranged_on IS DISTINCT FROM ${today}`;
}

/** How many of the figures stand otherwise or not at all, and by how much demand and hedges differ in all. */
export type ForwardDifference = Readonly<{ differing: number; differingWattHours: bigint }>;

export async function compareForward(tx: Tx, gridAreaId: string, figures: readonly ForwardFigures[]): Promise<ForwardDifference> {
  const { rows } = await tx.query<{ differing: number; watt_hours: bigint }>(
    `WITH ${CHANGED} SELECT count(*)::int AS differing, coalesce(sum(abs(demand - coalesce(old_demand, 0)) + abs(hedged - coalesce(old_hedged, 0))), 0)::bigint AS watt_hours FROM changed`,
    [gridAreaId, toJson(figures)],
  );
  return { differing: rows[0]!.differing, differingWattHours: rows[0]!.watt_hours };
}

/** Brings these positions up to date; unchanged ones are not touched. The database itself appends what has changed to the ledger. Answers between which instants something has changed. */
export async function saveForward(tx: Tx, { gridAreaId, figures, calculatedAt, causes }: { gridAreaId: string; figures: readonly ForwardFigures[]; calculatedAt: Date; causes: readonly string[] }): Promise<ChangedPositions[]> {
  if (figures.length === 0) return [];
  const { rows } = await tx.query<{ id: bigint; from_at: Date; until_at: Date }>(SAVE, [gridAreaId, toJson(figures), calculatedAt, causes]);
  return rows.map((row) => ({ recalculation: row.id, gridAreaId, from: row.from_at, until: row.until_at }));
}

const toJson = (figures: readonly ForwardFigures[]): string => JSON.stringify(figures, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));

const CHANGED = `
  given AS MATERIALIZED (
    SELECT g.step, g."from" AS start_at, g.until AS end_at, g."demandWattHours" AS demand, g."hedgedWattHours" AS hedged, g."forecastIds" AS forecast_ids, g."curveIds" AS curve_ids, g."curveCents" AS curve_cents,
      g."valueCents" AS value_cents, g."priceEurPerMwh" AS price, g."averagePriceEurPerMwh" AS average_price, g."breachedQuarterHours" AS breached, g.breach
    FROM jsonb_to_recordset($2::jsonb) AS g (step text, "from" timestamptz, until timestamptz, "demandWattHours" bigint, "hedgedWattHours" bigint, "forecastIds" uuid[], "curveIds" uuid[], "curveCents" bigint[],
      "valueCents" bigint, "priceEurPerMwh" numeric, "averagePriceEurPerMwh" numeric, "breachedQuarterHours" int, breach text)
  ), changed AS MATERIALIZED (
    SELECT p.id, g.*, p.demand_watt_hours AS old_demand, p.hedged_watt_hours AS old_hedged
    FROM given g LEFT JOIN energy.forward_position p ON p.grid_area_id = $1 AND p.step = g.step AND p.end_at = g.end_at
    WHERE p.id IS NULL
      OR (p.start_at, p.demand_watt_hours, p.hedged_watt_hours, p.forecast_ids, p.curve_ids, p.curve_cents, p.value_cents, p.price_eur_per_mwh, p.average_price_eur_per_mwh, p.breached_quarter_hours, p.breach)
        IS DISTINCT FROM (g.start_at, g.demand, g.hedged, g.forecast_ids, g.curve_ids, g.curve_cents, g.value_cents, g.price, g.average_price, g.breached, g.breach)
  )`;

const SAVE = `
  WITH ${CHANGED}, run AS (
    INSERT INTO energy.recalculation (calculated_at, causes) SELECT $3, $4 WHERE EXISTS (SELECT FROM changed) RETURNING id
  ), moved AS (
    UPDATE energy.forward_position p
    SET version = p.version + 1, recalculation_id = run.id, calculated_at = $3, start_at = c.start_at, forecast_ids = c.forecast_ids, demand_watt_hours = c.demand, hedged_watt_hours = c.hedged,
      open_watt_hours = c.demand - c.hedged, average_price_eur_per_mwh = c.average_price, curve_ids = c.curve_ids, curve_cents = c.curve_cents, price_eur_per_mwh = c.price, value_cents = c.value_cents,
      status = CASE WHEN c.demand = c.hedged THEN 'HEDGED' ELSE 'OPEN' END, breached_quarter_hours = c.breached, breach = c.breach
    FROM changed c, run WHERE p.id = c.id
  ), added AS (
  INSERT INTO energy.forward_position (grid_area_id, step, start_at, end_at, version, recalculation_id, calculated_at, forecast_ids, demand_watt_hours, hedged_watt_hours, open_watt_hours,
    average_price_eur_per_mwh, curve_ids, curve_cents, price_eur_per_mwh, value_cents, status, breached_quarter_hours, breach)
  SELECT $1, c.step, c.start_at, c.end_at, 1, run.id, $3, c.forecast_ids, c.demand, c.hedged, c.demand - c.hedged, c.average_price, c.curve_ids, c.curve_cents, c.price, c.value_cents,
    CASE WHEN c.demand = c.hedged THEN 'HEDGED' ELSE 'OPEN' END, c.breached, c.breach
  FROM changed c, run WHERE c.id IS NULL
  )
  SELECT run.id, min(c.start_at) AS from_at, max(c.end_at) AS until_at FROM run, changed c GROUP BY 1`;
