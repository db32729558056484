// The stream behind a subscription: the state first, then changes in commit order.
import { feedHead, feedTail, type FeedEntry, readFeed } from './feed.ts';
import type { FeedTail } from './feed-tail.ts';
import { type Db, type Queryable, readTogether } from './database.ts';
import { makePace } from './live-pace.ts';
import { makeWaiting, MAX_WAITING, type Waiting } from './live-waiting.ts';

export { feedTailOf, openFeedTail, type FeedTail } from './feed-tail.ts';

/** What every event of a stream carries beside its own data. */
export type Live = Readonly<{ seq: bigint; committedAt: Date; reset: boolean }>;
export type LiveOptions<T extends object> = Readonly<{
  tenant: string;
  /** The connections of who asks (`ctx.db`); without them, those of the domain. */
  db?: Db<any>;
  /** Names of the events that can change the state. */
  types: readonly string[];
  concerns?: (entry: FeedEntry) => boolean;
  /** The last `seq` that the client has seen; null for a new client. */
  afterSeq: number | bigint | null;
  /** Ends the stream once it has told what lies up to here: the gateway brings a latecomer to where the others are. */
  untilSeq?: number | bigint | null;
  /** Changes that come faster are told together; null tells each for itself. */
  maxHz: number | null;
  /** The whole state; `at` reads in the snapshot whose position becomes `seq`. */
  snapshot: (at: Queryable) => Promise<T>;
  /** What these events changed; null when nothing that the client would see. */
  change: (entries: readonly FeedEntry[]) => Promise<T | null>;
}>;

/** Frees everything when the consumer returns, also while it waits. */
export function liveStream<T extends object>(tail: FeedTail, options: LiveOptions<T>): AsyncIterableIterator<T & Live> {
  const waiting = makeWaiting(options.concerns ?? (() => true));
  const stream = generate(tail, options, waiting);
  return {
    next: () => stream.next(),
    return: async () => {
      waiting.end();
      return stream.return(undefined);
    },
    throw: async (error: unknown) => {
      waiting.end();
      return stream.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function* generate<T extends object>(tail: FeedTail, options: LiveOptions<T>, waiting: Waiting): AsyncGenerator<T & Live, undefined> {
  const { untilSeq = null } = options;
  if (untilSeq !== null) return yield* generateUntil(tail, options, BigInt(untilSeq));
  const { tenant: name, types } = options;
  const tenant = tail.tenant(name);
  const pace = makePace(options.maxHz ?? Number.POSITIVE_INFINITY);
  const { from, leave } = await tail.follow(name, { types, take: waiting.take });
  try {
    if (waiting.ended()) return undefined;
    let seq = options.afterSeq === null ? null : BigInt(options.afterSeq);
    if (seq !== null) {
      const missed = await entriesMissed(tenant.db, { after: seq, until: from, types });
      if (missed) waiting.putFirst(missed);
      else seq = null;
    }
    for (;;) {
      if (seq === null || waiting.overflown()) {
        const event = await wholeState(tail, options);
        seq = event.seq;
        waiting.forget(seq);
        pace.sent(performance.now());
        yield event;
      }
      await waiting.some();
      if (waiting.ended()) return undefined;
      await waiting.pause(pace.waitMs(performance.now()));
      if (waiting.ended()) return undefined;
      if (waiting.overflown()) continue;
      const after: bigint = seq;
      const entries = waiting.takeAll().filter((entry) => entry.position > after);
      for (const event of eventsOf(options, entries)) {
        const told = await event;
        if (told === null) continue;
        pace.sent(performance.now());
        yield told;
      }
      seq = entries.at(-1)?.position ?? seq;
    }
  } finally {
    waiting.end();
    leave();
  }
}

/** Up to where others of the stream are, and no further, though there be nothing to tell. */
async function* generateUntil<T extends object>(tail: FeedTail, options: LiveOptions<T>, until: bigint): AsyncGenerator<T & Live, undefined> {
  const { afterSeq, types, concerns = () => true } = options;
  const missed = afterSeq === null ? null : await entriesMissed(tail.tenant(options.tenant).db, { after: BigInt(afterSeq), until, types });
  if (missed === null) {
    yield await wholeState(tail, options);
    return undefined;
  }
  for (const event of eventsOf(options, missed.filter(concerns))) {
    const told = await event;
    if (told !== null) yield told;
  }
  return undefined;
}

/** One event for all of them, or one for each where the stream tells each for itself; null tells nothing. */
function* eventsOf<T extends object>({ maxHz, change }: LiveOptions<T>, entries: readonly FeedEntry[]): Generator<Promise<(T & Live) | null>> {
  const groups = maxHz === null ? entries.map((entry) => [entry]) : entries.length > 0 ? [entries] : [];
  for (const group of groups) {
    const { position: seq, committedAt } = group.at(-1)!;
    yield change(group).then((changed) => changed && { ...changed, seq, committedAt, reset: false });
  }
}

async function wholeState<T extends object>(tail: FeedTail, { db, tenant, snapshot }: LiveOptions<T>): Promise<T & Live> {
  const { head, committedAt, state } = await inSnapshot(db ?? tail.tenant(tenant).db, snapshot);
  return { ...state, seq: head, committedAt, reset: true };
}

/** Null when what was missed is gone, is too much, or lies in a future that this feed does not know. */
async function entriesMissed(db: Db<any>, { after, until, types }: { after: bigint; until: bigint; types: readonly string[] }): Promise<FeedEntry[] | null> {
  const [oldest, { position: head }] = await Promise.all([feedTail(db), feedHead(db)]);
  if (after < 0n || after > head || (oldest !== null && after + 1n < oldest)) return null;
  if (after >= until) return [];
  const missed = await readFeed(db, { after, until, types, limit: MAX_WAITING + 1 });
  return missed.length > MAX_WAITING ? null : missed;
}

/** State and position of one moment. */
async function inSnapshot<T>(db: Db<any>, snapshot: (at: Queryable) => Promise<T>): Promise<{ head: bigint; committedAt: Date; state: T }> {
  return readTogether(db, async (at) => {
    const { position, committedAt } = await feedHead(at);
    return { head: position, committedAt: committedAt ?? new Date(), state: await snapshot(at) };
  });
}
