// Contracts as energy knows them, and per area, day and profile the yearly energy that load profiles still have to spread.
import type { Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import { newestForecastSql } from './forecasts.ts';

export type SupplyContract = Readonly<{
  contractId: string;
  gridAreaId: string;
  profile: string;
  meteringKind: string;
  expectedWattHours: string;
  startOn: LocalDate;
  endOn: LocalDate | null;
  confirmedAt: string;
}>;

/** Adds confirmed contracts; answers the ids of those that were not known. */
export async function addContracts(tx: Tx, contracts: readonly SupplyContract[]): Promise<string[]> {
  const rows = await tx.sql<{ contract_id: string }>`
    INSERT INTO energy.supply_contract (contract_id, grid_area_id, profile, metering_kind, expected_watt_hours, start_on, end_on, confirmed_at)
    SELECT c."contractId", c."gridAreaId", c.profile, c."meteringKind", c."expectedWattHours", c."startOn", c."endOn", c."confirmedAt"
    FROM jsonb_to_recordset(${JSON.stringify(contracts)}::jsonb) AS c ("contractId" uuid, "gridAreaId" uuid, profile text, "meteringKind" text,
      "expectedWattHours" bigint, "startOn" date, "endOn" date, "confirmedAt" timestamptz)
    ON CONFLICT DO NOTHING RETURNING contract_id`;
  return rows.map((row) => row.contract_id);
}

/** Adds contracts to the days on which they are supplied, where the day's newest forecast does not know them. */
export async function addToProfileDemand(tx: Tx, contractIds: readonly string[], days: readonly LocalDate[]): Promise<void> {
  await tx.query(
    `INSERT INTO energy.profile_demand AS p (grid_area_id, delivery_day, profile, expected_watt_hours)
     SELECT c.grid_area_id, d.day, c.profile, sum(c.expected_watt_hours)
     FROM energy.supply_contract c JOIN unnest($2::date[]) d (day) ON ${SUPPLIED}
     LEFT JOIN LATERAL (${newestForecastSql('c.grid_area_id', 'd.day')}) f ON true
     WHERE c.contract_id = ANY ($1::uuid[]) AND ${UNKNOWN_TO_FORECAST}
     GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
     ON CONFLICT (grid_area_id, delivery_day, profile) DO UPDATE SET expected_watt_hours = p.expected_watt_hours + excluded.expected_watt_hours`,
    [contractIds, days],
  );
}

/** Sums the contracts anew for areas and days: when a day opens, and when a forecast moves the cut-off. */
export async function rebuildProfileDemand(
  tx: Tx,
  { gridAreaIds, days }: { gridAreaIds: readonly string[]; days: readonly LocalDate[] },
): Promise<void> {
  await tx.sql`DELETE FROM energy.profile_demand WHERE grid_area_id = ANY (${gridAreaIds}::uuid[]) AND delivery_day = ANY (${days}::date[])`;
  await tx.query(
    `WITH area_day AS (
       SELECT a.id AS grid_area_id, d.day, f.cut_off_at FROM unnest($1::uuid[]) a (id) CROSS JOIN unnest($2::date[]) d (day)
       LEFT JOIN LATERAL (${newestForecastSql('a.id', 'd.day')}) f ON true
     )
     INSERT INTO energy.profile_demand (grid_area_id, delivery_day, profile, expected_watt_hours) ${DEMAND_OF_CONTRACTS}`,
    [gridAreaIds, days],
  );
}

/**
 * Yearly energy per area, day and profile from the contracts themselves, for the area-days of `area_day` (area, day, cut-off). The
 * contracts are read once and summed by the days on which their supply begins and ends; the days take from these sums.
 */
export const DEMAND_OF_CONTRACTS = `
  WITH span AS (SELECT min(day) AS first_day, max(day) AS last_day FROM area_day),
  cut AS (SELECT DISTINCT grid_area_id, coalesce(cut_off_at, '-infinity') AS cut_off_at FROM area_day),
  supply AS MATERIALIZED (
    SELECT u.grid_area_id, u.cut_off_at, c.profile, greatest(c.start_on, s.first_day) AS from_day, CASE WHEN c.end_on <= s.last_day THEN c.end_on END AS until_day,
      sum(c.expected_watt_hours) AS expected_watt_hours
    FROM span s CROSS JOIN cut u JOIN energy.supply_contract c ON c.grid_area_id = u.grid_area_id AND c.confirmed_at > u.cut_off_at
    WHERE c.start_on <= s.last_day AND (c.end_on IS NULL OR c.end_on > s.first_day)
    GROUP BY 1, 2, 3, 4, 5
  )
  SELECT d.grid_area_id, d.day AS delivery_day, s.profile, sum(s.expected_watt_hours)::bigint AS expected_watt_hours
  FROM area_day d JOIN supply s ON s.grid_area_id = d.grid_area_id AND s.cut_off_at = coalesce(d.cut_off_at, '-infinity')
    AND s.from_day <= d.day AND (s.until_day IS NULL OR d.day < s.until_day)
  GROUP BY 1, 2, 3`;

const SUPPLIED = 'c.start_on <= d.day AND (c.end_on IS NULL OR d.day < c.end_on)';
const UNKNOWN_TO_FORECAST = `c.confirmed_at > coalesce(f.cut_off_at, '-infinity')`;
