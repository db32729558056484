// Quarter hours beyond their limits, from when it is noticed until it is mended or too late; and where hedging rests.
import type { Queryable, Tx } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import type { DecimalText } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { HedgingSuspension } from '../hedging/order.ts';
import type { LimitRule } from '../positions/position.ts';

/** Half of what a kilowatt is in a quarter hour: no order could make it less. */
const UNTRADABLE = 125n;

export type Breach = Readonly<{ id: string; gridAreaId: string; start: Date; rule: LimitRule; openWattHours: bigint }>;

/** Ends the breaches of these areas that are within limits by now, whose order was filled, or whose quarter hour has begun. */
export async function endBreaches(tx: Tx, gridAreaIds: readonly string[], now: Date): Promise<void> {
  await tx.sql`
    UPDATE energy.limit_breach b SET ended_at = greatest(${now}::timestamptz, b.opened_at)
    FROM energy.current_position p
    WHERE b.grid_area_id = ANY (${gridAreaIds}::uuid[]) AND b.ended_at IS NULL AND p.grid_area_id = b.grid_area_id AND p.start_at = b.start_at
      AND (p.breach IS NULL OR abs(p.open_watt_hours) <= ${UNTRADABLE} OR b.start_at <= ${now} OR EXISTS (SELECT FROM energy.hedge_order h WHERE h.breach_id = b.id AND h.status = 'FILLED'))`;
}

/** Opens a breach for each quarter hour to come that is beyond its limit and has none; answers these. */
export async function openBreaches(tx: Tx, gridAreaIds: readonly string[], now: Date): Promise<Breach[]> {
  const rows = await tx.sql<{ id: string; grid_area_id: string; start_at: Date; rule: LimitRule; open_watt_hours: bigint }>`
    INSERT INTO energy.limit_breach (id, grid_area_id, start_at, rule, demand_watt_hours, open_watt_hours, position_version, opened_at)
    SELECT uuidv7(), p.grid_area_id, p.start_at, p.breach, p.demand_watt_hours, p.open_watt_hours, p.version, ${now}
    FROM energy.current_position p WHERE p.grid_area_id = ANY (${gridAreaIds}::uuid[]) AND p.breach IS NOT NULL AND abs(p.open_watt_hours) > ${UNTRADABLE} AND p.start_at > ${now} ORDER BY p.grid_area_id, p.start_at
    ON CONFLICT (grid_area_id, start_at) WHERE ended_at IS NULL DO NOTHING RETURNING id, grid_area_id, start_at, rule, open_watt_hours`;
  return rows.map((row) => ({ id: row.id, gridAreaId: row.grid_area_id, start: row.start_at, rule: row.rule, openWattHours: row.open_watt_hours }));
}

export type Unhedged = Readonly<{ breachId: string; gridAreaId: string; start: Date; openWattHours: bigint; limitPricePerMwh: DecimalText | null }>;

/** EUR/MWh: how far from the curve an automatic order may be executed. */
const MARGIN = '150';

/** Standing breaches without an order, with what is open now, and the worst price that an order for it accepts; null where no curve says one. */
export async function breachesWithoutOrder(tx: Tx, gridAreaIds: readonly string[]): Promise<Unhedged[]> {
  const rows = await tx.sql<{ id: string; grid_area_id: string; start_at: Date; open_watt_hours: bigint; price: string | null }>`
    SELECT b.id, b.grid_area_id, b.start_at, p.open_watt_hours,
      round(p.price_eur_per_mwh + sign(p.open_watt_hours::numeric) * ${MARGIN}::numeric, 5) AS price
    FROM energy.limit_breach b JOIN energy.current_position p ON p.grid_area_id = b.grid_area_id AND p.start_at = b.start_at
    WHERE b.grid_area_id = ANY (${gridAreaIds}::uuid[]) AND b.ended_at IS NULL AND NOT EXISTS (SELECT FROM energy.hedge_order o WHERE o.breach_id = b.id) ORDER BY b.grid_area_id, b.start_at`;
  return rows.map((row) => ({ breachId: row.id, gridAreaId: row.grid_area_id, start: row.start_at, openWattHours: row.open_watt_hours, limitPricePerMwh: row.price }));
}

/** Per area and Berlin day what stands: how many quarter hours, and how many of these no order under way will mend. */
export type BreachedDay = Readonly<{ gridAreaId: string; day: LocalDate; breached: number; unmended: number; openWattHours: bigint }>;
export async function breachedDays(db: Queryable, gridAreaIds: readonly string[]): Promise<BreachedDay[]> {
  const rows = await db.sql<{ grid_area_id: string; day: LocalDate; breached: number; unmended: number; open: bigint }>`
    SELECT b.grid_area_id, (b.start_at AT TIME ZONE 'Europe/Berlin')::date AS day, count(*)::int AS breached,
      count(*) FILTER (WHERE coalesce(o.status, 'REJECTED') IN ('REJECTED', 'EXPIRED'))::int AS unmended, sum(b.open_watt_hours)::bigint AS open
    FROM energy.limit_breach b LEFT JOIN energy.hedge_order o ON o.breach_id = b.id
    WHERE b.grid_area_id = ANY (${gridAreaIds}::uuid[]) AND b.ended_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2`;
  return rows.map((row) => ({ gridAreaId: row.grid_area_id, day: row.day, breached: row.breached, unmended: row.unmended, openWattHours: row.open }));
}

type SuspensionRow = { id: string; grid_area_id: string; from_at: Date; until_at: Date; reason: string; suspended_by: string; released_at: Date | null; released_by: string | null; release_reason: string | null };

/** The suspensions that hold at an instant, of these areas. */
export async function suspensionsOf(db: Queryable, gridAreaIds: readonly string[], at: Date): Promise<HedgingSuspension[]> {
  const rows = await db.sql<SuspensionRow>`
    SELECT * FROM energy.hedging_suspension WHERE grid_area_id = ANY (${gridAreaIds}::uuid[]) AND released_at IS NULL AND from_at <= ${at} AND until_at > ${at}`;
  return rows.map(toSuspension);
}

export async function addSuspension(tx: Tx, { gridAreaId, from, until, reason, by }: { gridAreaId: string; from: Date; until: Date; reason: string; by: string }): Promise<HedgingSuspension> {
  const [row] = await tx.sql<SuspensionRow>`
    INSERT INTO energy.hedging_suspension (id, grid_area_id, from_at, until_at, reason, suspended_by) VALUES (${newId<'suspension'>()}, ${gridAreaId}, ${from}, ${until}, ${reason}, ${by}) RETURNING *`;
  return toSuspension(row!);
}

export async function releaseSuspension(tx: Tx, id: string, { by, reason }: { by: string; reason: string }, at: Date): Promise<HedgingSuspension> {
  const [row] = await tx.sql<SuspensionRow>`UPDATE energy.hedging_suspension SET released_at = greatest(${at}::timestamptz, from_at), released_by = ${by}, release_reason = ${reason} WHERE id = ${id} RETURNING *`;
  return toSuspension(row!);
}

const toSuspension = (row: SuspensionRow): HedgingSuspension => ({
  id: row.id,
  gridAreaId: row.grid_area_id,
  from: row.from_at,
  until: row.until_at,
  reason: row.reason,
  suspendedBy: row.suspended_by,
  releasedAt: row.released_at,
  releasedBy: row.released_by,
  releaseReason: row.release_reason,
});
