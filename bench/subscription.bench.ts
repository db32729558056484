// From the return of COMMIT in a writer's process to the parsed frame in clients' processes, through relay, energy, a join and the gateway; and what idle subscribers cost.
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SECRET } from '@stromgraph/gateway/toys/toy';
import { addDays, type LocalDate, startOfDay } from '@stromgraph/kernel/time';
import { type Child, type ChildOptions, startChild } from './child.ts';
import { type BenchDatabase, startBenchDatabase } from './database.ts';
import type { Settled } from './memory.ts';
import { type Start, withParts } from './parts.ts';
import { median, quantile } from './statistics.ts';
import type { Arrivals, Order } from './subscription/order.ts';
import { AREA_ID } from './subscription/portfolio.ts';
import { WEATHER } from './subscription/weather.ts';

const RUNS = Number(process.env.BENCH_RUNS ?? 5);
const EVENTS = Number(process.env.BENCH_EVENTS ?? 60);
const SUBSCRIBERS = (process.env.BENCH_SUBSCRIBERS ?? '1,100,1000').split(',').map(Number);
const IDLE = Number(process.env.BENCH_IDLE ?? 10_000);
const CLIENTS = 2;
const EVERY_MS = 100;
const PATIENCE_MS = 60_000;
const HOUR_MS = 3_600_000;
const MORE_MS = 40;
const TIMES = 3;
const IDLE_TIMES = 1.5;

/** One machine plays everybody. */
const LIMITS = { limits: { costPerSecond: 1e12, costBurst: 1e12 }, liveLimits: { socketsPerUser: 1e6, socketsPerAddress: 1e6 } };

const fileOf = (name: string) => join(import.meta.dirname, `${name}.child.ts`);

/** A server, who makes its events happen, and how a client reaches it. */
type Side = Readonly<{ name: 'bare' | 'ours'; server: Child<unknown>; source: Child<unknown>; url: string; headers: Record<string, string> }>;
type Clients = readonly Child<unknown>[];
type Range = Readonly<{ from: Date; until: Date }>;

await withParts(async (start) => {
  const database = await start(startBenchDatabase(SECRET));
  const { ours, day } = await startOurs(start, database);
  const sides = [await startBare(start), ours];
  console.log(`PostgreSQL ${database.version}, fsync on; limits of ours: ${JSON.stringify(LIMITS)}`);
  console.log(`${RUNS} interleaved runs of ${EVENTS} events at ${1_000 / EVERY_MS}/s, medians of the runs; ms from COMMIT's return (bare: from memory) to the parsed frame, over all subscribers`);
  console.log('| subscribers | | p50 | p90 | p99 | worst | goal |\n|---|---|---|---|---|---|---|');
  let hour = 0;
  for (const subscribers of SUBSCRIBERS) hour = await compare(sides, subscribers, { day, hour });
  await compareIdle(start, sides, { from: startOfDay(day), until: new Date(startOfDay(day).getTime() + HOUR_MS) });
});

async function startOurs(start: Start, { env }: BenchDatabase): Promise<{ ours: Side; day: LocalDate }> {
  const child = <Ready>(name: string, options: ChildOptions = {}) => start(startChild<Ready>(fileOf(name), options));
  const domain = await child<{ url: string; today: LocalDate }>('subscription/domain', { env });
  const weather = await child<{ url: string }>('subscription/weather');
  const parameters = { subgraphs: { energy: domain.ready.url, weather: weather.ready.url }, more: { weather: WEATHER }, scope: 'energy:read', ...LIMITS };
  const server = await child<{ url: string; authorization: string }>('gateway', { parameters: [JSON.stringify(parameters)] });
  const source = await child('subscription/writer', { env });
  return { day: addDays(domain.ready.today, 2), ours: { name: 'ours', server, source, url: server.ready.url, headers: { authorization: server.ready.authorization } } };
}

async function startBare(start: Start): Promise<Side> {
  const server = await start(startChild<{ url: string }>(fileOf('subscription/reference')));
  return { name: 'bare', server, source: server, url: server.ready.url, headers: {} };
}

/** As many processes for either side, each with its share of the subscribers. */
async function clientsOf({ url, headers }: Side, subscribers: number, { from, until }: Range): Promise<Clients> {
  const variables = { areas: [AREA_ID], from: from.toISOString(), until: until.toISOString() };
  const processes = Math.min(CLIENTS, subscribers);
  return Promise.all(Array.from({ length: processes }, () => startChild(fileOf('subscription/client'), { parameters: [JSON.stringify({ url, headers, variables, sockets: subscribers / processes })] })));
}

async function stopAll(clients: Clients): Promise<void> {
  await Promise.all(clients.map((client) => client.stop()));
}

/** Both sides have their subscribers all the time; events come to one after the other. */
async function compare(sides: readonly Side[], subscribers: number, { day, hour }: { day: LocalDate; hour: number }): Promise<number> {
  const range = { from: startOfDay(day), until: startOfDay(addDays(day, 1)) };
  const clients: Clients[] = [];
  const got = new Map<string, number[][]>(sides.map(({ name }) => [name, []]));
  try {
    for (const side of sides) clients.push(await clientsOf(side, subscribers, range));
    for (let run = 0; run <= RUNS; run++, hour++)
      for (const [nth, side] of sides.entries()) {
        const order = { start: new Date(range.from.getTime() + hour * HOUR_MS).toISOString(), events: EVENTS, everyMs: EVERY_MS };
        const latencies = await measure(side, clients[nth]!, order);
        if (run > 0) got.get(side.name)!.push(latencies); // everything warm before anything counts
      }
  } finally {
    await Promise.all(clients.map(stopAll));
  }
  print(subscribers, got);
  return hour;
}

async function measure({ source }: Side, clients: Clients, order: Order): Promise<number[]> {
  const sentAt = await source.ask<number[]>(order);
  const latencies: number[] = [];
  for (const client of clients) {
    const until = performance.now() + PATIENCE_MS;
    let arrivals: Arrivals = null;
    while (!(arrivals = (await client.ask<{ arrivals: Arrivals }>(order)).arrivals)) {
      if (performance.now() > until) throw new Error(`not all of ${order.events} events were seen by all`);
      await pause(EVERY_MS);
    }
    for (const socket of arrivals) for (const [nth, at] of socket.entries()) latencies.push(at - sentAt[nth]!);
  }
  return latencies;
}

function print(subscribers: number, got: ReadonlyMap<string, readonly number[][]>): void {
  const middle = (name: string, share: number) => median(got.get(name)!.map((latencies) => quantile(latencies, share)));
  const [bare, ours] = [middle('bare', 0.99), middle('ours', 0.99)];
  const isMany = subscribers >= 1_000;
  const goal = isMany ? `p99 ≤ ${TIMES} × bare ${ours <= TIMES * bare ? 'met' : 'MISSED'} (${(ours / bare).toFixed(1)})` : `p99 ≤ bare + ${MORE_MS} ms ${ours <= bare + MORE_MS ? 'met' : 'MISSED'} (+ ${(ours - bare).toFixed(1)})`;
  for (const name of got.keys()) console.log(`| ${subscribers} | ${name} | ${[0.5, 0.9, 0.99, 1].map((share) => middle(name, share).toFixed(1)).join(' | ')} | ${name === 'ours' ? goal : ''} |`);
}

async function compareIdle(start: Start, sides: readonly Side[], range: Range): Promise<void> {
  console.log(`\n| ${IDLE} idle subscribers | heap before, MB | with them | resident before, MB | with them | resident kB each | goal |\n|---|---|---|---|---|---|---|`);
  let bare = Number.NaN;
  for (const { name, server, ...side } of sides) {
    const before = await server.ask<Settled>({ memory: true });
    const clients = await clientsOf({ name, server, ...side }, IDLE, range);
    const held = await start(Promise.resolve({ stop: () => stopAll(clients), now: await server.ask<Settled>({ memory: true }) }));
    await held.stop();
    const each = ((held.now.residentMegabytes - before.residentMegabytes) * 1_024) / IDLE;
    const total = held.now.residentMegabytes;
    const goal = name === 'bare' ? '' : `≤ ${IDLE_TIMES} × bare ${each <= IDLE_TIMES * bare ? 'met' : 'MISSED'} (${(each / bare).toFixed(2)} each)`;
    if (name === 'bare') bare = each;
    console.log(`| ${name} | ${before.heapMegabytes.toFixed(0)} | ${held.now.heapMegabytes.toFixed(0)} | ${before.residentMegabytes.toFixed(0)} | ${total.toFixed(0)} | ${each.toFixed(1)} | ${goal} |`);
  }
}
