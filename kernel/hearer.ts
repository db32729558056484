// A domain's ear: follows the feed by its own cursor. The queue only wakes it; a timer does so too.
import { setTimeout as pause } from 'node:timers/promises';
import { type Db, isPassing, transact } from './database.ts';
import { type AggregateKey, replayParked, replayQueueOf, type Replayed, toRetry } from './dead-letters.ts';
import { deadLetters, deliverySeconds, hearerLag } from './event-metrics.ts';
import { isBehind, turnToNext } from './feed-page.ts';
import { applyEach, applyTogether, type Handler, type Handlers, inboxQueueName, leave, type Progress, pruneInbox } from './inbox.ts';
import { park, postpone, ranOutOfTime } from './parking.ts';
import { queuesOf, work, type Working } from './queue.ts';
import type { Runtime, Tenant, Tools } from './runtime.ts';
import { startTicker } from './ticker.ts';

export { causedBy, on, onAll, type Handler } from './inbox.ts';
export { replayQueueOf, type AggregateKey, type Replayed } from './dead-letters.ts';

/** Events of one transaction; fewer after a page that took long. */
const MAX_PAGE = 500;
/** A domain's transactions end after 2 s: a page that takes longer than this makes the next ones smaller. */
const LONG_PAGE_MS = 700;
const SHORT_PAGE_MS = 150;
/** While events keep coming, it looks again after this, and needs no nudge; later when looking took long, so that under load pages get larger, not more. */
const STAY_MS = 20;
const LONGEST_STAY_MS = 120;
const STAY_PER_WORK = 3;
/** A nudge that was killed holds its key until the queue's check; the timer does not wait for that. */
const TIMER_MS = 1_000;
const PRUNE_EVERY_MS = 3_600_000;
const TIMEOUTS_OF_ONE_EVENT = 3;

type Ear = { db: Db<any>; handlers: Handlers; types: string[]; tools: Tools; pageSize: number; first: bigint | null; progress: Progress; timeouts: { position: bigint; count: number } | null };

/** Makes a domain listen at once, for who waits until it has heard. */
export const wakeHearer = (runtime: Runtime<any>, tenant: Tenant<any> | string, domain: string): Promise<void> => queuesOf(runtime, tenant).nudge(inboxQueueName(domain));

export async function startHearer(runtime: Runtime<any>, handlers: readonly Handler[]): Promise<Working> {
  const ears = [...runtime.tenants.values()].map((tenant) => makeEar(runtime, tenant, handlers));
  const parts = ears.map((ear) => listen(runtime, ear));
  const replays = await work(runtime, replayQueueOf(runtime.domain), 1, async (tenant, aggregate) => {
    for (const { failed } of await replayDeadLetters(runtime, handlers, { aggregate }, tenant))
      if (failed) runtime.log.warn({ eventId: failed.eventId, error: failed.error }, 'a replayed event failed again');
  });
  return { stop: async () => void (await Promise.all([replays.stop(), ...parts.map((part) => part.stop())])) };
}

/** Applies what the feed holds now and returns; for tests and tools. */
export async function applyEvents(runtime: Runtime<any>, handlers: readonly Handler[], tenant?: string): Promise<void> {
  for (const one of runtime.tenants.values()) if (!tenant || one.name === tenant) await drain(makeEar(runtime, one, handlers), () => false);
}

/** Applies parked events in their order and frees their aggregates; stops at the first of an aggregate that fails again. */
export async function replayDeadLetters(runtime: Runtime<any>, handlers: readonly Handler[], which: { aggregate: AggregateKey } | { eventIds: readonly string[] }, tenant?: Tenant<any>): Promise<Replayed[]> {
  const tenants = tenant ? [tenant] : [...runtime.tenants.values()];
  return (await Promise.all(tenants.map((one) => replayParked(one.db, byName(handlers), which, runtime)))).flat();
}

function listen(runtime: Runtime<any>, ear: Ear): Working {
  let stopped = false;
  let running: Promise<boolean> | null = null;
  let again = false;
  const isStopped = () => stopped;
  // One run at a time in this process; a wake-up during a run causes one more look.
  const look = async (): Promise<boolean> => {
    again = true;
    running ??= (async () => {
      let found = false;
      try {
        while (again && !stopped) {
          again = false;
          found = (await drain(ear, isStopped)) || found;
        }
        return found;
      } finally {
        running = null;
      }
    })();
    return running;
  };
  let prunedAt = Date.now();
  let staying: Promise<void> | null = null;
  const stay = (): Promise<void> =>
    (staying ??= (async () => {
      try {
        let tookMs = 0;
        for (let found = true; found && !stopped; ) {
          await pause(Math.min(LONGEST_STAY_MS, Math.max(STAY_MS, tookMs * STAY_PER_WORK)));
          const startedAt = performance.now();
          found = await look();
          tookMs = performance.now() - startedAt;
        }
      } finally {
        staying = null;
      }
    })());
  const worker = queuesOf(runtime, ear.db.tenant).workerOf(
    inboxQueueName(ear.db.domain),
    async () => {
      if (await look()) await stay();
    },
    { concurrency: 1 },
  );
  const failed = (error: unknown): void => {
    if (!isPassing(error)) ear.tools.log.error({ err: error }, 'the hearer failed; it looks again in a second');
  };
  const ticker = startTicker(TIMER_MS, async () => {
    try {
      if (await look()) stay().catch(failed);
      await lookAfterLetters(ear);
      if (Date.now() - prunedAt < PRUNE_EVERY_MS) return;
      prunedAt = Date.now();
      await pruneInbox(ear.db);
    } catch (error) {
      failed(error);
    }
  });
  return {
    stop: async () => {
      stopped = true;
      await Promise.all([worker.close(), ticker.stop()]);
      await staying?.catch(() => {});
    },
  };
}

/** Tries parked events again whose pause is over, and reports. */
async function lookAfterLetters(ear: Ear): Promise<void> {
  for (const aggregate of await toRetry(ear.db))
    await replayParked(ear.db, ear.handlers, { aggregate }, ear.tools).catch((error: unknown) => {
      if (!isPassing(error)) throw error;
      return postpone(ear.db, aggregate, error);
    });
  const labels = { tenant: ear.db.tenant, hearer: ear.db.domain };
  const [state] = (await ear.db.query<{ lag: bigint; dead: bigint }>(
    `SELECT (SELECT coalesce(max(position), 0) FROM platform.feed) - c.position AS lag,
            (SELECT count(*) FROM ${ear.db.domain}.dead_letter d WHERE d.hearer = c.hearer AND d.error IS NOT NULL AND d.retry_at IS NULL) AS dead
     FROM ${ear.db.domain}.hearer_cursor c WHERE c.hearer = $1`,
    [ear.db.domain],
  )).rows;
  hearerLag.set(labels, Number(state?.lag ?? 0n));
  deadLetters.set(labels, Number(state?.dead ?? 0n));
}

/** Turns pages until there is nothing new; whether there was anything. */
async function drain(ear: Ear, isStopped: () => boolean): Promise<boolean> {
  if (!(await isBehind(ear.db, ear.db.domain))) return false;
  while (!isStopped() && (await turnPage(ear)));
  return true;
}

/** One page in one transaction; whether more may follow. */
async function turnPage(ear: Ear): Promise<boolean> {
  const startedAt = performance.now();
  try {
    const more = await runPage(ear, applyTogether).catch((error: unknown) => {
      if (isPassing(error)) throw error;
      return runPage(ear, applyEach);
    });
    const tookMs = performance.now() - startedAt;
    if (tookMs > LONG_PAGE_MS) ear.pageSize = Math.max(1, Math.floor((ear.pageSize * LONG_PAGE_MS) / tookMs / 2));
    else if (more && tookMs < SHORT_PAGE_MS) ear.pageSize = Math.min(MAX_PAGE, ear.pageSize * 2);
    return more;
  } catch (error) {
    if (!isShrunk(ear, error)) throw error;
    return true;
  }
}

async function runPage(ear: Ear, apply: typeof applyTogether): Promise<boolean> {
  const committed: Date[] = [];
  const more = await transact(ear.db, async (tx) => {
    const page = await turnToNext(tx, ear.types, ear.pageSize);
    if (!page) return false;
    const [first] = page.entries;
    ear.first = first?.position ?? null;
    if (first && ear.timeouts && ear.timeouts.count >= TIMEOUTS_OF_ONE_EVENT && ear.timeouts.position === first.position) {
      await leave(tx, [first]); // it is the only one: the page had shrunk to that
      await park(tx, first.position, new Error(`ran out of time ${ear.timeouts.count} times`));
      return true;
    }
    ear.progress = { applied: 0 };
    await apply(tx, ear.handlers, page.entries, ear.tools, ear.progress);
    committed.push(...page.entries.map((entry) => entry.committedAt));
    return page.more;
  });
  for (const at of committed) deliverySeconds.observe({ hearer: ear.db.domain }, (Date.now() - at.getTime()) / 1000);
  return more;
}

/** A page that ran out of time comes back at once, as small as it got; one event that always does is parked like any other that fails. */
function isShrunk(ear: Ear, error: unknown): boolean {
  if (!ranOutOfTime(error) || ear.first === null) return false;
  if (ear.pageSize === 1) ear.timeouts = { position: ear.first, count: ear.timeouts?.position === ear.first ? ear.timeouts.count + 1 : 1 };
  ear.pageSize = Math.max(1, Math.floor(ear.progress.applied / 2));
  return true;
}

function makeEar(runtime: Runtime<any>, tenant: Tenant<any>, handlers: readonly Handler[]): Ear {
  const known = byName(handlers);
  const tools: Tools = { keyring: runtime.keyring, log: runtime.log.child({ hearer: runtime.domain, tenant: tenant.name }) };
  return { db: tenant.db, handlers: known, types: [...known.keys()], tools, pageSize: MAX_PAGE, first: null, progress: { applied: 0 }, timeouts: null };
}

function byName(handlers: readonly Handler[]): Handlers {
  const known = new Map<string, Handler>();
  for (const handler of handlers) {
    if (known.has(handler.type.name)) throw new Error(`${handler.type.name} has two handlers in one domain`);
    known.set(handler.type.name, handler);
  }
  return known;
}
