// What a batch has changed and hearers have not been told of.
import type { Tx } from '@stromgraph/kernel/database';
import { takeUntoldReadings, type UntoldReading } from './told-readings.ts';

export type UntoldDay = Readonly<{ meterId: string; meterNumber: string; registerId: number; obis: string; day: string; corrected: boolean }>;
export type UntoldMeter = Readonly<{ meterId: string; meterNumber: string }>;

/** Holds the batch, so that one at a time tells of it. False when there is none. */
export async function lockBatch(tx: Tx, batchId: string): Promise<boolean> {
  return (await tx.sql`SELECT 1 FROM metering.batch WHERE id = ${batchId} FOR UPDATE`).length > 0;
}

/** The next meters to tell of: as many as have about `maxDays` days together, at least one. */
export async function nextUntoldMeters(tx: Tx, batchId: string, maxDays: number): Promise<UntoldMeter[]> {
  const rows = await tx.sql<{ meter_id: string; meter_number: string }>`
    WITH untold AS (
      SELECT r.meter_id, count(*) AS days
        FROM metering.batch_day d JOIN metering.meter_register r ON r.id = d.register_id WHERE d.batch_id = ${batchId} GROUP BY 1
      UNION ALL
      SELECT r.meter_id, 1 FROM metering.batch_reading b JOIN metering.reading r ON r.id = b.reading_id WHERE b.batch_id = ${batchId}
    ), meter AS (
      SELECT meter_id, sum(sum(days)) OVER (ORDER BY meter_id) - sum(days) AS before FROM untold GROUP BY meter_id
    )
    SELECT m.meter_id, n.meter_number FROM meter m JOIN metering.meter n ON n.id = m.meter_id WHERE m.before < ${maxDays} ORDER BY m.meter_id`;
  return rows.map((row) => ({ meterId: row.meter_id, meterNumber: row.meter_number }));
}

/** Takes what is to be told of these meters off the list. */
export async function takeUntold(tx: Tx, batchId: string, meterIds: readonly string[]): Promise<{ days: UntoldDay[]; readings: UntoldReading[] }> {
  return { days: await takeUntoldDays(tx, batchId, meterIds), readings: await takeUntoldReadings(tx, batchId, meterIds) };
}

async function takeUntoldDays(tx: Tx, batchId: string, meterIds: readonly string[]): Promise<UntoldDay[]> {
  const rows = await tx.sql<{ meter_id: string; meter_number: string; register_id: number; obis: string; day: string; corrected: boolean }>`
    DELETE FROM metering.batch_day d USING metering.meter_register r, metering.meter m
    WHERE d.batch_id = ${batchId} AND r.id = d.register_id AND m.id = r.meter_id AND r.meter_id = ANY (${meterIds}::uuid[])
    RETURNING r.meter_id, m.meter_number, d.register_id, r.obis, d.day, d.corrected`;
  return rows.map((row) => ({ meterId: row.meter_id, meterNumber: row.meter_number, registerId: row.register_id, obis: row.obis, day: row.day, corrected: row.corrected }));
}

/** Why values of these registers were replaced by the batch. */
export async function causesOf(tx: Tx, batchId: string, registerIds: readonly number[]): Promise<Map<number, string>> {
  const rows = await tx.sql<{ register_id: number; cause: string }>`
    SELECT register_id, min(cause) AS cause FROM (
      SELECT register_id, cause FROM metering.interval_superseded WHERE batch_id = ${batchId} AND register_id = ANY (${registerIds}::int[])
      UNION ALL
      SELECT register_id, detail FROM metering.vee_result WHERE batch_id = ${batchId} AND register_id = ANY (${registerIds}::int[]) AND action IN ('ESTIMATED', 'RELEASED')) c GROUP BY 1`;
  return new Map(rows.map((row) => [row.register_id, row.cause]));
}

/** Of contracts: their market location and what they are expected to use in a year. */
export async function suppliesOf(tx: Tx, contractIds: readonly string[]): Promise<Map<string, { maloId: string; expectedWattHours: bigint }>> {
  const rows = await tx.sql<{ contract_id: string; malo_id: string; expected_watt_hours: bigint }>`
    SELECT contract_id, malo_id, expected_watt_hours FROM metering.supply WHERE contract_id = ANY (${contractIds}::uuid[])`;
  return new Map(rows.map((row) => [row.contract_id, { maloId: row.malo_id, expectedWattHours: row.expected_watt_hours }]));
}
