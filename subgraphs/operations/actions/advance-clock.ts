import { setTimeout as pause } from 'node:timers/promises';
import { onePlanEach, type Queryable, transact } from '@stromgraph/kernel/database';
import { wakeDue } from '@stromgraph/kernel/due';
import { wakeHearer } from '@stromgraph/kernel/hearer';
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
import { domainActivity, dueNow, type Hearer, nextMoment } from '../store/domain-states.ts';
import { glance } from '../store/glance.ts';
import { busyQueues } from '../store/queue-states.ts';

const FURTHEST_YEARS = 10;
/** Looks cost what the work is waiting for: what has lasted long is looked at more rarely, by a share of the time it took. */
const LOOK_MS = 4;
const LONGEST_LOOK_MS = 20;
const SHARE_OF_LOOKS = 1 / 10;
/** Between two whole observations while something moves: they tell what it is, and whether it is stuck. */
const OBSERVE_MS = 500;
/** Work that is handed on outside the database may be nowhere for a moment; rest is what lasts this long. */
const REST_MS = 25;
/** A moment may take long while things happen; if nothing changes for so long, something is stuck. */
const STUCK_MS = 60_000;
/** A wake-up may come while its domain is just finishing; where queues tell nobody it is repeated as long as due work lies there. */
const WAKE_AGAIN_MS = 200;
const WAKE_SOON_MS = 20;
const WHOLE_ADVANCE_MS = 55 * 60_000;
const LOCK = 'stromgraph advance';

export type Advanced = Readonly<{ clock: Clock; moments: number; ran: DueWorkRun[] }>;
type Walk = Readonly<{
  runtime: OperationsRuntime;
  tenant: Tenant<any>;
  /** A connection of its own whose statements are planned once: looking must not cost what the work costs. */
  eye: Queryable;
  simulators: readonly string[];
  hearers: readonly Hearer[];
  until: Date;
  deadlineAt: number;
}>;

/** Moves business time to an instant, stopping at every moment at which something is due until all of it has come to rest. */
export async function advanceClock(runtime: OperationsRuntime, { simulators }: OperationsConfig, tenant: Tenant<any>, to: Date) {
  const { now, mode } = await readClock(tenant.db);
  if (mode === 'SYSTEM') return problem('ClockFollowsSystemTime', 'Business time is system time here and cannot be moved.');
  if (to < now) return problem('ClockCannotGoBack', `Business time is already ${now.toISOString()}.`, { now });
  const furthest = new Date(now);
  furthest.setUTCFullYear(furthest.getUTCFullYear() + FURTHEST_YEARS);
  if (to > furthest) return invalid([fault('to', 'is too far ahead', `at most ${furthest.toISOString()}`)]);
  const outcome = await alone(tenant, async (eye) => {
    const walk = { runtime, tenant, eye, simulators, hearers: await hearersIn(tenant.db), until: to, deadlineAt: Date.now() + WHOLE_ADVANCE_MS };
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
  const { tenant, eye, hearers, until } = walk;
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
    const next = await nextMoment(eye, hearers, until);
    if (!next) break;
    at = next;
    moments += 1;
  }
  await moveTo(walk, until, true);
  const left = await dueNow(eye, hearers, null);
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
  const { runtime, eye, hearers, deadlineAt } = walk;
  const due = await dueNow(eye, hearers, GIVEN_UP_AFTER);
  seen.push(...due);
  const beganAt = Date.now();
  const wakeDomains = waker(walk, wakeDue);
  const wakeEars = waker(walk, wakeHearer);
  await wakeDomains([...new Set(due.map(({ domain }) => domain))]);
  let observed = { at: beganAt, changedAt: beganAt, said: '' };
  let rest = null as { since: number; mark: string } | null;
  for (;;) {
    const { stirring, asleep, deaf, mark } = await glance(eye, hearers, GIVEN_UP_AFTER);
    const now = Date.now();
    // Nothing was written, jobs included, since the glance before the outside was seen still: then nothing can have begun there either.
    if (!stirring && !runtime.redisUrl && rest?.mark === mark && now - beganAt >= REST_MS) return null;
    rest = !stirring && (await isStillOutside(walk)) ? { since: rest?.since ?? now, mark } : null;
    if (rest && now - rest.since >= REST_MS) return null;
    await Promise.all([wakeDomains(asleep), wakeEars(deaf)]);
    if (now - observed.at >= OBSERVE_MS) {
      const activity = await observe(walk);
      const [moving, said] = [movements(activity), JSON.stringify(activity)];
      observed = { at: now, changedAt: said === observed.said ? observed.changedAt : now, said };
      if (moving.length > 0 && (now - observed.changedAt > STUCK_MS || now > deadlineAt)) return moving;
    }
    const isAlmostSure = rest !== null && !runtime.redisUrl && Date.now() - beganAt >= REST_MS;
    if (!isAlmostSure) await pause(stirring ? Math.min(LONGEST_LOOK_MS, Math.max(LOOK_MS, (now - beganAt) * SHARE_OF_LOOKS)) : LOOK_MS);
  }
}

/** A domain is not woken again at once, however often it is seen. */
function waker({ runtime, tenant }: Walk, wake: typeof wakeDue): (domains: readonly string[]) => Promise<void> {
  const againMs = runtime.redisUrl ? WAKE_AGAIN_MS : WAKE_SOON_MS;
  const wokenAt = new Map<string, number>();
  return async (domains) => {
    const now = Date.now();
    const asleep = domains.filter((domain) => now - (wokenAt.get(domain) ?? 0) > againMs);
    for (const domain of asleep) wokenAt.set(domain, now);
    await Promise.all(asleep.map((domain) => wake(runtime, tenant, domain)));
  };
}

/** What the database does not tell: simulators, and queues that lie on Redis. */
async function isStillOutside({ runtime, tenant, simulators }: Walk): Promise<boolean> {
  if (runtime.redisUrl && (await busyQueues(runtime, tenant)).length > 0) return false;
  return (await busySimulators(simulators)).length === 0;
}

async function observe({ runtime, tenant, eye, hearers, simulators }: Walk): Promise<Activity> {
  const [domains, queues, busy] = await Promise.all([domainActivity(eye, hearers, GIVEN_UP_AFTER), busyQueues(runtime, tenant), busySimulators(simulators)]);
  return { domains, busyQueues: queues, busySimulators: busy };
}

/** Runs the work unless another process of this tenant is at it; null then. The lock ends with its session, however that ends. */
async function alone<T>({ db }: Tenant<any>, work: (session: Queryable) => Promise<T>): Promise<T | null> {
  const session = await db.pool.connect();
  try {
    const { rows } = await session.query<{ held: boolean }>('SELECT pg_try_advisory_lock(hashtext($1)) AS held', [LOCK]);
    if (!rows[0]!.held) return null;
    try {
      return await work(onePlanEach(session));
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
