// Carries events from the domains' outboxes into the feed of a tenant and wakes their hearers. One relay at a time does it.
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { onePlanEach, type Queryable } from './database.ts';
import { relayDisorder, relayLagSeconds, relayWaitSeconds } from './event-metrics.ts';
import { FEED_CHANNEL, feedChannelOf, OUTBOX_CHANNEL } from './feed.ts';
import { makeLog, type Logger } from './log.ts';
import { openQueues } from './queue-backend.ts';
import { openRedis } from './redis.ts';
import { copyChunk, type Cut, drawn, outboxDomains, settle } from './relay-cut.ts';
import { prune, type Retention } from './relay-prune.ts';
import { makeRest } from './relay-rest.ts';
import { inboxQueueName } from './inbox.ts';

/** The safety net below the wake-up by NOTIFY, which may skip its last one. */
const POLL_MS = 50;
/** While events keep coming a hearer stays awake by itself. */
const BETWEEN_NUDGES_MS = 100;
const LOCK = 'stromgraph relay';
const STANDBY_MS = 500;
const RECONNECT_MS = 250;
const CONNECT_MS = 5_000;
const QUERY_MS = 30_000;
const PRUNE_EVERY_MS = 10 * 60_000;
/** An older transaction that holds all delivery back for longer is an alarm; roles end theirs after 2 s. */
const ALARM_WAIT_MS = 5_000;
const HOUR_MS = 3_600_000;
const RETENTION: Retention = { outboxMs: 24 * HOUR_MS, feedMs: 30 * 24 * HOUR_MS };

export type RelayOptions = Readonly<{
  /** The relay's own role. */
  url: string;
  tenant: string;
  /** Which domains hear an event type. */
  hearersOf: Readonly<Record<string, readonly string[]>>;
  redisUrl?: string | null;
  retention?: Partial<Retention>;
  log?: Logger;
}>;

export async function startRelay(options: RelayOptions): Promise<{ stop: () => Promise<void> }> {
  const log = (options.log ?? makeLog('relay')).child({ tenant: options.tenant });
  const queues = openQueues({ url: options.url, tenant: options.tenant, redisUrl: options.redisUrl ?? null, application: 'stromgraph relay queues', log });
  const redis = options.redisUrl ? openRedis(options.redisUrl, { maxRetriesPerRequest: 1 }) : null;
  const announce = async (db: Queryable, range: string): Promise<void> => {
    if (!redis) return void (await db.sql`SELECT pg_notify(${FEED_CHANNEL}, ${range})`);
    void redis.publish(feedChannelOf(options.tenant), range).catch(() => {}); // nobody waits for a Redis that is away: followers also look by a timer
  };
  const nudge = nudger((domain) => queues.nudge(inboxQueueName(domain)), log);
  let stopped = false;
  let interrupt = () => {};
  const isStopped = () => stopped;
  const running = (async () => {
    while (!stopped) {
      try {
        await relayWith(options, { log, isStopped, nudge, announce, onWakeable: (wake) => (interrupt = wake) });
      } catch (error) {
        if (stopped) return;
        log.warn({ err: error }, 'the relay lost its session and starts again');
        await pause(RECONNECT_MS);
      }
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      interrupt();
      await running;
      await nudge.settled();
      redis?.disconnect();
      await queues.close();
    },
  };
}

type Session = Readonly<{
  log: Logger;
  isStopped: () => boolean;
  nudge: Nudge;
  announce: (db: Queryable, range: string) => Promise<void>;
  onWakeable: (wake: () => void) => void;
}>;

/** One session: holds the lock, and with it the right to write the feed, as long as its connection lives. */
async function relayWith(options: RelayOptions, tools: Session): Promise<void> {
  const { log, isStopped, onWakeable } = tools;
  const client = new pg.Client({ connectionString: options.url, application_name: 'stromgraph relay', keepAlive: true, connectionTimeoutMillis: CONNECT_MS, query_timeout: QUERY_MS });
  let lost: Error | null = null;
  let wake = () => {};
  client.on('error', (error) => {
    lost = error;
    wake();
  });
  await client.connect();
  try {
    const db = onePlanEach(client); // the same few statements for ever
    onWakeable(() => wake());
    // In a statement of its own: what follows must see what the relay before us has committed.
    while (!isStopped() && !(await db.sql<{ held: boolean }>`SELECT pg_try_advisory_lock(hashtext(${LOCK})) AS held`)[0]!.held) await pause(STANDBY_MS);
    let notified = false;
    client.on('notification', () => {
      notified = true;
      wake();
    });
    await client.query(`LISTEN ${OUTBOX_CHANNEL}`);
    let domains = await outboxDomains(db);
    let prunedAt = Date.now();
    let behindSince = 0;
    let restMs = 0;
    const rest = makeRest();
    const onWait = waitWatch(options.tenant, log);
    while (!isStopped()) {
      if (lost) throw lost;
      notified = false;
      const cuts = await drawn(db, domains);
      behindSince = cuts.length === 0 ? 0 : behindSince || Date.now();
      relayLagSeconds.set({ tenant: options.tenant }, behindSince && (Date.now() - behindSince) / 1000);
      if (cuts.length > 0) {
        const settled = await settle(db, domains, cuts, { isStopped, onWait });
        if (!settled) return;
        const startedAt = performance.now();
        await carry(db, settled, options, tools);
        restMs = rest.after(startedAt, performance.now());
        behindSince = 0;
      }
      if (Date.now() - prunedAt > PRUNE_EVERY_MS) {
        prunedAt = Date.now();
        domains = await outboxDomains(db);
        const hearing = new Set(Object.values(options.hearersOf).flat());
        await prune(db, { domains, hearers: domains.filter((domain) => hearing.has(domain)) }, { ...RETENTION, ...options.retention });
      }
      if (cuts.length > 0) await pause(restMs);
      if (cuts.length > 0 || notified) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, POLL_MS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    await client.end().catch(() => {});
  }
}

async function carry(db: Queryable, cuts: readonly Cut[], { tenant, hearersOf }: RelayOptions, { nudge, announce, log }: Session): Promise<void> {
  let open = [...cuts];
  while (open.length > 0) {
    const chunks = [];
    for (const cut of open) chunks.push(await copyChunk(db, cut));
    const copied = chunks.map((chunk) => chunk.copied).filter(({ rows }) => rows > 0);
    for (const { disorder } of copied) {
      if (disorder.length === 0) continue;
      relayDisorder.inc({ tenant }, disorder.length);
      log.error({ alarm: 'event-order', aggregates: disorder.slice(0, 20) }, 'events of an aggregate came out of order or one is missing');
    }
    if (copied.length > 0) await announce(db, `${copied[0]!.first}..${copied.at(-1)!.last}`);
    for (const domain of new Set(copied.flatMap(({ types }) => types.flatMap((type) => hearersOf[type] ?? [])))) nudge.wake(domain);
    open = chunks.flatMap(({ rest }) => rest ?? []);
  }
}

/** Copies everything that is committed now, once; for tests and tools. Waits for a running relay's lock. */
export async function relayOnce(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url, application_name: 'stromgraph relay once' });
  await client.connect();
  try {
    const db = onePlanEach(client); // the same few statements for ever
    await db.sql`SELECT pg_advisory_lock(hashtext(${LOCK}))`;
    let rows = 0;
    const domains = await outboxDomains(db);
    for (let cuts = await drawn(db, domains); cuts.length > 0; cuts = await drawn(db, domains)) {
      const settled = await settle(db, domains, cuts, { isStopped: () => false, onWait: () => {} });
      for (const first of settled ?? [])
        for (let cut: Cut | null = first; cut !== null; ) {
          const { copied, rest }: Awaited<ReturnType<typeof copyChunk>> = await copyChunk(db, cut);
          rows += copied.rows;
          cut = rest;
        }
    }
    return rows;
  } finally {
    await client.end();
  }
}

type Nudge = Readonly<{ wake: (domain: string) => void; settled: () => Promise<void> }>;

/** At most one wake-up under way per hearer, with a pause after it: what comes meanwhile is one more. A lost one is made good by the hearer's timer. */
function nudger(send: (domain: string) => Promise<unknown>, log: Logger): Nudge {
  const again = new Set<string>();
  const underWay = new Map<string, Promise<void>>();
  const wake = (domain: string): void => {
    if (underWay.has(domain)) return void again.add(domain);
    const sent = send(domain)
      .then(() => pause(BETWEEN_NUDGES_MS), (error) => log.debug({ err: error, domain }, 'a wake-up was lost'))
      .then(() => {
        underWay.delete(domain);
        if (again.delete(domain)) wake(domain);
      });
    underWay.set(domain, sent);
  };
  const settled = async (): Promise<void> => {
    while (underWay.size > 0) await Promise.all(underWay.values());
  };
  return { wake, settled };
}

/** Age of xmin as far as it matters: how long an older transaction has held the events back. */
function waitWatch(tenant: string, log: Logger): (waitedMs: number) => void {
  let alarmed = false;
  return (waitedMs) => {
    relayWaitSeconds.set({ tenant }, waitedMs / 1000);
    if (waitedMs > ALARM_WAIT_MS && !alarmed) log.error({ alarm: 'old-transaction', waitedMs }, 'an open transaction of this database cluster holds all events back');
    alarmed = waitedMs > ALARM_WAIT_MS;
  };
}
