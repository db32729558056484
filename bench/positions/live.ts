// From COMMIT's return to the parsed cells at fifty clients of the gateway, ten times a second 48 cells; and a bare server that sends the same from memory.
import { addDays, startOfDay } from '@stromgraph/kernel/time';
import type { BenchDatabase } from '../database.ts';
import type { Start } from '../parts.ts';
import { median, quantile } from '../statistics.ts';
import { QUARTER_HOUR_MS } from '../subscription/order.ts';
import { type Clients, clientsOf, LIMITS, measure, startBare, startOurs, stopAll } from '../subscription/sides.ts';

const SUBSCRIBERS = 50;
const EVERY_MS = 100;
const HOURS = 12;
const MORE_MS = 60;

export async function measureLive(start: Start, database: BenchDatabase, { runs, events }: { runs: number; events: number }): Promise<void> {
  const { ours, day } = await startOurs(start, database);
  const sides = [await startBare(start), ours];
  const range = { from: startOfDay(day), until: startOfDay(addDays(day, 1)) };
  const clients: Clients[] = [];
  const got = new Map<string, number[][]>(sides.map(({ name }) => [name, []]));
  try {
    for (const side of sides) clients.push(await clientsOf(side, SUBSCRIBERS, range, 'cells'));
    for (let run = 0; run <= runs; run++)
      for (const [nth, side] of sides.entries()) {
        // Each begins a quarter hour before the last: what its first cell has is of this run alone.
        const first = new Date(range.from.getTime() + (runs - run) * QUARTER_HOUR_MS).toISOString();
        const latencies = await measure(side, clients[nth]!, { start: first, hours: HOURS, from: range.from.toISOString(), events, everyMs: EVERY_MS });
        if (run > 0) got.get(side.name)!.push(latencies); // everything warm before anything counts
      }
  } finally {
    await Promise.all(clients.map(stopAll));
  }
  const middle = (name: string, share: number) => median(got.get(name)!.map((latencies) => quantile(latencies, share)));
  const more = middle('ours', 0.99) - middle('bare', 0.99);
  console.log(`\n${SUBSCRIBERS} subscribers, ${events} events at ${1_000 / EVERY_MS}/s, each moves ${HOURS * 4} cells; ${runs} interleaved runs, medians of the runs, ms; limits of ours: ${JSON.stringify(LIMITS)}`);
  console.log('| commit → delta | p50 | p90 | p99 | worst | goal |\n|---|---|---|---|---|---|');
  for (const name of got.keys())
    console.log(`| ${name} | ${[0.5, 0.9, 0.99, 1].map((share) => middle(name, share).toFixed(1)).join(' | ')} | ${name === 'ours' ? `p99 ≤ bare + ${MORE_MS} ms ${more <= MORE_MS ? 'met' : 'MISSED'} (+ ${more.toFixed(1)})` : ''} |`);
}
