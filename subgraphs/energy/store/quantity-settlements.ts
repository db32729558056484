import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { WattHours } from '@stromgraph/kernel/energy';
import { newId } from '@stromgraph/kernel/ids';
import type { Cents, DecimalText } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { AreaDay } from '../positions/area-day.ts';
import type { Allocation, QuantitySettlement, ReadPeriod } from '../profit/quantity.ts';
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
};

/**
 * What load profiles have allocated in each of these periods, in their order, and its average price. Periods that contracts have in common are
 * worked out once. A day's price is the mean of the newest curve that has it.
 */
export async function allocationsOf(tx: Tx, periods: readonly ReadPeriod[], areaDays: readonly AreaDay[]): Promise<Allocation[]> {
  const { rows } = await tx.query<{ watt_hours: DecimalText; eur_per_mwh: DecimalText | null }>(
    `WITH area_day AS MATERIALIZED (SELECT * FROM unnest($1::uuid[], $2::date[], $3::text[], $4::numeric[]) AS g (grid_area_id, day, day_type, dynamisation)), ${PROFILE_DAYS},
     day_price AS MATERIALIZED (SELECT d.day, (SELECT avg(p) FROM unnest(c.eur_per_mwh) p) AS eur FROM (SELECT DISTINCT day FROM area_day) d JOIN LATERAL (${newestPricesSql('d.day')}) c ON true),
     asked AS MATERIALIZED (
       SELECT a.nth, c.grid_area_id, c.profile, c.expected_watt_hours, greatest(a.from_on, c.start_on) AS from_on, least(a.until_on, coalesce(c.end_on, a.until_on)) AS until_on
       FROM unnest($5::uuid[], $6::date[], $7::date[]) WITH ORDINALITY a (contract_id, from_on, until_on, nth) JOIN ${STANDING_SUPPLY} c USING (contract_id)
     ), shared AS MATERIALIZED (
       SELECT p.*, sum(v.share) AS share, sum(v.share * e.eur) / nullif(sum(v.share) FILTER (WHERE e.eur IS NOT NULL), 0) AS eur
       FROM (SELECT DISTINCT grid_area_id, profile, from_on, until_on FROM asked) p
       JOIN area_day d ON d.grid_area_id = p.grid_area_id AND d.day >= p.from_on AND d.day < p.until_on
       JOIN profile_day v ON v.day = d.day AND v.day_type = d.day_type AND v.code = p.profile LEFT JOIN day_price e ON e.day = d.day GROUP BY 1, 2, 3, 4
     )
     SELECT coalesce(a.expected_watt_hours * s.share, 0) AS watt_hours, trim_scale(round(s.eur, 5)) AS eur_per_mwh
     FROM asked a LEFT JOIN shared s USING (grid_area_id, profile, from_on, until_on) ORDER BY a.nth`,
    [...areaDayParameters(areaDays), periods.map(({ contractId }) => contractId), periods.map(({ from }) => from), periods.map(({ until }) => until)],
  );
  return rows.map((row) => ({ wattHours: row.watt_hours, eurPerMwh: row.eur_per_mwh }));
}

/** The newest version of every period of these meters. */
export async function newestSettlements(tx: Tx, meters: readonly { meterId: string; contractId: string }[]): Promise<QuantitySettlement[]> {
  const rows = await tx.sql<Row>`
    SELECT DISTINCT ON (q.contract_id, q.meter_id, q.from_on, q.until_on) q.* FROM energy.quantity_settlement q
    JOIN unnest(${meters.map(({ meterId }) => meterId)}::uuid[], ${meters.map(({ contractId }) => contractId)}::uuid[]) m (meter_id, contract_id) ON m.meter_id = q.meter_id AND m.contract_id = q.contract_id
    ORDER BY q.contract_id, q.meter_id, q.from_on, q.until_on, q.version DESC`;
  return rows.map(toSettlement);
}

export async function addSettlements(tx: Tx, settlements: readonly Omit<QuantitySettlement, 'id' | 'settledAt'>[], settledAt: Date): Promise<void> {
  const given = JSON.stringify(settlements.map((settlement) => ({ ...settlement, id: newId<'quantity-settlement'>() })), (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  await tx.sql`
    INSERT INTO energy.quantity_settlement (id, contract_id, meter_id, grid_area_id, from_on, until_on, version, settled_at, withdrawn, measured_watt_hours, allocated_watt_hours, difference_watt_hours, eur_per_mwh, amount_cents)
    SELECT s.id, s."contractId", s."meterId", s."gridAreaId", s."from", s.until, s.version, ${settledAt}, s.withdrawn, s."measuredWattHours", s."allocatedWattHours", s."differenceWattHours", s."eurPerMwh", s."amountCents"
    FROM jsonb_to_recordset(${given}::jsonb) AS s (id uuid, "contractId" uuid, "meterId" uuid, "gridAreaId" uuid, "from" date, until date, version int, withdrawn boolean, "measuredWattHours" bigint, "allocatedWattHours" bigint,
      "differenceWattHours" bigint, "eurPerMwh" numeric, "amountCents" bigint) ORDER BY s."contractId", s."from"`;
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
});
