// Quarter hours a second: metering's own action in batches, and its file route through the gateway, against bare binary COPY.
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { SECRET } from '@stromgraph/gateway/toys/toy';
import { addDays, type LocalDate } from '@stromgraph/kernel/time';
import { type Child, startChild } from './child.ts';
import { startBenchDatabase } from './database.ts';
import { copy, createBareTable } from './ingest/copy.ts';
import { BATCH_METERS, METERS, meterNumberOf, OBIS, type Value, valuesOf } from './ingest/values.ts';
import type { Memory } from './memory.ts';
import { withParts } from './parts.ts';
import { median } from './statistics.ts';

const RUNS = Number(process.env.BENCH_RUNS ?? 5);
const BATCHES = 40;
const FILE_DAYS = 30;
const FILES = Number(process.env.BENCH_FILES ?? 3);
const QUARTER_HOUR_MS = 900_000;

await withParts(async (start) => {
  const database = await start(startBenchDatabase(SECRET));
  const metering = await start(startChild<{ url: string; today: LocalDate }>(join(import.meta.dirname, 'ingest/metering.child.ts'), { env: database.env }));
  const gateway = await start(
    startChild<{ url: string; authorization: string }>(join(import.meta.dirname, 'gateway.child.ts'), { parameters: [JSON.stringify({ subgraphs: { metering: metering.ready.url }, scope: 'metering:write' })] }),
  );
  await createBareTable(database.owner);
  const copied = (values: readonly Value[]) => timed(() => copy(database.owner, values));
  console.log(`PostgreSQL ${database.version}, fsync on; key (register, start) on both sides; ours also checks, keeps daily and monthly sums, and tells the days`);

  let day = addDays(metering.ready.today, -1);
  const daysBack = (count: number) => Array.from({ length: count }, () => (day = addDays(day, -1)));
  const rates = { ours: [] as number[], copy: [] as number[] };
  for (let run = 0; run <= RUNS; run++) {
    const days = daysBack(BATCHES);
    const batches = days.map((each) => valuesOf(BATCH_METERS, each));
    const rows = batches.flat().length;
    const copyMs = await timed(async () => {
      for (const batch of batches) await copy(database.owner, batch);
    });
    const { tookMs } = await metering.ask<{ tookMs: number }>({ days });
    if (run === 0) continue; // everything warm before anything counts
    rates.copy.push((rows * 1_000) / copyMs);
    rates.ours.push((rows * 1_000) / tookMs);
  }
  console.log(`${BATCHES} batches of ${BATCH_METERS} meters × 1 day (1,440 rows), one after the other, each committed; medians of ${RUNS} interleaved runs`);
  console.log('| | rows/s | ms per 1,440 rows |\n|---|---|---|');
  for (const [name, perSecond] of [['ingestReadings', median(rates.ours)], ['binary COPY', median(rates.copy)]] as const) console.log(`| ${name} | ${round(perSecond)} | ${(1_440_000 / perSecond).toFixed(1)} |`);
  console.log(`ratio ${(median(rates.ours) / median(rates.copy)).toFixed(2)}\n`);

  console.log(`CSV of ${METERS} meters × ${FILE_DAYS} days through the gateway's POST /metering/readings; the same rows by one binary COPY`);
  console.log('| file | rows | MB | s | rows/s | COPY rows/s | metering MB before / most / after | gateway MB before / most / after |\n|---|---|---|---|---|---|---|---|');
  for (let file = 1; file <= FILES; file++) {
    const values = daysBack(FILE_DAYS).toReversed().flatMap((each) => valuesOf(METERS, each)).sort((a, b) => a.meter - b.meter || a.startMs - b.startMs);
    const copyMs = await copied(values);
    const lines = csvOf(values);
    const bytes = lines.reduce((sum, line) => sum + line.length, 0);
    const before = await memoryOf([metering, gateway]);
    const tookMs = await timed(() => upload(gateway.ready, lines, values.length));
    const after = await memoryOf([metering, gateway]);
    const told = before.map(({ nowMegabytes }, nth) => [nowMegabytes, after[nth]!.mostMegabytes, after[nth]!.nowMegabytes].map((megabytes) => megabytes.toFixed(0)).join(' / '));
    console.log(`| ${file} | ${round(values.length)} | ${(bytes / 1e6).toFixed(0)} | ${(tookMs / 1_000).toFixed(1)} | ${round((values.length * 1_000) / tookMs)} | ${round((values.length * 1_000) / copyMs)} | ${told.join(' | ')} |`);
  }
});

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function memoryOf(children: readonly Child<unknown>[]): Promise<Memory[]> {
  return Promise.all(children.map((child) => child.ask<Memory>({})));
}

/** By meter, as files come; in pieces of a meter each, so that the sender holds nothing back. */
function csvOf(values: readonly Value[]): string[] {
  const line = ({ meter, startMs, wattHours }: Value) =>
    `${meterNumberOf(meter)},${OBIS},${new Date(startMs).toISOString()},${new Date(startMs + QUARTER_HOUR_MS).toISOString()},${(wattHours / 1_000).toFixed(3)},TRUE\n`;
  return ['meter_number,obis,start,end,kwh,status\n', ...Map.groupBy(values, ({ meter }) => meter).values().map((each) => each.map(line).join(''))];
}

async function upload({ url, authorization }: { url: string; authorization: string }, pieces: readonly string[], rows: number): Promise<void> {
  const response = await fetch(new URL('/metering/readings', url), {
    method: 'POST', headers: { 'content-type': 'text/csv', authorization }, body: Readable.toWeb(Readable.from(pieces.map((piece) => Buffer.from(piece)))) as ReadableStream, duplex: 'half',
  } as RequestInit);
  const answer = (await response.json()) as { accepted: number; rejected: number };
  if (answer.accepted !== rows) throw new Error(`${rows} rows were sent, the answer is ${JSON.stringify(answer).slice(0, 500)}`);
}

function round(value: number): string {
  return Math.round(value).toLocaleString('en');
}
