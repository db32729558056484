import type { Queryable } from '@stromgraph/kernel/database';
import type { LimitRule, OpenPosition, PositionRange } from '../positions/position.ts';

/** Where positions beyond the open days count: those of a day that has been opened meanwhile are about to go. */
export const BEYOND_OPEN_DAYS = `f.start_at >= (SELECT (max(delivery_day) + 1)::timestamp AT TIME ZONE 'Europe/Berlin' FROM energy.position_day)`;

type Row = {
  id: string;
  grid_area_id: string;
  start_at: Date;
  end_at: Date;
  demand_watt_hours: bigint;
  hedged_watt_hours: bigint;
  open_watt_hours: bigint;
  realised_watt_hours: bigint | null;
  average_price_eur_per_mwh: string | null;
  price_eur_per_mwh: string | null;
  value_cents: bigint | null;
  status: 'OPEN' | 'HEDGED';
  breach: LimitRule | null;
  forecast_version: number | null;
  calculated_at: Date;
};

const FIGURES = 'id, grid_area_id, start_at, end_at, demand_watt_hours, hedged_watt_hours, open_watt_hours, average_price_eur_per_mwh, price_eur_per_mwh, value_cents, status, breach, calculated_at';
const SELECT = `SELECT p.*, f.version AS forecast_version FROM energy.current_position p LEFT JOIN energy.demand_forecast f ON f.id = p.forecast_id`;
/** Of every step. A forecast's version is told where there is one forecast. */
const SELECT_ALL = `SELECT p.*, f.version AS forecast_version FROM (
    SELECT ${FIGURES}, recalculation_id, realised_watt_hours, forecast_id FROM energy.current_position
    UNION ALL SELECT ${FIGURES}, recalculation_id, NULL, CASE WHEN cardinality(forecast_ids) = 1 THEN forecast_ids[1] END FROM energy.forward_position f WHERE ${BEYOND_OPEN_DAYS}
  ) p LEFT JOIN energy.demand_forecast f ON f.id = p.forecast_id`;
const IN_RANGE = `($1::uuid[] IS NULL OR p.grid_area_id = ANY ($1)) AND p.start_at >= $2 AND p.start_at < $3`;

export async function positionsById(db: Queryable, ids: readonly string[]): Promise<OpenPosition[]> {
  return (await db.query<Row>(`${SELECT_ALL} WHERE p.id = ANY ($1::uuid[])`, [ids])).rows.map(toPosition);
}

/** All quarter hours of a range as they stand, or those that have changed since a recalculation (inclusive), in order of delivery. */
export async function positionsIn(db: Queryable, { gridAreaIds, from, until }: PositionRange, since = 0n): Promise<OpenPosition[]> {
  const { rows } = await db.query<Row>(`${SELECT} WHERE ${IN_RANGE} AND p.recalculation_id >= $4 ORDER BY p.start_at, p.grid_area_id`, [
    gridAreaIds,
    from,
    until,
    since,
  ]);
  return rows.map(toPosition);
}

/** Of every step, those that lie in the range as they stand, or those that have changed since a recalculation (inclusive), in order of delivery. */
export async function positionsOfEveryStepIn(db: Queryable, { gridAreaIds, from, until }: PositionRange, since = 0n): Promise<OpenPosition[]> {
  const { rows } = await db.query<Row>(`${SELECT_ALL} WHERE ${IN_RANGE} AND p.end_at <= $3 AND p.recalculation_id >= $4 ORDER BY p.start_at, p.grid_area_id`, [gridAreaIds, from, until, since]);
  return rows.map(toPosition);
}

/** Of every step, in order of delivery; `after` is the [start, area] of the last one read. */
export async function positionsPage(
  db: Queryable,
  { gridAreaIds, from, until }: PositionRange,
  { first, after }: { first: number; after: readonly string[] | null },
): Promise<OpenPosition[]> {
  const { rows } = await db.query<Row>(
    `${SELECT_ALL} WHERE ${IN_RANGE} AND ($4::timestamptz IS NULL OR (p.start_at, p.grid_area_id) > ($4, $5::uuid)) ORDER BY p.start_at, p.grid_area_id LIMIT $6`,
    [gridAreaIds, from, until, after?.[0] ?? null, after?.[1] ?? null, first + 1],
  );
  return rows.map(toPosition);
}

const toPosition = (row: Row): OpenPosition => ({
  id: row.id,
  gridAreaId: row.grid_area_id,
  startAt: row.start_at,
  endAt: row.end_at,
  demandWattHours: row.demand_watt_hours,
  hedgedWattHours: row.hedged_watt_hours,
  openWattHours: row.open_watt_hours,
  realisedWattHours: row.realised_watt_hours,
  averagePriceEurPerMwh: row.average_price_eur_per_mwh,
  priceEurPerMwh: row.price_eur_per_mwh,
  valueCents: row.value_cents,
  status: row.status,
  breach: row.breach,
  forecastVersion: row.forecast_version,
  calculatedAt: row.calculated_at,
});
