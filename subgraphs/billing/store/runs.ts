import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { Id } from '@stromgraph/kernel/ids';
import type { BillingFailure, BillingRun, BillingRunKind } from '../runs/billing-run.ts';
import type { Period } from '../invoicing/invoice.ts';

/** Contracts that one job bills in one transaction. */
export const CHUNK_SIZE = 500;

type RunRow = { id: string; kind: BillingRunKind; status: BillingRun['status']; from_on: string; until_on: string; dry_run: boolean; total: number; done: number; invoices_created: number; failed: number; gross_cents: bigint; started_at: Date; finished_at: Date | null };

const toRun = (row: RunRow): BillingRun => ({
  id: row.id, kind: row.kind, status: row.status, period: { from: row.from_on, until: row.until_on }, dryRun: row.dry_run,
  total: row.total, done: row.done, invoicesCreated: row.invoices_created, failed: row.failed, grossCents: row.gross_cents, startedAt: row.started_at, finishedAt: row.finished_at,
});

export async function runsById(db: Queryable, ids: readonly string[]): Promise<BillingRun[]> {
  return (await db.sql<RunRow>`SELECT * FROM billing.billing_run WHERE id = ANY (${ids}::uuid[])`).map(toRun);
}

export async function runsPage(db: Queryable, first: number, after: readonly string[] | null): Promise<BillingRun[]> {
  const [at, id] = after ?? [null, null];
  return (
    await db.sql<RunRow>`
      SELECT * FROM billing.billing_run WHERE ${at}::timestamptz IS NULL OR (started_at, id) < (${at}::timestamptz, ${id}::uuid)
      ORDER BY started_at DESC, id DESC LIMIT ${first + 1}`
  ).map(toRun);
}

/** False when a run of this kind over these days is under way. */
export async function insertRun(tx: Tx, run: { id: Id<'billing-run'>; kind: BillingRunKind; period: Period; dryRun: boolean; startedBy: string; at: Date }): Promise<boolean> {
  const rows = await tx.sql`
    INSERT INTO billing.billing_run (id, kind, from_on, until_on, dry_run, status, total, started_by, started_at)
    VALUES (${run.id}, ${run.kind}, ${run.period.from}, ${run.period.until}, ${run.dryRun}, 'RUNNING', 0, ${run.startedBy}, ${run.at})
    ON CONFLICT (kind, from_on, until_on) WHERE status = 'RUNNING' AND NOT dry_run DO NOTHING RETURNING id`;
  return rows.length > 0;
}

export async function runningRun(tx: Tx, kind: BillingRunKind, period: Period): Promise<string | null> {
  const [row] = await tx.sql<{ id: string }>`
    SELECT id FROM billing.billing_run WHERE kind = ${kind} AND from_on = ${period.from} AND until_on = ${period.until} AND status = 'RUNNING' AND NOT dry_run`;
  return row?.id ?? null;
}

/** The work of a run: what is due by its interval and not billed yet, or just the named contracts (those are listed with a reason if they cannot be billed). */
export async function fillRun(tx: Tx, runId: string, interval: string, period: Period, contractIds: readonly string[] | null): Promise<void> {
  await tx.query(
    `INSERT INTO billing.billing_run_contract (run_id, contract_id, chunk)
     SELECT $1, contract_id, (row_number() OVER (ORDER BY contract_id) - 1) / ${CHUNK_SIZE}
     FROM (SELECT DISTINCT unnest($5::uuid[]) AS contract_id WHERE $5::uuid[] IS NOT NULL
           UNION ALL
           SELECT c.contract_id FROM billing.contract_cache c
           WHERE $5::uuid[] IS NULL AND c.activated AND c.billing_interval = $2 AND c.start_on < $4::date AND (c.end_on IS NULL OR c.end_on > $3::date)
             AND NOT EXISTS (SELECT 1 FROM billing.invoice i WHERE i.contract_id = c.contract_id AND i.type = 'FINAL' AND i.state <> 'CANCELLED' AND i.period && daterange($3::date, $4::date))) due`,
    [runId, interval, period.from, period.until, contractIds],
  );
  await tx.sql`UPDATE billing.billing_run SET total = (SELECT count(*) FROM billing.billing_run_contract WHERE run_id = ${runId}) WHERE id = ${runId}`;
}

/** Chunks that still have work. */
export async function pendingChunks(db: Queryable, runId: string): Promise<number[]> {
  return (await db.sql<{ chunk: number }>`SELECT DISTINCT chunk FROM billing.billing_run_contract WHERE run_id = ${runId} AND status = 'PENDING' ORDER BY chunk`).map((row) => row.chunk);
}

/** Runs that are not over. */
export async function runningRuns(db: Queryable): Promise<string[]> {
  return (await db.sql<{ id: string }>`SELECT id FROM billing.billing_run WHERE status = 'RUNNING'`).map((row) => row.id);
}

/** What failed is to be tried again; false when nothing had failed. */
export async function reopenFailed(tx: Tx, runId: string): Promise<boolean> {
  const { rowCount } = await tx.query(`UPDATE billing.billing_run_contract SET status = 'PENDING', reason = NULL, detail = NULL WHERE run_id = $1 AND status = 'FAILED'`, [runId]);
  if (rowCount === 0) return false;
  await tx.sql`UPDATE billing.billing_run SET status = 'RUNNING', finished_at = NULL, done = done - failed, failed = 0 WHERE id = ${runId}`;
  return true;
}

/** Adds what a chunk did; the run is over when all its contracts are settled. */
export async function advanceRun(tx: Tx, runId: string, step: { done: number; invoicesCreated: number; failed: number; grossCents: bigint; at: Date }): Promise<void> {
  await tx.query(
    `UPDATE billing.billing_run SET done = done + $2, invoices_created = invoices_created + $3, failed = failed + $4, gross_cents = gross_cents + $5,
       status = CASE WHEN done + $2 < total THEN 'RUNNING' WHEN failed + $4 > 0 THEN 'COMPLETED_WITH_FAILURES' ELSE 'COMPLETED' END,
       finished_at = CASE WHEN done + $2 < total THEN NULL ELSE $6::timestamptz END
     WHERE id = $1`,
    [runId, step.done, step.invoicesCreated, step.failed, step.grossCents, step.at],
  );
}

export async function failuresPage(db: Queryable, runId: string, first: number, after: readonly string[] | null): Promise<BillingFailure[]> {
  const rows = await db.sql<{ contract_id: string; reason: BillingFailure['reason']; detail: string | null }>`
    SELECT contract_id, reason, detail FROM billing.billing_run_contract
    WHERE run_id = ${runId} AND status = 'FAILED' AND (${after?.[0] ?? null}::uuid IS NULL OR contract_id > ${after?.[0] ?? null}::uuid)
    ORDER BY contract_id LIMIT ${first + 1}`;
  return rows.map((row) => ({ contractId: row.contract_id, reason: row.reason, detail: row.detail }));
}

/** Holds a run until the transaction ends; null when there is none. */
export async function lockRun(tx: Tx, runId: string): Promise<BillingRun['status'] | null> {
  const [row] = await tx.sql<{ status: BillingRun['status'] }>`SELECT status FROM billing.billing_run WHERE id::text = ${runId} FOR UPDATE`;
  return row?.status ?? null;
}
