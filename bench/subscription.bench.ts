// From the return of COMMIT in a writer's process to the parsed frame in a client's, through relay, energy and gateway.
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SECRET } from '@stromgraph/gateway/toys/toy';
import { addDays, type LocalDate, startOfDay } from '@stromgraph/kernel/time';
import { type Child, type ChildOptions, startChild } from './child.ts';
import { type BenchDatabase, startBenchDatabase } from './database.ts';
import { type Start, withParts } from './parts.ts';
import { median, quantile } from './statistics.ts';
import type { Frame, Order } from './subscription/order.ts';
import { AREA_ID } from './subscription/portfolio.ts';

const RUNS = Number(process.env.BENCH_RUNS ?? 5);
const EVENTS = Number(process.env.BENCH_EVENTS ?? 150);
const EVERY_MS = 100;
const PATIENCE_MS = 10_000;
const GOAL_MS = 50;
const HOUR_MS = 3_600_000;

const fileOf = (name: string) => join(import.meta.dirname, `${name}.child.ts`);

type Side = Readonly<{ source: Child<unknown>; client: Child<unknown> }>;
type Run = Readonly<{ latencies: number[]; frames: number }>;

await withParts(async (start) => {
  const database = await start(startBenchDatabase(SECRET));
  const { ours, day } = await startOurs(start, database);
  const sides = { reference: await startReference(start, day), ours };
  const got: Record<keyof typeof sides, Run[]> = { reference: [], ours: [] };
  for (let run = 0; run <= RUNS; run++)
    for (const [name, side] of Object.entries(sides) as [keyof typeof sides, Side][]) {
      const result = await measure(side, { start: new Date(startOfDay(day).getTime() + (1 + run) * HOUR_MS).toISOString(), events: EVENTS, everyMs: EVERY_MS });
      if (run > 0) got[name].push(result); // everything warm before anything counts
    }
  print(database.version, got);
});

async function startOurs(start: Start, { env }: BenchDatabase): Promise<{ ours: Side; day: LocalDate }> {
  const child = <Ready>(name: string, options: ChildOptions) => start(startChild<Ready>(fileOf(name), options));
  const domain = await child<{ url: string; today: LocalDate }>('subscription/domain', { env });
  const gateway = await child<{ url: string; authorization: string }>('gateway', { parameters: [JSON.stringify({ subgraphs: { energy: domain.ready.url }, scope: 'energy:read' })] });
  const source = await child('subscription/writer', { env });
  const day = addDays(domain.ready.today, 2);
  return { day, ours: { source, client: await clientOf(start, gateway.ready.url, day, { authorization: gateway.ready.authorization }) } };
}

async function startReference(start: Start, day: LocalDate): Promise<Side> {
  const source = await start(startChild<{ url: string }>(fileOf('subscription/reference')));
  return { source, client: await clientOf(start, source.ready.url, day, {}) };
}

function clientOf(start: Start, url: string, day: LocalDate, headers: Record<string, string>): Promise<Child<unknown>> {
  const variables = { areas: [AREA_ID], from: startOfDay(day).toISOString(), until: startOfDay(addDays(day, 1)).toISOString() };
  return start(startChild(fileOf('subscription/client'), { parameters: [JSON.stringify({ url, headers, variables })] }));
}

/** A frame may cover several events: each counts until the first frame that covers it. */
async function measure({ source, client }: Side, order: Order): Promise<Run> {
  const sentAt = await source.ask<number[]>(order);
  const frames: Frame[] = [];
  const until = performance.now() + PATIENCE_MS;
  while ((frames.at(-1)?.covers ?? 0) < order.events) {
    if (performance.now() > until) throw new Error(`${frames.at(-1)?.covers ?? 0} of ${order.events} events were seen`);
    await pause(EVERY_MS);
    frames.push(...(await client.ask<Frame[]>({})).filter(({ start }) => start === order.start));
  }
  return { frames: frames.length, latencies: sentAt.map((at, nth) => frames.find(({ covers }) => covers > nth)!.at - at) };
}

function print(version: string, got: Readonly<Record<string, readonly Run[]>>): void {
  console.log(`PostgreSQL ${version}, fsync on; ${RUNS} interleaved runs of ${EVENTS} events at ${1_000 / EVERY_MS}/s, medians of the runs; ms from COMMIT's return (reference: from memory) to the parsed frame`);
  console.log('| | p50 | p90 | p99 | worst | frames for 100 events | goal |\n|---|---|---|---|---|---|---|');
  const middle = (runs: readonly Run[], share: number) => median(runs.map(({ latencies }) => quantile(latencies, share)));
  for (const [name, runs] of Object.entries(got)) {
    const p99 = middle(runs, 0.99);
    const frames = Math.round((runs.reduce((sum, run) => sum + run.frames, 0) / (RUNS * EVENTS)) * 100);
    const goal = name === 'ours' ? `p99 ≤ ${GOAL_MS} ms ${p99 <= GOAL_MS ? 'met' : 'MISSED'}` : '';
    console.log(`| ${name === 'ours' ? 'ours: outbox, relay, energy, gateway' : 'bare graphql-ws from memory'} | ${[middle(runs, 0.5), middle(runs, 0.9), p99, middle(runs, 1)].map((ms) => ms.toFixed(1)).join(' | ')} | ${frames} | ${goal} |`);
  }
  console.log(`ratio of the p50: ${(middle(got['ours']!, 0.5) / middle(got['reference']!, 0.5)).toFixed(1)}`);
}
