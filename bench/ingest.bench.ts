// Quarter hours a second: metering's own action in batches, and its file route through the gateway, against bare binary COPY.
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { SECRET } from '@stromgraph/gateway/toys/toy';
import { addDays, type LocalDate } from '@stromgraph/kernel/time';
import { type Child, startChild } from './child.ts';
import { startBenchDatabase } from './database.ts';
import { copy, createBareTable } from './ingest/copy.ts';
import { METERS, meterNumberOf, OBIS, type Value, valuesOf, valuesOfMeter } from './ingest/values.ts';
import type { Memory } from './memory.ts';
import { withParts } from './parts.ts';
import { median } from './statistics.ts';

const RUNS = Number(process.env.BENCH_RUNS ?? 5);
/** Meters of a batch, each with a day of quarter hours, and how many batches a run has. */
const BATCHES = [{ meters: 15, count: 40 }, { meters: 500, count: 3 }];
const FILE_DAYS = 30;
const FILE_METERS = Number(process.env.BENCH_METERS ?? METERS);
const QUARTER_HOUR_MS = 900_000;
const ROWS_PER_SECOND = 100_000;
const SHARE_OF_COPY = 0.5;
const FILE_ROWS_PER_SECOND = 60_000;
/** How far a file has come when memory is looked at. */
const MARKS = [0.1, 0.4, 0.7, 1];

await withParts(async (start) => {
  const database = await start(startBenchDatabase(SECRET));
  const metering = await start(startChild<{ url: string; today: LocalDate }>(join(import.meta.dirname, 'ingest/metering.child.ts'), { env: database.env }));
  const gateway = await start(
    startChild<{ url: string; authorization: string }>(join(import.meta.dirname, 'gateway.child.ts'), { parameters: [JSON.stringify({ subgraphs: { metering: metering.ready.url }, scope: 'metering:write' })] }),
  );
  await createBareTable(database.owner);
  console.log(`PostgreSQL ${database.version}, fsync on; key (register, start) on both sides; ours also checks, keeps daily and monthly sums, and tells the days`);

  let day = addDays(metering.ready.today, -1);
  const daysBack = (count: number) => Array.from({ length: count }, () => (day = addDays(day, -1)));
  console.log(`Batches one after the other, each committed; medians of ${RUNS} interleaved runs\n| rows a batch | | rows/s | ms a batch | goal |\n|---|---|---|---|---|`);
  for (const { meters, count } of BATCHES) {
    const rates = { ours: [] as number[], copy: [] as number[] };
    for (let run = 0; run <= RUNS; run++) {
      const days = daysBack(count);
      const batches = days.map((each) => valuesOf(meters, each));
      const rows = batches.flat().length;
      const copyMs = await timed(async () => {
        for (const batch of batches) await copy(database.owner, [batch]);
      });
      const { tookMs } = await metering.ask<{ tookMs: number }>({ days, meters });
      if (run === 0) continue; // everything warm before anything counts
      rates.copy.push((rows * 1_000) / copyMs);
      rates.ours.push((rows * 1_000) / tookMs);
    }
    const [ours, bare, rows] = [median(rates.ours), median(rates.copy), meters * 96];
    const told = (perSecond: number) => `${round(perSecond)} | ${((rows * 1_000) / perSecond).toFixed(1)}`;
    console.log(`| ${round(rows)} | binary COPY | ${told(bare)} | |\n| | ours | ${told(ours)} | ${met(ours >= ROWS_PER_SECOND, `≥ ${round(ROWS_PER_SECOND)}/s`)}; ${(ours / bare).toFixed(2)} × COPY, ${met(ours / bare >= SHARE_OF_COPY, `≥ ${SHARE_OF_COPY}`)} |`);
  }

  const days = daysBack(FILE_DAYS).toReversed();
  const rows = valuesOfMeter(0, days).length * FILE_METERS;
  const pieces = function* () {
    for (let meter = 0; meter < FILE_METERS; meter++) yield valuesOfMeter(meter, days);
  };
  const copyMs = await timed(() => copy(database.owner, pieces()));
  const parts = [metering, gateway] as const;
  const memory: Memory[][] = [await memoryOf(parts)];
  const marks = MARKS.slice(0, -1).map((share) => Math.floor(FILE_METERS * share));
  let bytes = 0;
  const lines = async function* () {
    yield 'meter_number,obis,start,end,kwh,status\n';
    let meter = 0;
    for (const piece of pieces()) {
      if (marks.includes((meter += 1))) memory.push(await memoryOf(parts));
      const text = piece.map(lineOf).join('');
      bytes += text.length;
      yield text;
    }
  };
  const tookMs = await timed(() => upload(gateway.ready, lines(), rows));
  memory.push(await memoryOf(parts));
  const perSecond = (rows * 1_000) / tookMs;
  console.log(`\nCSV of ${round(FILE_METERS)} meters × ${FILE_DAYS} days through the gateway's POST /metering/readings; the same rows by one binary COPY`);
  console.log('| rows | MB | s | rows/s | goal | COPY rows/s |\n|---|---|---|---|---|---|');
  console.log(`| ${round(rows)} | ${(bytes / 1e6).toFixed(0)} | ${(tookMs / 1_000).toFixed(1)} | ${round(perSecond)} | ${met(perSecond >= FILE_ROWS_PER_SECOND, `≥ ${round(FILE_ROWS_PER_SECOND)}/s`)} | ${round((rows * 1_000) / copyMs)} |\n`);
  console.log(`| resident MB, the most since the mark before | before | ${MARKS.map((share) => `at ${share * 100} %`).join(' | ')} |\n|---|---|${MARKS.map(() => '---|').join('')}`);
  for (const [nth, name] of ['metering', 'gateway'].entries()) console.log(`| ${name} | ${memory.map((all) => all[nth]!.mostMegabytes.toFixed(0)).join(' | ')} |`);
});

function met(isMet: boolean, goal: string): string {
  return `${goal} ${isMet ? 'met' : '**not met**'}`;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function memoryOf(children: readonly Child<unknown>[]): Promise<Memory[]> {
  return Promise.all(children.map((child) => child.ask<Memory>({})));
}

function lineOf({ meter, startMs, wattHours }: Value): string {
  return `${meterNumberOf(meter)},${OBIS},${new Date(startMs).toISOString()},${new Date(startMs + QUARTER_HOUR_MS).toISOString()},${(wattHours / 1_000).toFixed(3)},TRUE\n`;
}

/** By meter, as files come, made as they are sent. */
async function upload({ url, authorization }: { url: string; authorization: string }, pieces: AsyncIterable<string>, rows: number): Promise<void> {
  const response = await fetch(new URL('/metering/readings', url), {
    method: 'POST', headers: { 'content-type': 'text/csv', authorization }, body: Readable.toWeb(Readable.from(encoded(pieces))) as ReadableStream, duplex: 'half',
  } as RequestInit);
  const answer = (await response.json()) as { accepted: number; rejected: number };
  if (answer.accepted !== rows) throw new Error(`${rows} rows were sent, the answer is ${JSON.stringify(answer).slice(0, 500)}`);
}

async function* encoded(pieces: AsyncIterable<string>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) yield Buffer.from(piece);
}

function round(value: number): string {
  return Math.round(value).toLocaleString('en');
}
