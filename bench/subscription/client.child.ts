// Subscribes over graphql-ws, each subscriber on a socket of its own, and keeps when each event had been parsed.
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { serve } from '../child.ts';
import { instant } from '../statistics.ts';
import { type Arrivals, type Cell, type Order, type Position, QUARTER_HOUR_MS, SUBSCRIPTIONS, type View, WATT_HOURS_PER_EVENT } from './order.ts';

type Update = { openPositionUpdated: { reset: boolean; positions?: Position[]; cells?: Cell[] } };
type Frame = Readonly<{ at: number; covers: number }>;

const AT_ONCE = 20;
const { url, variables, headers, sockets, view } = JSON.parse(process.argv[2]!) as { url: string; view: View; variables: Record<string, unknown> & { from: string }; headers: Record<string, string>; sockets: number };

/** By socket and hour: frames as they came; one may cover several events. */
const frames: Map<string, Frame[]>[] = [];
const ends: (() => unknown)[] = [];
for (let opened = 0; opened < sockets; opened += AT_ONCE) await Promise.all(Array.from({ length: Math.min(AT_ONCE, sockets - opened) }, open));
serve<Pick<Order, 'start' | 'events'>>({}, { answer: async (order) => ({ arrivals: arrivalsOf(order) }), end: async () => Promise.all(ends.map((end) => end())) });

/** Resolves with the first event. */
function open(): Promise<void> {
  const own = new Map<string, Frame[]>();
  frames.push(own);
  const client = createClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, connectionParams: headers, retryAttempts: 0 });
  ends.push(() => client.dispose());
  return new Promise((resolve) => {
    client.subscribe<Update>({ query: SUBSCRIPTIONS[view], variables }, {
      next: ({ data, errors }) => {
        const at = instant();
        if (!data || errors) return fail(errors);
        if (data.openPositionUpdated.reset) return resolve();
        const { start, hedgedWattHours } = firstOf(data.openPositionUpdated);
        const frame = { at, covers: hedgedWattHours / WATT_HOURS_PER_EVENT };
        const known = own.get(start);
        if (known) known.push(frame);
        else own.set(start, [frame]);
      },
      error: fail,
      complete: () => {},
    });
  });
}

function firstOf({ positions, cells }: Update['openPositionUpdated']): Position {
  if (positions) return positions[0]!;
  const { period, hedgedWattHours } = cells![0]!;
  return { start: new Date(Date.parse(variables.from) + period * QUARTER_HOUR_MS).toISOString(), hedgedWattHours };
}

function arrivalsOf({ start, events }: Pick<Order, 'start' | 'events'>): Arrivals {
  const arrivals: number[][] = [];
  for (const own of frames) {
    const came = own.get(start) ?? [];
    if ((came.at(-1)?.covers ?? 0) < events) return null;
    let nth = 0;
    arrivals.push(Array.from({ length: events }, (_, event) => {
      while (came[nth]!.covers <= event) nth++;
      return came[nth]!.at;
    }));
  }
  for (const own of frames) own.delete(start);
  return arrivals;
}

function fail(reason: unknown): void {
  console.error(reason);
  process.exit(1);
}
