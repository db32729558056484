// Limits by tenor, what is open against them, and what stands beyond them.
import type { Queryable, Tx } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { startOfDay } from '@stromgraph/kernel/time';
import type { TenorBreach, TenorLimit, TenorPosition } from '../hedging/tenor.ts';
import type { LimitRule } from '../positions/position.ts';
import type { Tenor, TenorPeriod } from '../profit/hedge-ratio.ts';
import { BEYOND_OPEN_DAYS } from './positions.ts';

/** The limit of one area, or (null) of all that have none of their own; null takes it away. */
export async function setTenorLimit(tx: Tx, { gridAreaId, tenor, limit }: { gridAreaId: string | null; tenor: Tenor; limit: Omit<TenorLimit, 'tenor'> | null }): Promise<void> {
  if (limit === null) await tx.sql`DELETE FROM energy.tenor_limit WHERE grid_area_id IS NOT DISTINCT FROM ${gridAreaId}::uuid AND tenor = ${tenor}`;
  else
    await tx.sql`
      INSERT INTO energy.tenor_limit (grid_area_id, tenor, percent, watt_hours_per_hour, set_at, set_by) VALUES (${gridAreaId}, ${tenor}, ${limit.percent}, ${limit.wattHoursPerHour}, ${limit.setAt}, ${limit.setBy})
      ON CONFLICT ON CONSTRAINT a_tenor_has_one_limit DO UPDATE SET percent = excluded.percent, watt_hours_per_hour = excluded.watt_hours_per_hour, set_at = excluded.set_at, set_by = excluded.set_by`;
}

const LIMIT = `LATERAL (SELECT l.* FROM energy.tenor_limit l WHERE l.tenor = t.tenor AND (l.grid_area_id = a.id OR l.grid_area_id IS NULL) ORDER BY l.grid_area_id NULLS LAST LIMIT 1) l`;

/** What holds for these areas: their own, or the one for all. */
export async function tenorLimitsOf(db: Queryable, keys: readonly { gridAreaId: string; tenor: Tenor }[]): Promise<(TenorLimit & { gridAreaId: string })[]> {
  const { rows } = await db.query<{ id: string; tenor: Tenor; percent: string; watt_hours_per_hour: bigint; set_at: Date; set_by: string }>(
    `SELECT a.id, t.tenor, l.percent, l.watt_hours_per_hour, l.set_at, l.set_by FROM unnest($1::uuid[], $2::text[]) k (id, tenor) CROSS JOIN LATERAL (SELECT k.id) a (id) CROSS JOIN LATERAL (SELECT k.tenor) t (tenor) CROSS JOIN ${LIMIT}`,
    [keys.map(({ gridAreaId }) => gridAreaId), keys.map(({ tenor }) => tenor)],
  );
  return rows.map((row) => ({ gridAreaId: row.id, tenor: row.tenor, percent: row.percent, wattHoursPerHour: row.watt_hours_per_hour, setAt: row.set_at, setBy: row.set_by }));
}

export async function hasTenorLimits(db: Queryable): Promise<boolean> {
  return (await db.sql`SELECT FROM energy.tenor_limit LIMIT 1`).length > 0;
}

type PositionRow = { tenor: Tenor; start_at: Date; end_at: Date; demand: bigint; open: bigint; pending: bigint; price: string | null; percent: string; watt_hours_per_hour: bigint };

/** An area's positions in these tenors, as far as they have a limit and are known for the whole of the period. */
export async function tenorPositions(tx: Tx, gridAreaId: string, tenors: readonly TenorPeriod[]): Promise<TenorPosition[]> {
  const { rows } = await tx.query<PositionRow>(
    `SELECT t.tenor, t.start_at, t.end_at, s.demand, s.open, coalesce(o.pending, 0)::bigint AS pending, s.price, l.percent, l.watt_hours_per_hour
     FROM (SELECT $1::uuid AS id) a CROSS JOIN unnest($2::text[], $3::timestamptz[], $4::timestamptz[]) t (tenor, start_at, end_at) CROSS JOIN ${LIMIT}
     CROSS JOIN LATERAL (
       SELECT sum(p.demand)::bigint AS demand, sum(p.open)::bigint AS open, sum(p.quarter_hours) AS quarter_hours,
         CASE WHEN count(p.price) = count(*) THEN round(sum(p.price * p.quarter_hours) / sum(p.quarter_hours), 5) END AS price
       FROM (
         SELECT demand_watt_hours AS demand, open_watt_hours AS open, price_eur_per_mwh AS price, 1 AS quarter_hours FROM energy.current_position WHERE grid_area_id = a.id AND start_at >= t.start_at AND start_at < t.end_at
         UNION ALL
         SELECT demand_watt_hours, open_watt_hours, price_eur_per_mwh, extract(epoch FROM end_at - start_at)::int / 900 FROM energy.forward_position f
         WHERE grid_area_id = a.id AND start_at >= t.start_at AND end_at <= t.end_at AND ${BEYOND_OPEN_DAYS}
       ) p
     ) s
     CROSS JOIN LATERAL (
       SELECT sum(CASE h.side WHEN 'BUY' THEN 250 ELSE -250 END * (h.kilowatts - h.filled_kilowatts) * (extract(epoch FROM least(h.until_at, t.end_at) - greatest(h.from_at, t.start_at))::bigint / 900)) AS pending
       FROM energy.hedge_order h WHERE h.grid_area_id = a.id AND h.status IN ('NEW', 'WORKING', 'PART_FILLED') AND h.from_at < t.end_at AND h.until_at > t.start_at
     ) o
     WHERE s.quarter_hours = extract(epoch FROM t.end_at - t.start_at) / 900`,
    [gridAreaId, tenors.map(({ tenor }) => tenor), tenors.map(({ from }) => startOfDay(from)), tenors.map(({ until }) => startOfDay(until))],
  );
  return rows.map((row) => ({
    tenor: row.tenor, from: row.start_at, until: row.end_at, demandWattHours: row.demand, openWattHours: row.open, pendingWattHours: row.pending, priceEurPerMwh: row.price, percent: row.percent, wattHoursPerHour: row.watt_hours_per_hour,
  }));
}

type BreachRow = { id: string; grid_area_id: string; tenor: Tenor; from_at: Date; until_at: Date; rule: LimitRule; open_watt_hours: bigint; opened_at: Date };

/** Ends the area's breaches of other periods or tenors than these, and those whose order was filled. Answers these. */
export async function endTenorBreaches(tx: Tx, gridAreaId: string, standing: readonly Pick<TenorPosition, 'tenor' | 'from'>[], now: Date): Promise<TenorBreach[]> {
  const rows = await tx.sql<BreachRow>`
    UPDATE energy.tenor_breach b SET ended_at = greatest(${now}::timestamptz, b.opened_at) WHERE b.grid_area_id = ${gridAreaId} AND b.ended_at IS NULL
      AND (NOT EXISTS (SELECT FROM unnest(${standing.map(({ tenor }) => tenor)}::text[], ${standing.map(({ from }) => from)}::timestamptz[]) s (tenor, from_at) WHERE s.tenor = b.tenor AND s.from_at = b.from_at)
        OR EXISTS (SELECT FROM energy.hedge_order h WHERE h.tenor_breach_id = b.id AND h.status = 'FILLED')) RETURNING *`;
  return rows.map(toBreach);
}

/** Opens a breach for each of these that has none; answers those that are new. */
export async function openTenorBreaches(tx: Tx, gridAreaId: string, breached: readonly (TenorPosition & { rule: LimitRule })[], now: Date): Promise<TenorBreach[]> {
  const given = JSON.stringify(breached.map(({ tenor, from, until, rule, demandWattHours, openWattHours }) => ({ id: newId<'breach'>(), tenor, from, until, rule, demand: String(demandWattHours), open: String(openWattHours) })));
  const rows = await tx.sql<BreachRow>`
    INSERT INTO energy.tenor_breach (id, grid_area_id, tenor, from_at, until_at, rule, demand_watt_hours, open_watt_hours, opened_at)
    SELECT g.id, ${gridAreaId}, g.tenor, g."from", g.until, g.rule, g.demand, g.open, ${now}
    FROM jsonb_to_recordset(${given}::jsonb) AS g (id uuid, tenor text, "from" timestamptz, until timestamptz, rule text, demand bigint, open bigint) ORDER BY g.tenor
    ON CONFLICT (grid_area_id, tenor) WHERE ended_at IS NULL DO NOTHING RETURNING *`;
  return rows.map(toBreach);
}

export type StandingTenorBreach = TenorBreach & Readonly<{ orderStatus: string | null }>;

/** What stands in these areas, and what became of the order for it. */
export async function standingTenorBreaches(db: Queryable, gridAreaIds: readonly string[]): Promise<StandingTenorBreach[]> {
  const rows = await db.sql<BreachRow & { status: string | null }>`
    SELECT b.*, o.status FROM energy.tenor_breach b LEFT JOIN energy.hedge_order o ON o.tenor_breach_id = b.id WHERE b.grid_area_id = ANY (${gridAreaIds}::uuid[]) AND b.ended_at IS NULL ORDER BY b.from_at, b.tenor`;
  return rows.map((row) => ({ ...toBreach(row), orderStatus: row.status }));
}

const toBreach = (row: BreachRow): TenorBreach => ({ id: row.id, gridAreaId: row.grid_area_id, tenor: row.tenor, from: row.from_at, until: row.until_at, rule: row.rule, openWattHours: row.open_watt_hours, openedAt: row.opened_at });
