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
import { AREA_ID } from './area.ts';
import { type Order, QUARTER_HOUR_MS, type Question, WATT_HOURS_PER_EVENT } from './order.ts';

const SDL = `
  scalar DateTime scalar SafeInt scalar Decimal
  type Query { ok: Boolean }
  type Subscription { openPositionUpdated(gridAreaIds: [ID!], from: DateTime!, until: DateTime!): OpenPositionUpdate! }
  type OpenPositionUpdate { seq: SafeInt! reset: Boolean! committedAt: DateTime! positions: [OpenPosition!]! cells: [PositionCell!]! }
  type PositionCell { gridAreaId: ID! period: Int! demandWattHours: SafeInt! hedgedWattHours: SafeInt! openWattHours: SafeInt! realisedWattHours: SafeInt valueCents: SafeInt breach: String }
  type OpenPosition { start: DateTime! end: DateTime! demandWattHours: SafeInt! hedgedWattHours: SafeInt! openWattHours: SafeInt! averagePricePerMwh: Decimal status: String! breach: String gridArea: GridArea }
  type GridArea { name: String! temperature: Float }`;

const schema = buildSchema(SDL);
/** Each subscriber waits for the newest update by itself, as graphql-ws and its generators do it. */
let latest = Promise.withResolvers<object>();
schema.getSubscriptionType()!.getFields()['openPositionUpdated']!.subscribe = async function* () {
  let next = latest.promise;
  yield { openPositionUpdated: update(0, { start: '2026-01-01T00:00:00Z', from: '2026-01-01T00:00:00Z', hours: 1 }, true) };
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

function update(nth: number, { start, from, hours }: Pick<Order, 'start' | 'from' | 'hours'>, reset = false): object {
  const positions = Array.from({ length: hours * 4 }, (_, quarter) => {
    const [hedgedWattHours, demandWattHours] = [nth * WATT_HOURS_PER_EVENT, 9_000];
    const startMs = Date.parse(start) + quarter * QUARTER_HOUR_MS;
    return {
      start: new Date(startMs).toISOString(), end: new Date(startMs + QUARTER_HOUR_MS).toISOString(), demandWattHours, hedgedWattHours, openWattHours: demandWattHours - hedgedWattHours,
      averagePricePerMwh: '90.00000', status: 'OPEN', breach: 'PCT', gridArea: { name: 'Netzgebiet NORD', temperature: 7.5 },
    };
  });
  const cells = positions.map(({ start: at, demandWattHours, hedgedWattHours, openWattHours }) => ({
    gridAreaId: AREA_ID, period: (Date.parse(at) - Date.parse(from)) / QUARTER_HOUR_MS, demandWattHours, hedgedWattHours, openWattHours, realisedWattHours: null, valueCents: null, breach: 'PCT',
  }));
  return { seq: nth, reset, committedAt: new Date().toISOString(), positions, cells };
}

const server = createServer();
useServer({ schema }, new WebSocketServer({ server, path: '/graphql' }));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const memory = watchMemory();
serve<Order | Question>({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql` }, {
  answer: async (order) => {
    if ('memory' in order) return memory.settled();
    const { events, everyMs } = order;
    const at: number[] = [];
    const startedAt = performance.now();
    for (let nth = 0; nth < events; nth++) {
      await pause(Math.max(0, startedAt + nth * everyMs - performance.now()));
      const next = update(nth + 1, order);
      at.push(instant());
      publish(next);
    }
    return at;
  },
});
