import type { Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';

/** Measured quarter hours of one meter's consumption on one Berlin day; null where none is known. */
export type MeteredDay = Readonly<{
  meterId: string;
  obis: string;
  day: LocalDate;
  contractId: string;
  version: number;
  wattHours: readonly (number | null)[];
  /** Null where the teller did not know it. */
  maloId?: string | null;
}>;

/** Where what was used has become known or has changed. */
export type RealisedRange = Readonly<{ gridAreaId: string; from: Date; until: Date }>;

/**
 * Adds what is new in these days to the consumption of their areas: each quarter hour that changes gets a new version.
 * Days of contracts that energy does not know, and versions that it has already seen, change nothing. Answers what has changed, a range per area.
 */
export async function foldMeteredDays(tx: Tx, days: readonly MeteredDay[], ingestedAt: Date): Promise<RealisedRange[]> {
  const { rows } = await tx.query<{ grid_area_id: string; from_at: Date; until_at: Date }>(STATEMENT, [JSON.stringify(days), ingestedAt]);
  return rows.map((row) => ({ gridAreaId: row.grid_area_id, from: row.from_at, until: row.until_at }));
}

const STATEMENT = `
  WITH given AS (
    SELECT DISTINCT ON (g."meterId", g.obis, g.day) g."meterId" AS meter_id, g.obis, g.day, g."contractId" AS contract_id, c.grid_area_id,
      g.version, g."wattHours" AS watt_hours, g."maloId" AS malo_id
    FROM jsonb_to_recordset($1::jsonb) AS g ("meterId" uuid, obis text, day date, "contractId" uuid, version int, "wattHours" bigint[], "maloId" text)
    JOIN energy.supply_contract c ON c.contract_id = g."contractId"
    ORDER BY g."meterId", g.obis, g.day, g.version DESC
  ), news AS MATERIALIZED (
    SELECT g.*, o.watt_hours AS before, o.grid_area_id AS area_before FROM given g
    LEFT JOIN energy.metered_day o ON o.meter_id = g.meter_id AND o.obis = g.obis AND o.day = g.day
    WHERE o.version IS NULL OR o.version < g.version
  ), saved AS (
    INSERT INTO energy.metered_day (meter_id, obis, day, contract_id, grid_area_id, version, watt_hours, malo_id)
    SELECT meter_id, obis, day, contract_id, grid_area_id, version, watt_hours, malo_id FROM news
    ON CONFLICT (meter_id, obis, day) DO UPDATE
      SET contract_id = excluded.contract_id, grid_area_id = excluded.grid_area_id, version = excluded.version, watt_hours = excluded.watt_hours, malo_id = excluded.malo_id
  ), change AS (
    SELECT grid_area_id, day, u.nth, sum(u.watt_hours) AS watt_hours FROM (
      SELECT grid_area_id, day, watt_hours, 1 AS sign FROM news UNION ALL SELECT area_before, day, before, -1 FROM news WHERE before IS NOT NULL
    ) n CROSS JOIN LATERAL (SELECT nth, n.sign * w AS watt_hours FROM unnest(n.watt_hours) WITH ORDINALITY u (w, nth) WHERE w IS NOT NULL) u
    GROUP BY 1, 2, 3
  ), quarter AS (
    SELECT grid_area_id, (day::timestamp AT TIME ZONE 'Europe/Berlin') + (nth - 1) * interval '15 minutes' AS start_at, watt_hours FROM change
  ), added AS (
  INSERT INTO energy.realised_consumption (grid_area_id, start_at, version, watt_hours, source, ingested_at)
  SELECT q.grid_area_id, q.start_at, coalesce(r.version, 0) + 1, coalesce(r.watt_hours, 0) + q.watt_hours, 'METERED', $2
  FROM quarter q LEFT JOIN LATERAL (
    SELECT r.version, r.watt_hours
      FROM energy.realised_consumption r WHERE r.grid_area_id = q.grid_area_id AND r.start_at = q.start_at AND r.source = 'METERED' ORDER BY r.version DESC LIMIT 1
  ) r ON true
  WHERE r.version IS NULL OR q.watt_hours <> 0
  RETURNING grid_area_id, start_at)
  SELECT grid_area_id, min(start_at) AS from_at, max(start_at) + interval '15 minutes' AS until_at FROM added GROUP BY 1 ORDER BY 1`;
