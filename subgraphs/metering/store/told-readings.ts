// Readings of counters, each with the contracts to which it counts: where one ends and the next begins, with both.
import type { Tx } from '@stromgraph/kernel/database';
import type { Counter } from '@stromgraph/kernel/energy';
import type { ReadingQuality } from '../meters/reading.ts';

export type UntoldReading = Readonly<{
  id: string;
  meterId: string;
  meterNumber: string;
  obis: string;
  contractId: string;
  customerId: string;
  maloId: string;
  readAt: Date;
  wattHours: bigint;
  quality: ReadingQuality;
  corrected: boolean;
  counter: Counter;
}>;

/** So many are looked at and told of in one transaction; of a meter with more, the rest follows as another event. */
const MAX_TOLD_READINGS = 5_000;

/** Takes readings of a batch off the list of what is to be told. */
export function takeUntoldReadings(tx: Tx, batchId: string, meterIds: readonly string[]): Promise<UntoldReading[]> {
  return toldReadings(
    tx,
    `WITH taken AS (
       DELETE FROM metering.batch_reading b USING metering.reading r
       WHERE b.batch_id = $1 AND r.id = b.reading_id AND b.reading_id IN (SELECT o.reading_id FROM metering.batch_reading o JOIN metering.reading v ON v.id = o.reading_id
         WHERE o.batch_id = $1 AND v.meter_id = ANY ($2::uuid[]) ORDER BY v.read_at, v.id LIMIT $3)
       RETURNING r.id, r.contract_id, b.corrected
     ), counts AS (
       SELECT id, contract_id, corrected FROM taken
       UNION SELECT t.id, o.contract_id, t.corrected FROM taken t JOIN metering.boundary_readings(ARRAY(
         SELECT s.contract_id FROM metering.installation i JOIN metering.supply s ON s.malo_id = i.malo_id WHERE i.meter_id = ANY ($2::uuid[]))) o ON o.reading_id = t.id)`,
    [batchId, meterIds, MAX_TOLD_READINGS],
  );
}

/** Readings with which contracts begin or end, or only end, and that were stored, and told, as those of other contracts. */
export const boundaryReadings = (tx: Tx, contractIds: readonly string[], { onlyEnds }: { onlyEnds: boolean }): Promise<UntoldReading[]> =>
  toldReadings(tx, 'WITH counts AS (SELECT reading_id AS id, contract_id, false AS corrected FROM metering.boundary_readings($1::uuid[]) WHERE is_end OR NOT $2::boolean)', [contractIds, onlyEnds]);

type Row = {
  id: string; meter_id: string; meter_number: string; obis: string; contract_id: string; customer_id: string; malo_id: string; read_at: Date; watt_hours: bigint;
  quality: ReadingQuality; corrected: boolean; digits: number; factor: string;
};
async function toldReadings(tx: Tx, counts: string, values: readonly unknown[]): Promise<UntoldReading[]> {
  const { rows } = await tx.query<Row>(
    `${counts} SELECT r.id, r.meter_id, m.meter_number, g.obis, s.contract_id, s.customer_id, s.malo_id, r.read_at, r.watt_hours, r.quality, c.corrected, g.digits, g.factor
     FROM counts c JOIN metering.reading r ON r.id = c.id JOIN metering.meter_register g ON g.id = r.register_id JOIN metering.meter m ON m.id = r.meter_id
     JOIN metering.supply s ON s.contract_id = c.contract_id ORDER BY r.read_at, r.id, s.start_on`,
    values,
  );
  return rows.map((row) => ({
    id: row.id, meterId: row.meter_id, meterNumber: row.meter_number, obis: row.obis, contractId: row.contract_id, customerId: row.customer_id, maloId: row.malo_id, readAt: row.read_at,
    wattHours: row.watt_hours, quality: row.quality, corrected: row.corrected, counter: { digits: row.digits, factor: row.factor },
  }));
}
