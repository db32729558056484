// Contracts as energy knows them, and per area, day and profile the yearly energy that load profiles still have to spread.
import { type Queryable, together, type Tx } from '@stromgraph/kernel/database';
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

/**
 * SQL of what became known of our supply, and when: a contract's energy from its start to its end, and less of it (or more) once another
 * end is told. What was known at an instant is the sum of what was known by then. Who is metered has a measured profile.
 */
const supplySql = (contracts: string): string => `(
  SELECT contract_id, grid_area_id, profile, expected_watt_hours, start_on AS from_on, end_on AS until_on, confirmed_at AS known_at FROM ${contracts} c
  UNION ALL
  SELECT c.contract_id, c.grid_area_id, c.profile, CASE WHEN e.previous_end_on IS NULL OR e.end_on < e.previous_end_on THEN -c.expected_watt_hours ELSE c.expected_watt_hours END,
    least(e.end_on, e.previous_end_on), CASE WHEN e.previous_end_on IS NOT NULL THEN greatest(e.end_on, e.previous_end_on) END, e.told_at
  FROM energy.supply_end e JOIN ${contracts} c USING (contract_id)
)`;
const SPREAD_CONTRACT = `(
  SELECT c.contract_id, c.grid_area_id, coalesce(m.profile, c.profile) AS profile, c.expected_watt_hours, c.start_on, c.end_on, c.confirmed_at
  FROM energy.supply_contract c LEFT JOIN energy.measured_supply m ON m.contract_id = c.contract_id
)`;
export const SUPPLY = supplySql(SPREAD_CONTRACT);
/** The same by the contracts' load profiles alone: what was allocated, and what forecasts are measured against. */
export const SUPPLY_BY_LOAD_PROFILE = supplySql('energy.supply_contract');

/** SQL of contracts with the end that is known now. */
export const STANDING_SUPPLY = `(
  SELECT c.contract_id, c.grid_area_id, c.profile, c.metering_kind, c.expected_watt_hours, c.start_on, CASE WHEN e.contract_id IS NULL THEN c.end_on ELSE e.end_on END AS end_on
  FROM energy.supply_contract c LEFT JOIN (SELECT DISTINCT ON (contract_id) contract_id, end_on FROM energy.supply_end ORDER BY contract_id, version DESC) e USING (contract_id)
)`;

/** SQL of whether a contract has supply on a day, by the end that is known now; by keys, for few of both. */
export const suppliedOn = (contractId: string, day: string): string => `EXISTS (
  SELECT FROM energy.supply_contract c LEFT JOIN LATERAL (SELECT e.end_on FROM energy.supply_end e WHERE e.contract_id = c.contract_id ORDER BY e.version DESC LIMIT 1) e ON true
  WHERE c.contract_id = ${contractId} AND c.start_on <= ${day} AND (coalesce(e.end_on, c.end_on) IS NULL OR ${day} < coalesce(e.end_on, c.end_on)))`;

/** Adds confirmed contracts; answers those that were not known. */
export async function addContracts<C extends SupplyContract>(tx: Tx, contracts: readonly C[]): Promise<C[]> {
  const rows = await tx.sql<{ contract_id: string }>`
    INSERT INTO energy.supply_contract (contract_id, grid_area_id, profile, metering_kind, expected_watt_hours, start_on, end_on, confirmed_at)
    SELECT c."contractId", c."gridAreaId", c.profile, c."meteringKind", c."expectedWattHours", c."startOn", c."endOn", c."confirmedAt"
    FROM jsonb_to_recordset(${JSON.stringify(contracts)}::jsonb) AS c ("contractId" uuid, "gridAreaId" uuid, profile text, "meteringKind" text,
      "expectedWattHours" bigint, "startOn" date, "endOn" date, "confirmedAt" timestamptz)
    ON CONFLICT DO NOTHING RETURNING contract_id`;
  const added = new Set(rows.map((row) => row.contract_id));
  return contracts.filter(({ contractId }) => added.has(contractId));
}

export async function unknownContracts(db: Queryable, contractIds: readonly string[]): Promise<string[]> {
  const rows = await db.sql<{ id: string }>`SELECT DISTINCT g.id FROM unnest(${contractIds}::uuid[]) g (id) WHERE NOT EXISTS (SELECT FROM energy.supply_contract c WHERE c.contract_id = g.id)`;
  return rows.map(({ id }) => id);
}

/** A contract ends on another day than was known: it has no supply from then on; the start itself when it never came to it. */
export type SupplyEnd = Readonly<{ contractId: string; endOn: LocalDate; toldAt: string }>;

/** From this day on, for good or until another, an area's supply is not what it was known to be. */
export type SupplyChange = Readonly<{ gridAreaId: string; from: LocalDate; until?: LocalDate | undefined }>;

/**
 * Notes ends in the order in which they were told; answers the areas of those that are news, each with the first day that it concerns: the
 * new end, or the one before when supply goes on. Contracts that energy does not know, and ends that it does, change nothing.
 */
export async function addEnds(tx: Tx, ends: readonly SupplyEnd[]): Promise<SupplyChange[]> {
  const rows = await tx.sql<{ grid_area_id: string; from_on: LocalDate }>`
    WITH given AS (
      SELECT g.nth, g."contractId" AS contract_id, greatest(c.start_on, g."endOn") AS end_on, greatest(g."toldAt", c.confirmed_at) AS told_at, c.grid_area_id
      FROM jsonb_to_recordset(${JSON.stringify(ends.map((end, nth) => ({ ...end, nth })))}::jsonb) AS g (nth int, "contractId" uuid, "endOn" date, "toldAt" timestamptz)
      JOIN energy.supply_contract c ON c.contract_id = g."contractId"
    ), line AS (
      SELECT c.contract_id, c.grid_area_id, -1 AS nth, coalesce(e.version, 0) AS version, CASE WHEN e.version IS NULL THEN c.end_on ELSE e.end_on END AS end_on, coalesce(e.told_at, c.confirmed_at) AS told_at
      FROM energy.supply_contract c LEFT JOIN LATERAL (SELECT * FROM energy.supply_end e WHERE e.contract_id = c.contract_id ORDER BY e.version DESC LIMIT 1) e ON true
      WHERE c.contract_id IN (SELECT contract_id FROM given)
      UNION ALL SELECT contract_id, grid_area_id, nth, 0, end_on, told_at FROM given
    ), change AS (
      SELECT l.*, lag(l.end_on) OVER w AS previous_end_on, max(l.version) OVER w AS known, max(l.told_at) OVER w AS at FROM line l WINDOW w AS (PARTITION BY l.contract_id ORDER BY l.nth)
    ), added AS (
      INSERT INTO energy.supply_end (contract_id, version, end_on, previous_end_on, told_at)
      SELECT contract_id, known + row_number() OVER (PARTITION BY contract_id ORDER BY nth), end_on, previous_end_on, at FROM change
      WHERE nth >= 0 AND end_on IS DISTINCT FROM previous_end_on ORDER BY contract_id, nth RETURNING contract_id, least(end_on, previous_end_on) AS from_on
    )
    SELECT c.grid_area_id, min(a.from_on) AS from_on FROM added a JOIN energy.supply_contract c USING (contract_id) GROUP BY 1`;
  return rows.map((row) => ({ gridAreaId: row.grid_area_id, from: row.from_on }));
}

/** The areas with contracts of a load profile, and the days on which its values for a year hold: until a later year has its own. */
export async function supplyOfProfile(tx: Tx, { code, year }: { code: string; year: number }): Promise<SupplyChange[]> {
  const rows = await tx.sql<{ grid_area_id: string; next: number | null }>`
    SELECT c.grid_area_id, (SELECT min(l.year) FROM energy.load_profile l WHERE l.code = ${code} AND l.year > ${year}::int) AS next
    FROM (SELECT DISTINCT grid_area_id FROM energy.supply_contract WHERE profile = ${code}) c`;
  return rows.map((row) => ({ gridAreaId: row.grid_area_id, from: `${year}-01-01`, until: row.next === null ? undefined : `${row.next}-01-01` }));
}

/** The areas of contracts. */
export async function areasOfContracts(tx: Tx, contractIds: readonly string[]): Promise<string[]> {
  const rows = await tx.sql<{ grid_area_id: string }>`SELECT DISTINCT grid_area_id FROM energy.supply_contract WHERE contract_id = ANY (${contractIds}::uuid[])`;
  return rows.map((row) => row.grid_area_id);
}

/** Adds contracts to the days on which they are supplied, where the day's forecast does not know them. */
export async function addToProfileDemand(tx: Tx, contractIds: readonly string[], days: readonly LocalDate[]): Promise<void> {
  await tx.query(
    `INSERT INTO energy.profile_demand AS p (grid_area_id, delivery_day, profile, expected_watt_hours)
     SELECT c.grid_area_id, d.day, c.profile, sum(c.expected_watt_hours)
     FROM ${SUPPLY} c JOIN unnest((SELECT $2::date[])) d (day) ON ${SUPPLIED}
     LEFT JOIN LATERAL (${newestForecastSql('c.grid_area_id', 'd.day')}) f ON true
     WHERE c.contract_id = ANY (((SELECT $1::uuid[]))::uuid[]) AND ${UNKNOWN_TO_FORECAST}
     GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
     ON CONFLICT (grid_area_id, delivery_day, profile) DO UPDATE SET expected_watt_hours = p.expected_watt_hours + excluded.expected_watt_hours`,
    [contractIds, days],
  );
}

/** Sums the contracts anew for areas and days: when a day opens, a forecast moves the cut-off, or a contract ends. */
export async function rebuildProfileDemand(
  tx: Tx,
  { gridAreaIds, days }: { gridAreaIds: readonly string[]; days: readonly LocalDate[] },
): Promise<void> {
  const dropped = tx.sql`DELETE FROM energy.profile_demand WHERE grid_area_id = ANY (${gridAreaIds}::uuid[]) AND delivery_day = ANY (${days}::date[])`;
  const summed = tx.query(
    `WITH area_day AS (
       SELECT a.id AS grid_area_id, d.day, f.cut_off_at FROM unnest((SELECT $1::uuid[])) a (id) CROSS JOIN unnest((SELECT $2::date[])) d (day)
       LEFT JOIN LATERAL (${newestForecastSql('a.id', 'd.day')}) f ON true
     )
     INSERT INTO energy.profile_demand (grid_area_id, delivery_day, profile, expected_watt_hours) ${DEMAND_OF_CONTRACTS}`,
    [gridAreaIds, days],
  );
  await together(dropped, summed);
}

/**
 * Yearly energy per area, day and profile from the contracts themselves, for the area-days of `area_day` (area, day, cut-off): what
 * became known after the cut-off, ends with a minus. Of an area, what a cut-off lets through is looked up by when it became known, and
 * summed by the days on which supply begins and ends; the days take from these sums.
 */
const demandOfContractsSql = (known: '>' | '<=', supply: string) => `
  WITH span AS (SELECT min(day) AS first_day, max(day) AS last_day FROM area_day),
  cut AS (SELECT DISTINCT grid_area_id, coalesce(cut_off_at, '-infinity') AS cut_off_at FROM area_day),
  supply AS MATERIALIZED (
    SELECT u.grid_area_id, u.cut_off_at, k.* FROM span s CROSS JOIN cut u CROSS JOIN LATERAL (
      SELECT c.profile, greatest(c.from_on, s.first_day) AS from_day, CASE WHEN c.until_on <= s.last_day THEN c.until_on END AS until_day, sum(c.expected_watt_hours) AS expected_watt_hours
      FROM ${supply} c
      WHERE c.grid_area_id = u.grid_area_id AND c.known_at ${known} u.cut_off_at AND c.from_on <= s.last_day AND (c.until_on IS NULL OR c.until_on > s.first_day)
      GROUP BY 1, 2, 3
    ) k
  )
  SELECT d.grid_area_id, d.day AS delivery_day, s.profile, sum(s.expected_watt_hours)::bigint AS expected_watt_hours
  FROM area_day d JOIN supply s ON s.grid_area_id = d.grid_area_id AND s.cut_off_at = coalesce(d.cut_off_at, '-infinity')
    AND s.from_day <= d.day AND (s.until_day IS NULL OR d.day < s.until_day)
  GROUP BY 1, 2, 3`;

export const DEMAND_OF_CONTRACTS = demandOfContractsSql('>', SUPPLY);
/** The same of what was known at the cut-off, by the contracts' load profiles alone. */
export const KNOWN_DEMAND = demandOfContractsSql('<=', SUPPLY_BY_LOAD_PROFILE);

const SUPPLIED = 'c.from_on <= d.day AND (c.until_on IS NULL OR d.day < c.until_on)';
const UNKNOWN_TO_FORECAST = `c.known_at > coalesce(f.cut_off_at, '-infinity')`;
