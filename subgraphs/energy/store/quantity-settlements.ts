import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { WattHours } from '@stromgraph/kernel/energy';
import { newId } from '@stromgraph/kernel/ids';
import type { Cents, DecimalText } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { AreaDay } from '../positions/area-day.ts';
import type { Allocation, MeterOfContract, QuantitySettlement, ReadPeriod } from '../profit/quantity.ts';
import { newestPricesSql } from './curve-prices.ts';
import { STANDING_SUPPLY } from './demand.ts';
import { areaDayParameters } from './position-figures.ts';
import { PROFILE_DAYS } from './profile-shares.ts';

type Row = {
  id: string;
  contract_id: string;
  meter_id: string;
  grid_area_id: string;
  from_on: LocalDate;
  until_on: LocalDate;
  version: number;
  settled_at: Date;
  withdrawn: boolean;
  measured_watt_hours: WattHours;
  allocated_watt_hours: WattHours;
  difference_watt_hours: WattHours;
  eur_per_mwh: DecimalText | null;
  amount_cents: Cents | null;
  provisional: boolean;
};

/**
 * What load profiles have allocated in each of these periods, in their order, and its average price: whole days, less what of the first was before
 * its reading, with what of the last was. Days that contracts have in common are worked out once. A day's price is the
 * official one of its month, or while there is none the mean of the newest curve that has the day.
 */
export async function allocationsOf(tx: Tx, periods: readonly ReadPeriod[], areaDays: readonly AreaDay[]): Promise<Allocation[]> {
  const { rows } = await tx.query<{ watt_hours: DecimalText; eur_per_mwh: DecimalText | null; provisional: boolean }>(
    `WITH area_day AS MATERIALIZED (SELECT * FROM unnest($1::uuid[], $2::date[], $3::text[], $4::numeric[]) AS g (grid_area_id, day, day_type, dynamisation)), ${PROFILE_DAYS},
     month_price AS MATERIALIZED (SELECT DISTINCT ON (month) month, eur_per_mwh AS eur FROM energy.quantity_price ORDER BY month, version DESC),
     day_price AS MATERIALIZED (
       SELECT d.day, coalesce(m.eur, (SELECT avg(p) FROM unnest(c.eur_per_mwh) p)) AS eur, m.eur IS NULL AS is_provisional FROM (SELECT DISTINCT day FROM area_day) d
       LEFT JOIN month_price m ON m.month = date_trunc('month', d.day)::date LEFT JOIN LATERAL (${newestPricesSql('d.day')}) c ON m.eur IS NULL
     ),
     asked AS MATERIALIZED (
       SELECT a.nth, c.grid_area_id, c.profile, c.expected_watt_hours, greatest(a.from_on, c.start_on) AS from_on, least(a.until_on, coalesce(c.end_on, a.until_on)) AS until_on,
         CASE WHEN a.from_on >= c.start_on AND (c.end_on IS NULL OR a.from_on < c.end_on) THEN a.from_at END AS from_at, CASE WHEN a.until_on >= c.start_on AND (c.end_on IS NULL OR a.until_on < c.end_on) THEN a.until_at END AS until_at
       FROM unnest($5::uuid[], $6::date[], $7::date[], $8::timestamptz[], $9::timestamptz[]) WITH ORDINALITY a (contract_id, from_on, until_on, from_at, until_at, nth) JOIN ${STANDING_SUPPLY} c USING (contract_id)
     ), shared AS MATERIALIZED (
       SELECT p.*, sum(v.share) AS share, sum(v.share * e.eur) AS worth, sum(v.share) FILTER (WHERE e.eur IS NOT NULL) AS priced, bool_or(e.is_provisional) AS is_provisional
       FROM (SELECT DISTINCT grid_area_id, profile, from_on, until_on FROM asked) p
       JOIN area_day d ON d.grid_area_id = p.grid_area_id AND d.day >= p.from_on AND d.day < p.until_on
       JOIN profile_day v ON v.day = d.day AND v.day_type = d.day_type AND v.code = p.profile JOIN day_price e ON e.day = d.day GROUP BY 1, 2, 3, 4
     ), part AS MATERIALIZED (
       SELECT i.grid_area_id, i.profile, i.at, sum(v.value * p.factor * 0.000001 * least(extract(epoch FROM i.at - q.start_at) / 900, 1)) AS share, e.eur, e.is_provisional
       FROM (SELECT DISTINCT a.grid_area_id, a.profile, t.at, (t.at AT TIME ZONE 'Europe/Berlin')::date AS day FROM asked a CROSS JOIN LATERAL (VALUES (a.from_at), (a.until_at)) t (at)) i
       JOIN area_day d ON d.grid_area_id = i.grid_area_id AND d.day = i.day JOIN profile_of_day p ON p.day = i.day AND p.day_type = d.day_type AND p.code = i.profile
       CROSS JOIN LATERAL generate_series(i.day::timestamp AT TIME ZONE 'Europe/Berlin', i.at - interval '1 microsecond', interval '15 minutes') q (start_at)
       JOIN energy.slp_profile v ON (v.code, v.year, v.version, v.month, v.day_type) = (p.code, p.year, p.version, p.period, p.day_type) AND v.slot = extract(epoch FROM (q.start_at AT TIME ZONE 'Europe/Berlin')::time)::int / 900
       JOIN day_price e ON e.day = i.day GROUP BY 1, 2, 3, 5, 6
     )
     SELECT watt_hours, eur_per_mwh, is_provisional OR eur_per_mwh IS NULL AS provisional FROM (SELECT a.nth, coalesce(a.expected_watt_hours * (coalesce(s.share, 0) - coalesce(f.share, 0) + coalesce(u.share, 0)), 0) AS watt_hours,
       trim_scale(round((coalesce(s.worth, 0) - coalesce(f.share * f.eur, 0) + coalesce(u.share * u.eur, 0))
         / nullif(coalesce(s.priced, 0) - CASE WHEN f.eur IS NULL THEN 0 ELSE f.share END + CASE WHEN u.eur IS NULL THEN 0 ELSE u.share END, 0), 5)) AS eur_per_mwh,
       coalesce(s.is_provisional, u.is_provisional, true) OR coalesce(u.is_provisional, false) AS is_provisional
     FROM asked a LEFT JOIN shared s USING (grid_area_id, profile, from_on, until_on)
     LEFT JOIN part f ON f.grid_area_id = a.grid_area_id AND f.profile = a.profile AND f.at = a.from_at LEFT JOIN part u ON u.grid_area_id = a.grid_area_id AND u.profile = a.profile AND u.at = a.until_at) q ORDER BY nth`,
    [
      ...areaDayParameters(areaDays), periods.map(({ contractId }) => contractId), periods.map(({ from }) => from), periods.map(({ until }) => until),
      periods.map(({ fromAt }) => fromAt), periods.map(({ untilAt }) => untilAt),
    ],
  );
  return rows.map((row) => ({ wattHours: row.watt_hours, eurPerMwh: row.eur_per_mwh, provisional: row.provisional }));
}

/** The newest version of every period of these meters. */
export async function newestSettlements(tx: Tx, meters: readonly MeterOfContract[]): Promise<QuantitySettlement[]> {
  const rows = await tx.sql<Row>`
    SELECT DISTINCT ON (q.contract_id, q.meter_id, q.from_on, q.until_on) q.* FROM energy.quantity_settlement q
    JOIN unnest(${meters.map(({ meterId }) => meterId)}::uuid[], ${meters.map(({ contractId }) => contractId)}::uuid[]) m (meter_id, contract_id) ON m.meter_id = q.meter_id AND m.contract_id = q.contract_id
    ORDER BY q.contract_id, q.meter_id, q.from_on, q.until_on, q.version DESC`;
  return rows.map(toSettlement);
}

export async function addSettlements(tx: Tx, settlements: readonly Omit<QuantitySettlement, 'id' | 'settledAt'>[], settledAt: Date): Promise<void> {
  const given = JSON.stringify(settlements.map((settlement) => ({ ...settlement, id: newId<'quantity-settlement'>() })), (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  await tx.sql`
    INSERT INTO energy.quantity_settlement (id, contract_id, meter_id, grid_area_id, from_on, until_on, version, settled_at, withdrawn, measured_watt_hours, allocated_watt_hours, difference_watt_hours, eur_per_mwh, amount_cents, provisional)
    SELECT s.id, s."contractId", s."meterId", s."gridAreaId", s."from", s.until, s.version, ${settledAt}, s.withdrawn, s."measuredWattHours", s."allocatedWattHours", s."differenceWattHours", s."eurPerMwh", s."amountCents", s.provisional
    FROM jsonb_to_recordset(${given}::jsonb) AS s (id uuid, "contractId" uuid, "meterId" uuid, "gridAreaId" uuid, "from" date, until date, version int, withdrawn boolean, "measuredWattHours" bigint, "allocatedWattHours" bigint,
      "differenceWattHours" bigint, "eurPerMwh" numeric, "amountCents" bigint, provisional boolean) ORDER BY s."contractId", s."from"`;
}

/** Locks are kept in memory that all connections share: meters have few among them. */
const LOCKS = 64;

/** Holds the settlements of these meters until the transaction ends: a version follows the one before. */
export async function lockMeters(tx: Tx, meterIds: readonly string[]): Promise<void> {
  const rows = await tx.sql<{ nth: number }>`SELECT DISTINCT (hashtextextended(m::text, 0) & ${LOCKS - 1})::int AS nth FROM unnest(${meterIds}::uuid[]) m ORDER BY 1`;
  for (const { nth } of rows) await tx.sql`SELECT pg_advisory_xact_lock(hashtextextended(${`energy.quantity_settlement ${nth}`}, 0))`;
}

export type SettlementsQuestion = Readonly<{ gridAreaIds: readonly string[] | null; from: LocalDate; until: LocalDate }>;

/** What counts of the periods that end in [from, until), in order of their end; `after` is the [end, id] of the last one read. */
export async function settlementsPage(db: Queryable, { gridAreaIds, from, until }: SettlementsQuestion, { first, after }: { first: number; after: readonly string[] | null }): Promise<QuantitySettlement[]> {
  const [end, id] = after ?? [null, null];
  const rows = await db.sql<Row>`
    SELECT q.* FROM energy.quantity_settlement q
    WHERE (${gridAreaIds}::uuid[] IS NULL OR q.grid_area_id = ANY (${gridAreaIds}::uuid[])) AND q.until_on >= ${from} AND q.until_on < ${until} AND NOT q.withdrawn
      AND NOT EXISTS (SELECT FROM energy.quantity_settlement n WHERE (n.contract_id, n.meter_id, n.from_on, n.until_on) = (q.contract_id, q.meter_id, q.from_on, q.until_on) AND n.version > q.version)
      AND (${end}::date IS NULL OR (q.until_on, q.id) > (${end}::date, ${id}::uuid))
    ORDER BY q.until_on, q.id LIMIT ${first + 1}`;
  return rows.map(toSettlement);
}

const toSettlement = (row: Row): QuantitySettlement => ({
  id: row.id,
  contractId: row.contract_id,
  meterId: row.meter_id,
  gridAreaId: row.grid_area_id,
  from: row.from_on,
  until: row.until_on,
  version: row.version,
  settledAt: row.settled_at,
  withdrawn: row.withdrawn,
  measuredWattHours: row.measured_watt_hours,
  allocatedWattHours: row.allocated_watt_hours,
  differenceWattHours: row.difference_watt_hours,
  eurPerMwh: row.eur_per_mwh,
  amountCents: row.amount_cents,
  provisional: row.provisional,
});
