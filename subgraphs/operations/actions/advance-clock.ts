import { transact } from '@stromgraph/kernel/database';
import { wakeDue } from '@stromgraph/kernel/due';
import { fault, invalid, problem } from '@stromgraph/kernel/problem';
import type { Tenant } from '@stromgraph/kernel/runtime';
import type { Clock } from '../advancing/clock.ts';
import { type DueCount, type DueWorkRun, summarise } from '../advancing/ran.ts';
import { type Activity, GIVEN_UP_AFTER, movements } from '../advancing/stillness.ts';
import { busySimulators, tellSimulators } from '../clients/simulators.ts';
import { hearersIn } from '../heard.ts';
import type { OperationsConfig } from '../config.ts';
import type { OperationsRuntime } from '../runtime.ts';
import { readClock, runOn, standAt } from '../store/clock.ts';
import { domainActivity, type Hearer, nextMoment } from '../store/domain-states.ts';
import { busyQueues } from '../store/queue-states.ts';

const FURTHEST_YEARS = 10;
const LOOK_MS = 5;
/** Work that is handed on after a commit may be nowhere for a moment; rest is what lasts this long. */
const REST_MS = 25;
/** A moment may take long while things happen; if nothing changes for so long, something is stuck. */
const STUCK_MS = 60_000;
/** A wake-up may come while its domain is just finishing; it is repeated as long as due work lies there. */
const WAKE_AGAIN_MS = 200;
const WHOLE_ADVANCE_MS = 55 * 60_000;
const LOCK = 'stromgraph advance';

export type Advanced = Readonly<{ clock: Clock; moments: number; ran: DueWorkRun[] }>;
type Walk = Readonly<{ runtime: OperationsRuntime; tenant: Tenant<any>; simulators: readonly string[]; hearers: readonly Hearer[]; until: Date; deadlineAt: number }>;

/** Moves business time to an instant, stopping at every moment at which something is due until all of it has come to rest. */
export async function advanceClock(runtime: OperationsRuntime, { simulators }: OperationsConfig, tenant: Tenant<any>, to: Date) {
  const { now, mode } = await readClock(tenant.db);
  if (mode === 'SYSTEM') return problem('ClockFollowsSystemTime', 'Business time is system time here and cannot be moved.');
  if (to < now) return problem('ClockCannotGoBack', `Business time is already ${now.toISOString()}.`, { now });
  const furthest = new Date(now);
  furthest.setUTCFullYear(furthest.getUTCFullYear() + FURTHEST_YEARS);
  if (to > furthest) return invalid([fault('to', 'is too far ahead', `at most ${furthest.toISOString()}`)]);
  const outcome = await alone(tenant, async () => {
    const walk = { runtime, tenant, simulators, hearers: await hearersIn(tenant.db), until: to, deadlineAt: Date.now() + WHOLE_ADVANCE_MS };
    try {
      return await walkTo(walk, now);
    } catch (error) {
      await transact(tenant.db, runOn).catch(() => {}); // at the latest the next start does it
      throw error;
    }
  });
  return outcome ?? problem('AdvanceUnderWay', 'Somebody else is moving the clock.');
}

async function walkTo(walk: Walk, from: Date) {
  const { tenant, hearers, until } = walk;
  const seen: DueCount[] = [];
  let at = from;
  let moments = 0;
  for (;;) {
    await moveTo(walk, at, false);
    const stuck = await settle(walk, seen);
    if (stuck) {
      await moveTo(walk, at, true);
      return problem('AdvanceStalled', `Business time stopped at ${at.toISOString()}: ${stuck.join('; ')}.`, { now: at, waitingFor: stuck });
    }
    const next = await nextMoment(tenant.db, hearers, until);
    if (!next) break;
    at = next;
    moments += 1;
  }
  await moveTo(walk, until, true);
  const left = dueOf(await domainActivity(tenant.db, hearers, GIVEN_UP_AFTER), () => true);
  return { clock: await readClock(tenant.db), moments, ran: summarise(seen, left) } satisfies Advanced;
}

/** Sets the time here and outside. `release`: a clock that ran before runs on from there. */
async function moveTo({ tenant, simulators }: Walk, at: Date, release: boolean): Promise<void> {
  const { resumes } = await transact(tenant.db, async (tx) => {
    await standAt(tx, at);
    const clock = await readClock(tx);
    if (release) await runOn(tx);
    return clock;
  });
  await tellSimulators(simulators, { now: at, running: release && resumes });
}

/** Wakes who has something due and waits until nothing moves any more. Answers what does not come to rest, if anything. */
async function settle(walk: Walk, seen: DueCount[]): Promise<string[] | null> {
  const { runtime, tenant, hearers, deadlineAt } = walk;
  const due = dueOf(await domainActivity(tenant.db, hearers, GIVEN_UP_AFTER));
  seen.push(...due);
  let awake = new Set(due.map(({ domain }) => domain));
  let wokenAt = 0;
  let last = '';
  let changedAt = Date.now();
  let restsSince: number | null = null;
  for (;;) {
    if (awake.size > 0 && Date.now() - wokenAt > WAKE_AGAIN_MS) {
      await Promise.all([...awake].map((domain) => wakeDue(runtime, tenant, domain)));
      wokenAt = Date.now();
    }
    const activity = await observe(walk);
    awake = new Set(dueOf(activity.domains).map(({ domain }) => domain));
    const moving = movements(activity);
    restsSince = moving.length > 0 ? null : (restsSince ?? Date.now());
    if (restsSince !== null && Date.now() - restsSince >= REST_MS) return null;
    const said = JSON.stringify(activity);
    if (said !== last) changedAt = Date.now();
    last = said;
    if (moving.length > 0 && (Date.now() - changedAt > STUCK_MS || Date.now() > deadlineAt)) return moving;
    await new Promise((resolve) => setTimeout(resolve, moving.length > 0 ? LOOK_MS : REST_MS));
  }
}

async function observe({ runtime, tenant, hearers, simulators }: Walk): Promise<Activity> {
  const [activity, queues] = await Promise.all([domainActivity(tenant.db, hearers, GIVEN_UP_AFTER), busyQueues(runtime, tenant)]);
  const quiet = movements({ domains: activity, busyQueues: queues, busySimulators: [] }).length === 0;
  return { domains: activity, busyQueues: queues, busySimulators: quiet ? await busySimulators(simulators) : [] };
}

const isFresh = ({ attempts }: { attempts: number }) => attempts < GIVEN_UP_AFTER;

const dueOf = (activity: Activity['domains'], which = isFresh): DueCount[] => activity.flatMap(({ domain, due }) => due.filter(which).map(({ kind, count }) => ({ domain, kind, count })));

/** Runs the work unless another process of this tenant is at it; null then. The lock ends with its session, however that ends. */
async function alone<T>({ db }: Tenant<any>, work: () => Promise<T>): Promise<T | null> {
  const session = await db.pool.connect();
  try {
    const { rows } = await session.query<{ held: boolean }>('SELECT pg_try_advisory_lock(hashtext($1)) AS held', [LOCK]);
    if (!rows[0]!.held) return null;
    try {
      return await work();
    } finally {
      await session.query('SELECT pg_advisory_unlock(hashtext($1))', [LOCK]);
    }
  } finally {
    session.release();
  }
}

/** At start: a clock that an interrupted advance left standing runs on. */
export async function resumeClock(tenant: Tenant<any>): Promise<void> {
  await alone(tenant, () => transact(tenant.db, runOn));
}
