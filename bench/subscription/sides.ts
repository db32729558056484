// The two sides of a measurement of subscriptions, each in processes of its own: ours with relay, energy and the gateway, and a bare server that is fed from memory.
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { addDays, type LocalDate } from '@stromgraph/kernel/time';
import { type Child, type ChildOptions, startChild } from '../child.ts';
import type { BenchDatabase } from '../database.ts';
import type { Start } from '../parts.ts';
import { AREA_ID } from './area.ts';
import type { Arrivals, Order, View } from './order.ts';
import { WEATHER } from './weather.ts';

const CLIENTS = 2;
const PATIENCE_MS = 60_000;
const LOOK_MS = 100;

/** One machine plays everybody. */
export const LIMITS = { limits: { costPerSecond: 1e12, costBurst: 1e12 }, liveLimits: { socketsPerUser: 1e6, socketsPerAddress: 1e6 } };

const fileOf = (name: string) => join(import.meta.dirname, '..', `${name}.child.ts`);

/** A server, who makes its events happen, and how a client reaches it. */
export type Side = Readonly<{ name: 'bare' | 'ours'; server: Child<unknown>; source: Child<unknown>; url: string; headers: Record<string, string> }>;
export type Clients = readonly Child<unknown>[];
export type Range = Readonly<{ from: Date; until: Date }>;

export async function startOurs(start: Start, { env }: BenchDatabase): Promise<{ ours: Side; day: LocalDate }> {
  const child = <Ready>(name: string, options: ChildOptions = {}) => start(startChild<Ready>(fileOf(name), options));
  const domain = await child<{ url: string; today: LocalDate }>('subscription/domain', { env });
  const weather = await child<{ url: string }>('subscription/weather');
  const parameters = { subgraphs: { energy: domain.ready.url, weather: weather.ready.url }, more: { weather: WEATHER }, scope: 'energy:read', ...LIMITS };
  const server = await child<{ url: string; authorization: string }>('gateway', { parameters: [JSON.stringify(parameters)] });
  const source = await child('subscription/writer', { env });
  return { day: addDays(domain.ready.today, 2), ours: { name: 'ours', server, source, url: server.ready.url, headers: { authorization: server.ready.authorization } } };
}

export async function startBare(start: Start): Promise<Side> {
  const server = await start(startChild<{ url: string }>(fileOf('subscription/reference')));
  return { name: 'bare', server, source: server, url: server.ready.url, headers: {} };
}

/** As many processes for either side, each with its share of the subscribers. */
export async function clientsOf({ url, headers }: Side, subscribers: number, { from, until }: Range, view: View = 'positions'): Promise<Clients> {
  const variables = { areas: [AREA_ID], from: from.toISOString(), until: until.toISOString() };
  const processes = Math.min(CLIENTS, subscribers);
  return Promise.all(Array.from({ length: processes }, () => startChild(fileOf('subscription/client'), { parameters: [JSON.stringify({ url, headers, variables, view, sockets: subscribers / processes })] })));
}

export async function stopAll(clients: Clients): Promise<void> {
  await Promise.all(clients.map((client) => client.stop()));
}

/** From each event to each subscriber. */
export async function measure({ source }: Side, clients: Clients, order: Order): Promise<number[]> {
  const sentAt = await source.ask<number[]>(order);
  const latencies: number[] = [];
  for (const client of clients) {
    const until = performance.now() + PATIENCE_MS;
    let arrivals: Arrivals = null;
    while (!(arrivals = (await client.ask<{ arrivals: Arrivals }>(order)).arrivals)) {
      if (performance.now() > until) throw new Error(`not all of ${order.events} events were seen by all`);
      await pause(LOOK_MS);
    }
    for (const socket of arrivals) for (const [nth, at] of socket.entries()) latencies.push(at - sentAt[nth]!);
  }
  return latencies;
}
