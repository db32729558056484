// From the return of COMMIT in a writer's process to the parsed frame in clients' processes, through relay, energy, a join and the gateway; and what idle subscribers cost.
import { SECRET } from '@stromgraph/gateway/toys/toy';
import { addDays, type LocalDate, startOfDay } from '@stromgraph/kernel/time';
import { startBenchDatabase } from './database.ts';
import type { Settled } from './memory.ts';
import { type Start, withParts } from './parts.ts';
import { median, quantile } from './statistics.ts';
import { clientsOf, type Clients, LIMITS, measure, type Range, type Side, startBare, startOurs, stopAll } from './subscription/sides.ts';

const RUNS = Number(process.env.BENCH_RUNS ?? 5);
/** So that the p99 is not the worst event of a run, and the unmeasured first run is long enough for the compiler and the heaps. */
const EVENTS = Number(process.env.BENCH_EVENTS ?? 150);
const SUBSCRIBERS = (process.env.BENCH_SUBSCRIBERS ?? '1,100,1000').split(',').map(Number);
const IDLE = Number(process.env.BENCH_IDLE ?? 10_000);
const EVERY_MS = 100;
const HOUR_MS = 3_600_000;
const MORE_MS = 40;
const TIMES = 3;
const IDLE_TIMES = 1.5;

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

/** Both sides have their subscribers all the time; events come to one after the other. */
async function compare(sides: readonly Side[], subscribers: number, { day, hour }: { day: LocalDate; hour: number }): Promise<number> {
  const range = { from: startOfDay(day), until: startOfDay(addDays(day, 1)) };
  const clients: Clients[] = [];
  const got = new Map<string, number[][]>(sides.map(({ name }) => [name, []]));
  try {
    for (const side of sides) clients.push(await clientsOf(side, subscribers, range));
    for (let run = 0; run <= RUNS; run++, hour++)
      for (const [nth, side] of sides.entries()) {
        const order = { start: new Date(range.from.getTime() + hour * HOUR_MS).toISOString(), hours: 1, from: range.from.toISOString(), events: EVENTS, everyMs: EVERY_MS };
        const latencies = await measure(side, clients[nth]!, order);
        if (run > 0) got.get(side.name)!.push(latencies); // everything warm before anything counts
      }
  } finally {
    await Promise.all(clients.map(stopAll));
  }
  print(subscribers, got);
  return hour;
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
