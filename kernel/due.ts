// What falls due is a row in business time. Wake-ups only say "do what is due": a missed or repeated one changes nothing.
import { z } from 'zod';
import { type Db, isPassing, planningOnce, transact, type Tx } from './database.ts';
import { dueFailures } from './event-metrics.ts';
import { newId } from './ids.ts';
import { queue, queuesOf, type Queue, work, type Working } from './queue.ts';
import { startTicker } from './ticker.ts';
import type { Runtime, Tenant, Tools } from './runtime.ts';
import { traced } from './trace.ts';

export type DueKey = Readonly<{ kind: string; subject: string }>;
export type DueHandlers = Readonly<Record<string, (tx: Tx, due: { subject: string; dueAt: Date }, tools: Tools) => Promise<void>>>;

const TIMER_MS = 1_000;
const FIRST_RETRY_SECONDS = 1;
const LONGEST_RETRY_SECONDS = 600;

/** `<domain>.due`: wakes a domain to do what is due. */
const dueQueueOf = (domain: string): Queue<Record<string, never>> => queue(`${domain}.due`, z.strictObject({}), () => 'due');
export const dueQueueName = (domain: string): string => dueQueueOf(domain).name;
/** Makes a domain look at once, as after the business clock has moved. */
export const wakeDue = (runtime: Runtime<any>, tenant: Tenant<any> | string, domain: string): Promise<void> =>
  queuesOf(runtime, tenant).nudge(dueQueueOf(domain).name, { correlationId: 'wake', data: {} });

/**
 * Plans or moves work of one kind about one subject, in business time. What runs at this moment runs to its end, and what is
 * planned here runs after it: nothing waits for a run, which may itself wait for the very rows that the caller has locked.
 */
export async function schedule(tx: Tx, { kind, subject, dueAt }: DueKey & Readonly<{ dueAt: Date }>): Promise<void> {
  await tx.query(
    `INSERT INTO ${tx.domain}.due (id, kind, subject, due_at, correlation_id) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (kind, subject) DO UPDATE SET due_at = excluded.due_at, correlation_id = excluded.correlation_id, attempts = 0, last_error = NULL, not_before = '-infinity'`,
    [newId(), kind, subject, dueAt, tx.correlationId],
  );
}

/**
 * Takes planned work back. What runs at this moment is left to its run. So a handler locks what it is about, looks whether it
 * is still wanted, and does nothing otherwise.
 */
export async function unschedule(tx: Tx, { kind, subject }: DueKey): Promise<void> {
  await tx.query(`DELETE FROM ${tx.domain}.due WHERE id = (SELECT id FROM ${tx.domain}.due WHERE kind = $1 AND subject = $2 FOR UPDATE SKIP LOCKED)`, [kind, subject]);
}

/** Does what falls due in every tenant until stopped. */
export async function startDue(runtime: Runtime<any>, handlers: DueHandlers): Promise<Working> {
  let stopped = false;
  const running = new Map<string, Promise<number>>();
  const look = (tenant: Tenant<any>): Promise<number> => {
    const under = running.get(tenant.name);
    if (under) return under;
    const tools: Tools = { keyring: runtime.keyring, log: runtime.log.child({ tenant: tenant.name }) };
    const fresh = runDue(tenant.db, handlers, tools, () => stopped).finally(() => running.delete(tenant.name));
    running.set(tenant.name, fresh);
    return fresh;
  };
  const worker = await work(runtime, dueQueueOf(runtime.domain), 1, async (tenant) => {
    await running.get(tenant.name)?.catch(() => {});
    await look(tenant);
  });
  const ticker = startTicker(TIMER_MS, () => Promise.all([...runtime.tenants.values()].map((tenant) => look(tenant).catch((error) => {
    if (!isPassing(error)) runtime.log.error({ err: error, tenant: tenant.name }, 'due work failed');
  }))));
  return {
    stop: async () => {
      stopped = true;
      await Promise.all([worker.stop(), ticker.stop()]);
      await Promise.allSettled(running.values());
    },
  };
}

/** Does everything that is due now, in order of due time, each in its own transaction; returns how many were done. */
export async function runDue(db: Db<any>, handlers: DueHandlers, tools: Tools, isStopped: () => boolean = () => false): Promise<number> {
  let done = 0;
  for (;;) {
    if (isStopped()) return done;
    const outcome = await runNext(db, handlers, tools);
    if (outcome === 'none') return done;
    if (outcome === 'done') done += 1;
  }
}

type Row = { id: string; kind: string; subject: string; due_at: Date; attempts: number; correlation_id: string; version: string };

/** The row goes with its effect, unless it was planned anew meanwhile, by the handler itself or by somebody else. */
async function runNext(db: Db<any>, handlers: DueHandlers, tools: Tools): Promise<'none' | 'done' | 'failed'> {
  let claimed: Row | null = null;
  try {
    return await transact(db, async (tx) => {
      const framing = planningOnce(tx); // the same statements around each row
      claimed = await claimNext(framing, Object.keys(handlers));
      if (!claimed) return 'none';
      const { id, kind, subject, due_at: dueAt, correlation_id: correlationId, version } = claimed;
      await traced(correlationId, { service: tx.domain, name: `due ${kind}`, kind: 'consumer', under: { requestId: correlationId } }, () =>
        handlers[kind]!({ ...tx, correlationId, causationId: null }, { subject, dueAt }, tools),
      );
      // Who has it locked is planning it anew.
      await framing.query(`DELETE FROM ${tx.domain}.due WHERE id = (SELECT id FROM ${tx.domain}.due WHERE id = $1 AND xmin::text = $2 FOR UPDATE SKIP LOCKED)`, [id, version]);
      return 'done';
    });
  } catch (error) {
    if (!claimed) throw error;
    await putOff(db, claimed, error, tools);
    return 'failed';
  }
}

/** Runs that look for work at once; more would find nothing and come again. */
const MAX_RUNNING = 100;

/** The first due row that nobody runs, for this transaction alone. The row itself stays free: who plans or takes back need not wait for the run. */
async function claimNext(tx: Tx, kinds: readonly string[]): Promise<Row | null> {
  for (;;) {
    const [free] = (await tx.query<{ id: string }>(
      `SELECT id FROM (
         SELECT id FROM ${tx.domain}.due WHERE due_at <= platform.business_now() AND not_before <= clock_timestamp() AND kind = ANY ($1)
         ORDER BY due_at, id LIMIT ${MAX_RUNNING}
       ) d WHERE pg_try_advisory_xact_lock(${claimOf(tx.domain)}) LIMIT 1`,
      [kinds],
    )).rows;
    if (!free) return null;
    // Another run may have ended between the look and the lock: what it left counts.
    const [row] = (await tx.query<Row>(
      `SELECT id, kind, subject, due_at, attempts, correlation_id, xmin::text AS version FROM ${tx.domain}.due
       WHERE id = $1 AND due_at <= platform.business_now() AND not_before <= clock_timestamp()`,
      [free.id],
    )).rows;
    if (row) return row;
  }
}

/** Whether work of a kind is due that has not begun; then it begins only after this transaction and sees what it did. A run asks for other kinds than its own. */
export async function keepPlanned(tx: Tx, kind: string, now: Date): Promise<boolean> {
  const [kept] = (await tx.query<{ id: string }>(
    `SELECT id FROM (SELECT id FROM ${tx.domain}.due WHERE kind = $1 AND due_at <= $2 AND attempts = 0 ORDER BY due_at, id LIMIT ${MAX_RUNNING}) d
     WHERE pg_try_advisory_xact_lock_shared(${claimOf(tx.domain)}) LIMIT 1`,
    [kind, now],
  )).rows;
  return kept !== undefined && (await tx.query(`SELECT FROM ${tx.domain}.due WHERE id = $1`, [kept.id])).rowCount > 0;
}

/** SQL of the lock that a run of a row with this `id` holds. */
const claimOf = (domain: string): string => `hashtextextended('${domain}.due ' || id, 0)`;

/** A fault of the infrastructure puts the row off without counting, so that it cannot hold up the others either. What was planned anew meanwhile has not failed. */
async function putOff(db: Db<any>, { id, kind, subject, attempts, version }: Row, error: unknown, tools: Tools): Promise<void> {
  const counted = isPassing(error) ? 0 : 1;
  const seconds = Math.min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** attempts) * (0.75 + Math.random() / 2);
  await db.query(`UPDATE ${db.domain}.due SET attempts = attempts + $2, last_error = $3, not_before = clock_timestamp() + $4 * interval '1 s' WHERE id = $1 AND xmin::text = $5`, [
    id, counted, (error instanceof Error ? error.message : String(error)).slice(0, 2_000), seconds, version,
  ]);
  dueFailures.inc({ tenant: db.tenant, domain: db.domain, kind });
  tools.log.warn({ err: error, kind, subject, attempts: attempts + counted }, 'due work failed; it is tried again');
}
