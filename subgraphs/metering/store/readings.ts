import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { PlacedReading, Reading, ReadingQuality, ReadingSource } from '../meters/reading.ts';
import { int4Array, int8Array, timestamptzArray } from './binary-arrays.ts';

export type KnownReading = Readonly<{ id: string; wattHours: bigint; quality: ReadingQuality }>;

/** What is stored of these readings now, each at its place. */
export async function knownReadings(tx: Tx, placed: readonly PlacedReading[]): Promise<(KnownReading | null)[]> {
  const meterIds = [...new Set(placed.map(({ meterId }) => meterId))];
  const { rows } = await tx.query<{ nth: bigint; id: string; watt_hours: bigint; quality: ReadingQuality }>(
    `SELECT g.nth, r.id, r.watt_hours, r.quality
     FROM ROWS FROM (unnest($1::int4[]), unnest($2::timestamptz[])) WITH ORDINALITY g (register_id, read_at, nth)
     JOIN metering.reading r ON r.register_id = g.register_id AND r.read_at = g.read_at AND r.meter_id = ANY ($3::uuid[])`,
    [...placesOf(placed), meterIds],
  );
  const known = Array<KnownReading | null>(placed.length).fill(null);
  for (const { nth, id, watt_hours, quality } of rows) known[Number(nth) - 1] = { id, wattHours: watt_hours, quality };
  return known;
}

type About = Readonly<{ batchId: string | null; at: Date }>;

/** Readings of instants that have none yet, all at once; hearers are to be told of them. */
export async function addReadings(tx: Tx, placed: readonly PlacedReading[], { batchId, at }: About): Promise<void> {
  if (placed.length === 0) return;
  const owners = new Map(placed.map((each) => [`${each.meterId} ${each.contractId}`, each]));
  const nthOf = new Map([...owners.keys()].map((key, nth) => [key, nth + 1]));
  const names = [...owners.values()];
  // Numbers travel as binary lists, names once: as lists of texts they were most of what storing readings cost.
  await tx.query(
    `WITH added AS (
       INSERT INTO metering.reading (id, meter_id, register_id, contract_id, customer_id, read_at, watt_hours, source, quality, imported_at, batch_id, reason, method)
       SELECT uuidv7(), o.meter_id, g.register_id, o.contract_id, o.customer_id, g.read_at, g.watt_hours, g.source, g.quality, $10, $11, g.reason, g.method
       FROM unnest($1::int4[], $2::timestamptz[], $3::int8[], $4::text[], $5::text[], $6::int4[], $12::text[], $13::text[]) g (register_id, read_at, watt_hours, source, quality, owner, reason, method)
       JOIN unnest($7::uuid[], $8::uuid[], $9::uuid[]) WITH ORDINALITY o (meter_id, contract_id, customer_id, nth) ON o.nth = g.owner
       RETURNING id
     )
     INSERT INTO metering.batch_reading (batch_id, reading_id, corrected) SELECT $11::uuid, id, false FROM added WHERE $11::uuid IS NOT NULL`,
    [
      ...placesOf(placed), int8Array(placed.map(({ given }) => Number(given.wattHours))), placed.map(({ given }) => given.source), placed.map(({ given }) => given.quality),
      int4Array(placed.map(({ meterId, contractId }) => nthOf.get(`${meterId} ${contractId}`)!)),
      names.map(({ meterId }) => meterId), names.map(({ contractId }) => contractId), names.map(({ customerId }) => customerId), at, batchId, placed.map(({ given }) => told(given.reason)), placed.map(({ given }) => told(given.method)),
    ],
  );
}

/** Spaces say nothing. */
const told = (text: string | null): string | null => text?.trim() || null;
const placesOf = (placed: readonly PlacedReading[]) => [int4Array(placed.map(({ registerId }) => registerId)), timestamptzArray(placed.map(({ given }) => given.readAtMs))];

/** A reading that is known, and what takes its place. */
export type ReplacedReading = Readonly<{ known: KnownReading; next: PlacedReading }>;

/** What is replaced the database keeps, with its cause: the reason that is told it, if one was given. */
export async function replaceReadings(tx: Tx, replaced: readonly ReplacedReading[], { batchId, at }: About): Promise<void> {
  if (replaced.length === 0) return;
  const ids = replaced.map(({ known }) => known.id);
  const reasons = replaced.flatMap(({ known, next }) => (next.given.reason ? [{ reading_id: known.id, reason: next.given.reason }] : []));
  await tx.sql`SELECT set_config('stromgraph.replacement', ${JSON.stringify({ reasons })}, true)`;
  await tx.sql`
    UPDATE metering.reading r SET watt_hours = g.watt_hours, quality = g.quality, source = g.source, reason = g.reason, method = g.method, imported_at = greatest(${at}, r.imported_at), batch_id = ${batchId}
    FROM unnest(${ids}::uuid[], ${replaced.map(({ next }) => next.given.wattHours)}::int8[], ${replaced.map(({ next }) => next.given.quality)}::text[],
      ${replaced.map(({ next }) => next.given.source)}::text[], ${replaced.map(({ next }) => told(next.given.reason))}::text[], ${replaced.map(({ next }) => told(next.given.method))}::text[]) g (id, watt_hours, quality, source, reason, method) WHERE r.id = g.id`;
  if (batchId) await tell(tx, ids, { batchId, corrected: true });
}

/** Of one meter, newest first; `after` is the [instant, id] of the last one read. */
export async function readingsPage(db: Queryable, meterId: string, first: number, after: readonly string[] | null): Promise<Reading[]> {
  const [readAt, id] = after ?? [null, null];
  const rows = await db.sql<{
    id: string;
    meter_id: string;
    obis: string;
    contract_id: string;
    read_at: Date;
    watt_hours: bigint;
    quality: ReadingQuality;
    source: ReadingSource;
    imported_at: Date;
    reason: string | null;
    method: string | null;
  }>`
    SELECT r.*, g.obis FROM metering.reading r JOIN metering.meter_register g ON g.id = r.register_id
    WHERE r.meter_id = ${meterId} AND (${readAt}::timestamptz IS NULL OR (r.read_at, r.id) < (${readAt}, ${id}::uuid))
      ORDER BY r.read_at DESC, r.id DESC LIMIT ${first + 1}`;
  return rows.map((row) => ({
    id: row.id,
    meterId: row.meter_id,
    obis: row.obis,
    contractId: row.contract_id,
    readAt: row.read_at,
    wattHours: row.watt_hours,
    quality: row.quality,
    source: row.source,
    importedAt: row.imported_at,
    reason: row.reason,
    method: row.method,
  }));
}

async function tell(tx: Tx, readingIds: readonly string[], { batchId, corrected }: { batchId: string; corrected: boolean }): Promise<void> {
  await tx.sql`INSERT INTO metering.batch_reading (batch_id, reading_id, corrected) SELECT ${batchId}, id, ${corrected} FROM unnest(${readingIds}::uuid[]) id ON CONFLICT DO NOTHING`;
}
