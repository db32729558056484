// A client that comes again after its last seq whenever its connection ends, and checks every step that it is told.
import { setTimeout as pause } from 'node:timers/promises';
import { openEvents } from '@stromgraph/gateway/toys/event-source';
import { openRaw } from '@stromgraph/gateway/toys/raw-socket';
import { type Stepped, SUBSCRIPTION } from './graph.ts';

export type Transport = 'graphql-transport-ws' | 'server-sent events';
export type Follower = Readonly<{
  steps: ReadonlyMap<string, number>;
  /** What is not the step after the last one: lost, doubled or out of order. */
  faults: readonly string[];
  /** How often it came again, and how often it was told the whole state instead of what it had missed. */
  count: Readonly<{ returns: number; resets: number; told: number }>;
  stop: () => Promise<void>;
}>;

/** One connection: the events until it ends. */
type Connection = Readonly<{ next: () => Promise<Stepped | null>; close: () => void }>;

export function startFollower(url: string, transport: Transport, { leavesAfter }: { leavesAfter: number }): Follower {
  const steps = new Map<string, number>();
  const faults: string[] = [];
  const count = { returns: 0, resets: 0, told: 0 };
  let seq: number | null = null;
  let stopped = false;
  let current: Connection | null = null;

  const running = (async () => {
    while (!stopped) {
      await follow().catch(() => {}); // nobody is there at the moment
      if (!stopped) await pause(20);
    }
  })();

  async function follow(): Promise<void> {
    const connection = transport === 'server-sent events' ? await overEvents(url, seq) : await overSocket(url, seq);
    current = connection;
    if (seq !== null) count.returns++;
    for (let heard = 0; heard < leavesAfter && !stopped; heard++) {
      const event = await connection.next();
      if (event === null) break;
      take(event);
    }
    connection.close();
  }

  function take(event: Stepped): void {
    if (seq !== null && event.seq <= seq) faults.push(`seq ${event.seq} after ${seq}`);
    if (event.reset && seq !== null) count.resets++;
    for (const { orderId, step } of event.steps) {
      if (!event.reset && step !== (steps.get(orderId) ?? 0) + 1) faults.push(`${orderId}: ${step} after ${steps.get(orderId) ?? 0}`);
      steps.set(orderId, step);
    }
    seq = event.seq;
    count.told++;
  }

  return {
    steps,
    faults,
    count,
    stop: async () => {
      stopped = true;
      current?.close();
      await running;
    },
  };
}

async function overSocket(url: string, afterSeq: number | null): Promise<Connection> {
  const raw = await openRaw(url);
  raw.send({ type: 'connection_init' });
  await raw.next();
  raw.send({ id: '1', type: 'subscribe', payload: { query: SUBSCRIPTION, variables: { afterSeq } } });
  return {
    next: async () => {
      const frame = await raw.next();
      return typeof frame === 'number' || frame.type !== 'next' ? null : steppedOf(frame.payload);
    },
    close: () => raw.socket.terminate(),
  };
}

async function overEvents(url: string, lastSeq: number | null): Promise<Connection> {
  const source = await openEvents(url, { query: SUBSCRIPTION, headers: lastSeq === null ? {} : { 'last-event-id': String(lastSeq) } });
  return {
    next: async () => {
      const event = await source.next();
      return event?.event === 'next' ? steppedOf(JSON.parse(event.data)) : null;
    },
    close: source.close,
  };
}

const steppedOf = (result: unknown): Stepped | null => (result as { data?: { stepped: Stepped } | null }).data?.stepped ?? null;
