import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { Rejection } from '../intervals/value.ts';

export type BatchSource = 'GRAPHQL' | 'REST_JSON' | 'REST_CSV' | 'MARKET' | 'VALIDATION';
export type BatchState = 'STORING' | 'COMPLETE' | 'CUT_OFF';
export type Batch = Readonly<{
  id: string;
  source: BatchSource;
  state: BatchState;
  receivedAt: Date;
  accepted: number;
  unchanged: number;
  rejected: number;
}>;
export type Counts = Readonly<{ accepted: number; unchanged: number; rejected: number }>;
export type StoredRejection = Omit<Rejection, 'registerId'>;

/** A file in which nothing is right is not copied into the database: so many rejections are kept, all are counted. */
export const MAX_KEPT_REJECTIONS = 10_000;

export type Opened = Readonly<{ id: string; source: BatchSource; actor: string; receivedAt: Date }>;

/** Opens the batch of values that came under a key, stored in the same transaction; false where a file has the key. */
export async function openKeyedBatch(tx: Tx, { id, source, actor, receivedAt }: Opened, { holder, key }: FileKey): Promise<boolean> {
  const opened = await tx.sql`
    INSERT INTO metering.batch (id, source, actor, received_at, state) SELECT ${id}::uuid, ${source}::text, ${actor}::text, ${receivedAt}::timestamptz, 'STORING'
    WHERE NOT EXISTS (SELECT FROM metering.batch WHERE key_holder = ${holder} AND idempotency_key = ${key}) RETURNING id`;
  return opened.length > 0;
}

/** The same without a key. */
export async function openBatch(tx: Tx, { id, source, actor, receivedAt }: Opened): Promise<void> {
  await tx.sql`INSERT INTO metering.batch (id, source, actor, received_at, state) VALUES (${id}, ${source}, ${actor}, ${receivedAt}, 'STORING')`;
}

/** Whose key a file has. */
export type FileKey = Readonly<{ holder: string; key: string }>;
export type KeyedFile = Readonly<{ batchId: string; state: BatchState; digest: Buffer | null; abandoned: boolean }>;

/** For how long a file that is being stored counts as such after its last chunk, and holds its key (system time). */
const CLAIM_SECONDS = 60;

/** What a key stands for: a file, values sent as JSON, or nothing yet. */
export async function fileOfKey(db: Queryable, { holder, key }: FileKey): Promise<KeyedFile | 'VALUES' | null> {
  const [file] = await db.sql<{ id: string; state: BatchState; digest: Buffer | null; abandoned: boolean }>`
    SELECT id, state, digest, coalesce(state = 'STORING' AND claimed_until < clock_timestamp(), false) AS abandoned
    FROM metering.batch WHERE key_holder = ${holder} AND idempotency_key = ${key}`;
  if (file) return { batchId: file.id, state: file.state, digest: file.digest, abandoned: file.abandoned };
  const values = await db.sql`SELECT 1 FROM metering.idempotency WHERE operation = 'ingestReadings' AND actor = ${holder} AND key = ${key}`;
  return values.length > 0 ? 'VALUES' : null;
}

/** Opens the batch of a file, under its key if it has one, before any row is stored; false when another file holds the key. One whose sender died loses it. */
export async function openFile(tx: Tx, { id, source, actor, receivedAt }: Opened, key: FileKey | null): Promise<boolean> {
  if (key)
    await tx.sql`
      UPDATE metering.batch SET state = 'CUT_OFF', idempotency_key = NULL, key_holder = NULL
      WHERE key_holder = ${key.holder} AND idempotency_key = ${key.key} AND state = 'STORING' AND claimed_until < clock_timestamp()`;
  const opened = await tx.sql`
    INSERT INTO metering.batch (id, source, actor, received_at, state, key_holder, idempotency_key, claimed_until)
    VALUES (${id}, ${source}, ${actor}, ${receivedAt}, 'STORING', ${key?.holder ?? null}, ${key?.key ?? null}, clock_timestamp() + make_interval(secs => ${CLAIM_SECONDS}))
    ON CONFLICT (key_holder, idempotency_key) DO NOTHING RETURNING id`;
  return opened.length > 0;
}

/** Counts a chunk of a file, which goes on holding its claim, and names its transaction; null when it paused for so long that another file took its key or that it was closed. */
export async function countChunk(tx: Tx, id: string, { accepted, unchanged, rejected }: Counts, key: FileKey | null): Promise<string | null> {
  const [held] = await tx.sql<{ transaction: string }>`
    UPDATE metering.batch SET accepted = accepted + ${accepted}, unchanged = unchanged + ${unchanged}, rejected = rejected + ${rejected},
      claimed_until = clock_timestamp() + make_interval(secs => ${CLAIM_SECONDS})
    WHERE id = ${id} AND state = 'STORING' AND idempotency_key IS NOT DISTINCT FROM ${key?.key ?? null} RETURNING pg_current_xact_id()::text AS transaction`;
  return held?.transaction ?? null;
}

/** Whether a transaction that counted a chunk was committed, though nobody was told: as long as it runs it holds the batch, and is waited for. */
export async function wasCounted(tx: Tx, id: string, transaction: string): Promise<boolean> {
  await tx.sql`SELECT FROM metering.batch WHERE id = ${id} FOR UPDATE`;
  const [row] = await tx.sql<{ committed: boolean }>`SELECT pg_xact_status(${transaction}::xid8) IS NOT DISTINCT FROM 'committed' AS committed`;
  return row!.committed;
}

/** A file that broke off lets go of its key: sent again whole, it is stored. */
export async function releaseKey(tx: Tx, id: string): Promise<void> {
  await tx.sql`UPDATE metering.batch SET idempotency_key = NULL, key_holder = NULL WHERE id = ${id}`;
}

export async function addCounts(tx: Tx, id: string, { accepted, unchanged, rejected }: Counts): Promise<void> {
  await tx.sql`UPDATE metering.batch SET accepted = accepted + ${accepted}, unchanged = unchanged + ${unchanged}, rejected = rejected + ${rejected} WHERE id = ${id}`;
}

/** `digest`: the SHA-256 of a keyed file. `counts` are added to those of the batch. */
export async function closeBatch(
  tx: Tx,
  id: string,
  state: Exclude<BatchState, 'STORING'>,
  { digest = null, counts = NOTHING }: { digest?: Buffer | null; counts?: Counts } = {},
): Promise<Batch> {
  const { accepted, unchanged, rejected } = counts;
  const [row] = await tx.sql<BatchRow>`
    UPDATE metering.batch SET state = ${state}, digest = ${digest}, accepted = accepted + ${accepted}, unchanged = unchanged + ${unchanged},
      rejected = rejected + ${rejected} WHERE id = ${id} RETURNING *`;
  return toBatch(row!);
}
const NOTHING: Counts = { accepted: 0, unchanged: 0, rejected: 0 };

type BatchRow = { id: string; source: BatchSource; state: BatchState; received_at: Date; accepted: number; unchanged: number; rejected: number };
const toBatch = (row: BatchRow): Batch => ({
  id: row.id,
  source: row.source,
  state: row.state,
  receivedAt: row.received_at,
  accepted: row.accepted,
  unchanged: row.unchanged,
  rejected: row.rejected,
});

/** A file whose process died is cut off, even before anybody says so in its row. */
export async function batchById(db: Queryable, id: string): Promise<Batch | null> {
  const [row] = await db.sql<BatchRow>`
    SELECT id, source, CASE WHEN state = 'STORING' AND claimed_until < clock_timestamp() THEN 'CUT_OFF' ELSE state END AS state, received_at, accepted, unchanged, rejected FROM metering.batch WHERE id = ${id}`;
  return row ? toBatch(row) : null;
}

/** Keeps why rows were refused, and as a finding of validation where the register is known. */
export async function saveRejections(
  tx: Tx,
  batchId: string,
  rejections: readonly Rejection[],
  { at, by }: { at: Date; by: string },
): Promise<void> {
  if (rejections.length === 0) return;
  const given = JSON.stringify(
    rejections
      .slice(0, MAX_KEPT_REJECTIONS)
      .map((each) => ({ ...each, start: each.startMs === null ? null : new Date(each.startMs).toISOString() })),
  );
  await tx.query(
    `WITH given AS (
       SELECT * FROM jsonb_to_recordset($2::jsonb)
         AS g (row int, path text, "meterNumber" text, obis text, start timestamptz, rule text, reason text, "registerId" int)
       LIMIT greatest(0, ${MAX_KEPT_REJECTIONS} - (SELECT count(*) FROM metering.rejection WHERE batch_id = $1))
     ), finding AS (
       INSERT INTO metering.vee_result (register_id, start_at, rule, severity, action, detail, batch_id, decided_at, decided_by)
       SELECT "registerId", start, rule, 'ERROR', 'REJECTED', reason, $1, $3, $4 FROM given WHERE "registerId" IS NOT NULL AND rule IS NOT NULL
     )
     INSERT INTO metering.rejection (batch_id, row_number, path, meter_number, obis, start_at, rule, reason)
     SELECT $1, row, path, "meterNumber", obis, start, rule, reason FROM given ON CONFLICT DO NOTHING`,
    [batchId, given, at, by],
  );
}

/** In the order of the rows, after row `after`. */
export async function rejectionsPage(db: Queryable, batchId: string, first: number, after: number): Promise<StoredRejection[]> {
  const rows = await db.sql<{
    row_number: number;
    path: string | null;
    meter_number: string | null;
    obis: string | null;
    start_at: Date | null;
    rule: Rejection['rule'];
    reason: string;
  }>`
    SELECT * FROM metering.rejection WHERE batch_id = ${batchId} AND row_number > ${after} ORDER BY row_number LIMIT ${first + 1}`;
  return rows.map((row) => ({
    row: row.row_number,
    path: row.path,
    meterNumber: row.meter_number,
    obis: row.obis,
    startMs: row.start_at?.getTime() ?? null,
    rule: row.rule,
    reason: row.reason,
  }));
}
