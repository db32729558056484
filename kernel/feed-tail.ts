// Follows the feed of each tenant once per process, for all the streams that a process serves.
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { FEED_CHANNEL, feedChannelOf, type FeedEntry, feedHead, readFeed } from './feed.ts';
import { openRedis } from './redis.ts';
import type { Runtime, Tenant } from './runtime.ts';

const PAGE = 500;
/** A wake-up may be lost with its connection; this bounds the delay. */
const LOOK_MS = 1_000;
const RECONNECT_MS = 200;

export type Follower = Readonly<{ types: readonly string[]; take: (entries: readonly FeedEntry[]) => void }>;
export type FeedTail = Readonly<{
  tenant: (name: string) => Tenant<any>;
  /** Everything after the returned position is given to the follower, in order, without gaps. */
  follow: (tenant: string, follower: Follower) => Promise<{ from: bigint; leave: () => void }>;
  /** How many streams follow, for metrics and tests. */
  followers: () => number;
  close: () => Promise<void>;
}>;

type Tail = Readonly<{ followers: ReadonlySet<Follower>; join: (follower: Follower) => Promise<{ from: bigint; leave: () => void }>; stop: () => Promise<void> }>;

const opened = new WeakMap<Runtime<any>, FeedTail>();

/** The process's one ear at the feed, opened at its first subscription. */
export function feedTailOf(runtime: Runtime<any>): FeedTail {
  const tail = opened.get(runtime) ?? openFeedTail(runtime);
  opened.set(runtime, tail);
  return tail;
}

/** One LISTEN connection (or Redis subscription) per tenant while somebody follows it. */
export function openFeedTail(runtime: Runtime<any>): FeedTail {
  const tails = new Map<string, Tail>();
  const tenantOf = (name: string): Tenant<any> => {
    const tenant = runtime.tenants.get(name);
    if (!tenant) throw new Error(`there is no tenant ${name}`);
    return tenant;
  };
  const close = async (): Promise<void> => {
    await Promise.all([...tails.values()].map((tail) => tail.stop()));
    tails.clear();
  };
  runtime.atClose(close);
  return {
    tenant: tenantOf,
    follow: async (name, follower) => {
      const tail = tails.get(name) ?? startTail(runtime, tenantOf(name));
      tails.set(name, tail);
      return tail.join(follower);
    },
    followers: () => [...tails.values()].reduce((sum, tail) => sum + tail.followers.size, 0),
    close,
  };
}

function startTail(runtime: Runtime<any>, tenant: Tenant<any>): Tail {
  const log = runtime.log.child({ tenant: tenant.name });
  const followers = new Set<Follower>();
  const joining: { admit: (from: bigint) => void; refuse: () => void }[] = [];
  /** Read up to here; below zero before the first look. */
  let position = -1n;
  let stopped = false;
  let notified = false;
  let wake = () => {};
  const onWake = () => {
    notified = true;
    wake();
  };
  const signal = runtime.redisUrl ? hearRedis(runtime.redisUrl, tenant.name, onWake) : hearPostgres(tenant.url, onWake, () => stopped);
  const read = async (): Promise<void> => {
    const head = (await feedHead(tenant.db)).position;
    if (position < 0n) position = head;
    for (;;) {
      // Followers come in between two pages only: what a page did not look for is then not missing to anybody.
      for (const { admit } of joining.splice(0)) admit(position);
      if (position >= head || stopped) return;
      const types = [...new Set([...followers].flatMap((follower) => follower.types))];
      const present = [...followers];
      const entries = types.length === 0 ? [] : await readFeed(tenant.db, { after: position, until: head, types, limit: PAGE });
      position = entries.length === PAGE ? entries.at(-1)!.position : head;
      for (const follower of present) {
        const own = entries.filter((entry) => follower.types.includes(entry.name));
        if (own.length > 0) follower.take(own);
      }
    }
  };
  const running = (async () => {
    while (!stopped) {
      notified = false;
      await read().catch((error: unknown) => log.debug({ err: error }, 'the feed could not be read; it is tried again'));
      if (notified || stopped) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, LOOK_MS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  })();
  return {
    followers,
    join: (follower) =>
      new Promise((resolve, reject) => {
        joining.push({
          admit: (from) => {
            followers.add(follower);
            resolve({ from, leave: () => void followers.delete(follower) });
          },
          refuse: () => reject(new Error('the stream ends: the process stops')),
        });
        onWake();
      }),
    stop: async () => {
      stopped = true;
      wake();
      await signal.stop();
      await running;
      for (const { refuse } of joining.splice(0)) refuse();
    },
  };
}

/** A lost connection loses what was sent meanwhile: after each LISTEN the feed is read from the last position. */
function hearPostgres(url: string, onWake: () => void, isStopped: () => boolean): { stop: () => Promise<void> } {
  let current: pg.Client | null = null;
  const running = (async () => {
    while (!isStopped()) {
      const client = new pg.Client({ connectionString: url, application_name: 'stromgraph feed tail', keepAlive: true });
      const lost = new Promise<void>((resolve) => {
        client.on('error', () => resolve());
        client.on('end', () => resolve());
      });
      try {
        await client.connect();
        current = client;
        client.on('notification', onWake);
        await client.query(`LISTEN ${FEED_CHANNEL}`);
        onWake();
        if (isStopped()) break;
        await lost;
      } catch {
        // the server is away or starting: tried again below
      } finally {
        current = null;
        await client.end().catch(() => {});
      }
      if (!isStopped()) await pause(RECONNECT_MS);
    }
  })();
  return {
    stop: async () => {
      await current?.end().catch(() => {});
      await running;
    },
  };
}

function hearRedis(url: string, tenant: string, onWake: () => void): { stop: () => Promise<void> } {
  const redis = openRedis(url, { maxRetriesPerRequest: null });
  redis.on('ready', onWake);
  redis.on('message', onWake);
  void redis.subscribe(feedChannelOf(tenant)).catch(() => {});
  return { stop: async () => redis.disconnect() };
}
