// The reference: a bare graphql-ws server that sends the same payload from memory.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { serve } from '../child.ts';
import { watchMemory } from '../memory.ts';
import { instant } from '../statistics.ts';
import { type Order, type Question, WATT_HOURS_PER_EVENT } from './order.ts';

const QUARTER_HOUR_MS = 900_000;
const SDL = `
  scalar DateTime scalar SafeInt scalar Decimal
  type Query { ok: Boolean }
  type Subscription { openPositionUpdated(gridAreaIds: [ID!], from: DateTime!, until: DateTime!): OpenPositionUpdate! }
  type OpenPositionUpdate { seq: SafeInt! reset: Boolean! committedAt: DateTime! positions: [OpenPosition!]! }
  type OpenPosition { start: DateTime! end: DateTime! demandWattHours: SafeInt! hedgedWattHours: SafeInt! openWattHours: SafeInt! averagePricePerMwh: Decimal status: String! breach: String gridArea: GridArea }
  type GridArea { name: String! temperature: Float }`;

const schema = buildSchema(SDL);
/** Each subscriber waits for the newest update by itself, as graphql-ws and its generators do it. */
let latest = Promise.withResolvers<object>();
schema.getSubscriptionType()!.getFields()['openPositionUpdated']!.subscribe = async function* () {
  let next = latest.promise;
  yield { openPositionUpdated: update(0, '2026-01-01T00:00:00Z', true) };
  for (;;) {
    const told = (await next) as { event: object; following: Promise<object> };
    next = told.following;
    yield { openPositionUpdated: told.event };
  }
};

function publish(event: object): void {
  const { resolve } = latest;
  latest = Promise.withResolvers<object>();
  resolve({ event, following: latest.promise });
}

function update(nth: number, start: string, reset = false): object {
  const positions = [0, 1, 2, 3].map((quarter) => {
    const [hedgedWattHours, demandWattHours] = [nth * WATT_HOURS_PER_EVENT, 9_000];
    const startMs = Date.parse(start) + quarter * QUARTER_HOUR_MS;
    return {
      start: new Date(startMs).toISOString(), end: new Date(startMs + QUARTER_HOUR_MS).toISOString(), demandWattHours, hedgedWattHours, openWattHours: demandWattHours - hedgedWattHours,
      averagePricePerMwh: '90.00000', status: 'OPEN', breach: 'PCT', gridArea: { name: 'Netzgebiet NORD', temperature: 7.5 },
    };
  });
  return { seq: nth, reset, committedAt: new Date().toISOString(), positions };
}

const server = createServer();
useServer({ schema }, new WebSocketServer({ server, path: '/graphql' }));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const memory = watchMemory();
serve<Order | Question>({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql` }, {
  answer: async (order) => {
    if ('memory' in order) return memory.settled();
    const { start, events, everyMs } = order;
    const at: number[] = [];
    const startedAt = performance.now();
    for (let nth = 0; nth < events; nth++) {
      await pause(Math.max(0, startedAt + nth * everyMs - performance.now()));
      const next = update(nth + 1, start);
      at.push(instant());
      publish(next);
    }
    return at;
  },
});
