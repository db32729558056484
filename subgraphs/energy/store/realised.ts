import type { Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import { suppliedOn } from './demand.ts';

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
  /** Its values are there and may be wrong: nobody has decided yet. */
  doubted?: boolean | undefined;
  /** Places without a value that the register had to deliver. */
  missing?: readonly number[] | undefined;
}>;

/** Where what was used has become known or has changed. */
export type RealisedRange = Readonly<{ gridAreaId: string; from: Date; until: Date }>;
/** The days on which something else counts than before, and by how much less or more the areas have used. */
export type Realised = Readonly<{ ranges: readonly RealisedRange[]; days: readonly { gridAreaId: string; day: LocalDate }[] }>;

/**
 * Adds what is new in these days to the consumption of their areas: each quarter hour that changes gets a new version. What is doubted, or of a day on which
 * its contract has no supply, is kept and does not count; of the registers of a meter that measure the same energy only the first in rank that knows something of the day does, whichever came first.
 * Days of contracts that energy does not know, and versions that it has already seen, change nothing.
 */
export const foldMeteredDays = (tx: Tx, days: readonly MeteredDay[], ingestedAt: Date): Promise<Realised> => fold(tx, GIVEN, [JSON.stringify(days), ingestedAt]);

/** The supply of these contracts ends elsewhere than was known: what was measured from a day on is looked at again, and counts from now on or no longer. */
export const recountMeteredDays = (tx: Tx, { contractIds, from }: { contractIds: readonly string[]; from: LocalDate }, at: Date): Promise<Realised> => fold(tx, KNOWN_BEFORE, [contractIds, at, from]);

async function fold(tx: Tx, given: string, parameters: unknown[]): Promise<Realised> {
  const { rows } = await tx.query<{ grid_area_id: string; days: LocalDate[]; from_at: Date | null; until_at: Date }>(statementOf(given), parameters);
  return {
    ranges: rows.flatMap((row) => (row.from_at === null ? [] : [{ gridAreaId: row.grid_area_id, from: row.from_at, until: row.until_at }])),
    days: rows.flatMap((row) => row.days.map((day) => ({ gridAreaId: row.grid_area_id, day }))),
  };
}

const KEY = 'meter_id, obis, day';
const GIVEN = `
    SELECT DISTINCT ON (g."meterId", g.obis, g.day) g."meterId" AS meter_id, g.obis, g.day, g."contractId" AS contract_id, c.grid_area_id,
      g.version, g."wattHours" AS watt_hours, coalesce(g.doubted, false) AS doubted, coalesce(g.missing, '{}') AS missing, g."maloId" AS malo_id
    FROM jsonb_to_recordset($1::jsonb) AS g ("meterId" uuid, obis text, day date, "contractId" uuid, version int, "wattHours" bigint[], doubted boolean, missing smallint[], "maloId" text)
    JOIN energy.supply_contract c ON c.contract_id = g."contractId"
    ORDER BY g."meterId", g.obis, g.day, g.version DESC`;
const KNOWN_BEFORE = 'SELECT * FROM energy.metered_day WHERE contract_id = ANY ($1::uuid[]) AND day >= $3';
const statementOf = (given: string): string => `
  WITH given AS MATERIALIZED (${given}
  ), known AS MATERIALIZED (
    SELECT o.* FROM (SELECT DISTINCT meter_id, day FROM given) g
    CROSS JOIN LATERAL (SELECT * FROM energy.metered_day o WHERE o.meter_id = g.meter_id AND o.day = g.day OFFSET 0) o
  ), news AS MATERIALIZED (
    SELECT g.* FROM given g LEFT JOIN known o USING (${KEY}) WHERE o.version IS NULL OR o.version < g.version
  ), standing AS MATERIALIZED (
    SELECT s.*, NOT s.doubted AND energy.register_rank(s.obis) = coalesce(min(energy.register_rank(s.obis)) FILTER (WHERE num_nonnulls(VARIADIC s.watt_hours) > 0) OVER same, min(energy.register_rank(s.obis)) OVER same) AND ${suppliedOn('s.contract_id', 's.day')} AS counts FROM (
      SELECT ${KEY}, contract_id, grid_area_id, version, watt_hours, doubted, missing, malo_id FROM news
      UNION ALL SELECT ${KEY}, contract_id, grid_area_id, version, watt_hours, doubted, missing, malo_id FROM known WHERE (${KEY}) NOT IN (SELECT ${KEY} FROM news)
    ) s WINDOW same AS (PARTITION BY s.meter_id, s.day, split_part(s.obis, ':', 1))
  ), changed AS MATERIALIZED (
    SELECT s.*, o.grid_area_id AS area_before, o.watt_hours AS before, o.counts AS counted,
      (s.contract_id, s.doubted, s.counts, s.missing, CASE WHEN s.counts THEN s.watt_hours END) IS DISTINCT FROM (o.contract_id, o.doubted, o.counts, o.missing, CASE WHEN o.counts THEN o.watt_hours END) AS says_something_else
    FROM standing s LEFT JOIN known o USING (${KEY}) WHERE o.version IS NULL OR o.version <> s.version OR o.counts <> s.counts
  ), saved AS (
    INSERT INTO energy.metered_day (${KEY}, contract_id, grid_area_id, version, watt_hours, doubted, missing, counts, malo_id)
    SELECT ${KEY}, contract_id, grid_area_id, version, watt_hours, doubted, missing, counts, malo_id FROM changed
    ON CONFLICT (${KEY}) DO UPDATE
      SET contract_id = excluded.contract_id, grid_area_id = excluded.grid_area_id, version = excluded.version, watt_hours = excluded.watt_hours, doubted = excluded.doubted, missing = excluded.missing, counts = excluded.counts, malo_id = excluded.malo_id
  ), change AS (
    SELECT grid_area_id, day, u.nth, sum(u.watt_hours) AS watt_hours FROM (
      SELECT grid_area_id, day, watt_hours, 1 AS sign FROM changed WHERE counts UNION ALL SELECT area_before, day, before, -1 FROM changed WHERE counted
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
  RETURNING grid_area_id, start_at), touched AS (
    SELECT grid_area_id, array_agg(DISTINCT day) AS days FROM (
      SELECT grid_area_id, day FROM changed WHERE says_something_else UNION SELECT area_before, day FROM changed WHERE says_something_else AND area_before IS NOT NULL
    ) d GROUP BY 1
  )
  SELECT grid_area_id, t.days, min(a.start_at) AS from_at, max(a.start_at) + interval '15 minutes' AS until_at FROM touched t LEFT JOIN added a USING (grid_area_id) GROUP BY 1, 2 ORDER BY 1`;
