import type { Tx } from '@stromgraph/kernel/database';
import { advanceOf, type Counter, type WattHours } from '@stromgraph/kernel/energy';
import type { DecimalText } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { MeterOfContract, ReadPeriod } from '../profit/quantity.ts';

/** What a counter showed at an instant; `counter` is null where nobody has told its digits and factor. */
export type RegisterRead = Readonly<{ meterId: string; contractId: string; readAt: string; wattHours: string; counter: Counter | null }>;
/** The day of a reading that says something new. */
export type ReadDay = MeterOfContract & Readonly<{ readOn: LocalDate }>;

/** Keeps readings of customers who are balanced on a load profile, of each day the latest; answers those that say something new. */
export async function saveRegisterReads(tx: Tx, reads: readonly RegisterRead[]): Promise<ReadDay[]> {
  const rows = await tx.sql<{ meter_id: string; contract_id: string; read_on: LocalDate }>`
    WITH given AS (
      SELECT DISTINCT ON (r."meterId", r."contractId", d.read_on) r."meterId" AS meter_id, r."contractId" AS contract_id, d.read_on, r."wattHours" AS watt_hours, r."readAt" AS read_at,
        (r.counter ->> 'digits')::smallint AS digits, coalesce((r.counter ->> 'factor')::numeric, 1) AS factor
      FROM ROWS FROM (jsonb_to_recordset(${JSON.stringify(reads)}::jsonb) AS ("meterId" uuid, "contractId" uuid, "readAt" timestamptz, "wattHours" bigint, counter jsonb)) WITH ORDINALITY r ("meterId", "contractId", "readAt", "wattHours", counter, nth)
      CROSS JOIN LATERAL (SELECT (r."readAt" AT TIME ZONE 'Europe/Berlin')::date AS read_on) d
      JOIN energy.supply_contract c ON c.contract_id = r."contractId" AND c.metering_kind = 'PROFILE' ORDER BY 1, 2, 3, r."readAt" DESC, r.nth DESC
    ), saved AS (
      INSERT INTO energy.register_read AS o (meter_id, contract_id, read_on, watt_hours, read_at, digits, factor) SELECT * FROM given
      ON CONFLICT (meter_id, contract_id, read_on) DO UPDATE SET watt_hours = excluded.watt_hours, read_at = excluded.read_at, digits = excluded.digits, factor = excluded.factor
        WHERE excluded.read_at >= o.read_at AND (o.read_at, o.watt_hours, o.digits, o.factor) IS DISTINCT FROM (excluded.read_at, excluded.watt_hours, excluded.digits, excluded.factor) RETURNING meter_id, contract_id, read_on
    )
    SELECT meter_id, contract_id, read_on FROM saved ORDER BY 1, 2, 3`;
  return rows.map((row) => ({ meterId: row.meter_id, contractId: row.contract_id, readOn: row.read_on }));
}

type PeriodRow = {
  contract_id: string; meter_id: string; grid_area_id: string; from_on: LocalDate; until_on: LocalDate; from_at: Date; until_at: Date;
  from_watt_hours: WattHours; until_watt_hours: WattHours; digits: number | null; factor: DecimalText;
};

/** The periods between consecutive readings of these meters; a counter of unknown digits that ran backwards has none. */
export async function readPeriods(tx: Tx, meters: readonly MeterOfContract[]): Promise<ReadPeriod[]> {
  const rows = await tx.sql<PeriodRow>`
    SELECT p.*, c.grid_area_id FROM (
      SELECT r.contract_id, r.meter_id, r.read_on AS until_on, lag(r.read_on) OVER w AS from_on, r.read_at AS until_at, lag(r.read_at) OVER w AS from_at,
        r.watt_hours AS until_watt_hours, lag(r.watt_hours) OVER w AS from_watt_hours, r.digits, r.factor
      FROM (SELECT DISTINCT * FROM unnest(${meters.map(({ meterId }) => meterId)}::uuid[], ${meters.map(({ contractId }) => contractId)}::uuid[]) m (meter_id, contract_id)) m
      JOIN energy.register_read r ON r.meter_id = m.meter_id AND r.contract_id = m.contract_id WINDOW w AS (PARTITION BY r.meter_id, r.contract_id ORDER BY r.read_on)
    ) p JOIN energy.supply_contract c USING (contract_id) WHERE p.from_on IS NOT NULL ORDER BY p.contract_id, p.meter_id, p.from_on`;
  return rows.filter((row) => row.digits !== null || row.until_watt_hours >= row.from_watt_hours).map((row) => ({
    contractId: row.contract_id, meterId: row.meter_id, gridAreaId: row.grid_area_id, from: row.from_on, until: row.until_on, fromAt: row.from_at, untilAt: row.until_at,
    measuredWattHours: advanceOf({ digits: row.digits ?? 0, factor: row.factor }, row.from_watt_hours, row.until_watt_hours).wattHours,
  }));
}
