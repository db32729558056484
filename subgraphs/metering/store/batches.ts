import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { Rejection } from '../intervals/value.ts';

export type BatchSource = 'GRAPHQL' | 'REST_JSON' | 'REST_CSV' | 'MARKET';
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

export async function openBatch(
  tx: Tx,
  { id, source, actor, receivedAt }: { id: string; source: BatchSource; actor: string; receivedAt: Date },
): Promise<void> {
  await tx.sql`INSERT INTO metering.batch (id, source, actor, received_at, state) VALUES (${id}, ${source}, ${actor}, ${receivedAt}, 'STORING')`;
}

export async function addCounts(tx: Tx, id: string, { accepted, unchanged, rejected }: Counts): Promise<void> {
  await tx.sql`UPDATE metering.batch SET accepted = accepted + ${accepted}, unchanged = unchanged + ${unchanged}, rejected = rejected + ${rejected} WHERE id = ${id}`;
}

export async function closeBatch(tx: Tx, id: string, state: Exclude<BatchState, 'STORING'>): Promise<void> {
  await tx.sql`UPDATE metering.batch SET state = ${state} WHERE id = ${id}`;
}

export async function batchById(db: Queryable, id: string): Promise<Batch | null> {
  const [row] = await db.sql<{
    id: string;
    source: BatchSource;
    state: BatchState;
    received_at: Date;
    accepted: number;
    unchanged: number;
    rejected: number;
  }>`SELECT * FROM metering.batch WHERE id = ${id}`;
  return row
    ? {
        id: row.id,
        source: row.source,
        state: row.state,
        receivedAt: row.received_at,
        accepted: row.accepted,
        unchanged: row.unchanged,
        rejected: row.rejected,
      }
    : null;
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
