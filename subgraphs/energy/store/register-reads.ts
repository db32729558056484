import type { Tx } from '@stromgraph/kernel/database';
import type { WattHours } from '@stromgraph/kernel/energy';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { ReadPeriod } from '../profit/quantity.ts';

/** A register's state as of 00:00 of a day. */
export type RegisterRead = Readonly<{ meterId: string; contractId: string; readOn: LocalDate; wattHours: string }>;

/** Keeps readings of customers who are balanced on a load profile; answers the [meter, contract] of those that say something new. */
export async function saveRegisterReads(tx: Tx, reads: readonly RegisterRead[]): Promise<{ meterId: string; contractId: string }[]> {
  const rows = await tx.sql<{ meter_id: string; contract_id: string }>`
    WITH given AS (
      SELECT DISTINCT ON (r."meterId", r."contractId", r."readOn") r."meterId" AS meter_id, r."contractId" AS contract_id, r."readOn" AS read_on, r."wattHours" AS watt_hours
      FROM ROWS FROM (jsonb_to_recordset(${JSON.stringify(reads)}::jsonb) AS ("meterId" uuid, "contractId" uuid, "readOn" date, "wattHours" bigint)) WITH ORDINALITY r ("meterId", "contractId", "readOn", "wattHours", nth)
      JOIN energy.supply_contract c ON c.contract_id = r."contractId" AND c.metering_kind = 'PROFILE' ORDER BY 1, 2, 3, r.nth DESC
    ), saved AS (
      INSERT INTO energy.register_read AS o (meter_id, contract_id, read_on, watt_hours) SELECT * FROM given
      ON CONFLICT (meter_id, contract_id, read_on) DO UPDATE SET watt_hours = excluded.watt_hours WHERE o.watt_hours <> excluded.watt_hours RETURNING meter_id, contract_id
    )
    SELECT DISTINCT meter_id, contract_id FROM saved ORDER BY 1, 2`;
  return rows.map((row) => ({ meterId: row.meter_id, contractId: row.contract_id }));
}

type PeriodRow = { contract_id: string; meter_id: string; grid_area_id: string; from_on: LocalDate; until_on: LocalDate; measured: WattHours };

/** The periods between consecutive readings of these meters. */
export async function readPeriods(tx: Tx, meters: readonly { meterId: string; contractId: string }[]): Promise<ReadPeriod[]> {
  const rows = await tx.sql<PeriodRow>`
    SELECT p.contract_id, p.meter_id, c.grid_area_id, p.from_on, p.until_on, p.measured FROM (
      SELECT r.contract_id, r.meter_id, r.read_on AS until_on, lag(r.read_on) OVER w AS from_on, r.watt_hours - lag(r.watt_hours) OVER w AS measured
      FROM unnest(${meters.map(({ meterId }) => meterId)}::uuid[], ${meters.map(({ contractId }) => contractId)}::uuid[]) m (meter_id, contract_id)
      JOIN energy.register_read r ON r.meter_id = m.meter_id AND r.contract_id = m.contract_id WINDOW w AS (PARTITION BY r.meter_id, r.contract_id ORDER BY r.read_on)
    ) p JOIN energy.supply_contract c USING (contract_id) WHERE p.from_on IS NOT NULL ORDER BY p.contract_id, p.meter_id, p.from_on`;
  return rows.map((row) => ({ contractId: row.contract_id, meterId: row.meter_id, gridAreaId: row.grid_area_id, from: row.from_on, until: row.until_on, measuredWattHours: row.measured }));
}
