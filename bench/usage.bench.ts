// A year of one meter's quarter hours, by month and by quarter hour: as usage gives it against plain SQL, and with ten times as much stored.
import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SECRET } from '@stromgraph/gateway/toys/toy';
import { addMonths } from '@stromgraph/kernel/time';
import { startChild } from './child.ts';
import { startBenchDatabase } from './database.ts';
import { withParts } from './parts.ts';
import { median } from './statistics.ts';
import { fill, VALUES_A_METER } from './usage/fill.ts';

const RUNS = Number(process.env.BENCH_RUNS ?? 15);
const LEVELS = process.env.BENCH_STORED?.split(',').map(Number) ?? [1_000_000, 10_000_000, ...longLevel()];
const TIMES = 3;
const GROWTH = 1.2;
const YEAR = { from: '2025-01-01', until: '2026-01-01' };
const CLOCK = `UPDATE platform.clock SET mode = 'STANDING', ahead = '0', stands_at = '2026-06-01'`;

/** A hundred million rows take some 12 GB with their key, and as much again in the log of the database. */
function longLevel(): number[] {
  if (process.env.STROMGRAPH_LONG !== '1') return [];
  const { bavail, bsize } = statfsSync(tmpdir());
  const freeGigabytes = (bavail * bsize) / 1e9;
  if (freeGigabytes >= 25) return [100_000_000];
  console.log(`SKIPPED: 100,000,000 intervals need 25 GB of free disk in ${tmpdir()}, which has ${freeGigabytes.toFixed(0)}.`);
  return [];
}

await withParts(async (start) => {
  const database = await start(startBenchDatabase(SECRET));
  const metering = await start(startChild<object>(join(import.meta.dirname, 'usage/metering.child.ts'), { env: database.env }));
  await database.owner.query(CLOCK);
  await database.owner.query('SELECT metering.ensure_interval_partitions($1, $2)', [YEAR.from, addMonths(YEAR.until, 1)]);
  console.log(`PostgreSQL ${database.version}; a year of ${VALUES_A_METER.toLocaleString('en')} quarter hours of one meter, our working values looked for in their places; medians of ${RUNS} interleaved runs`);
  console.log('| stored | | bare SQL, ms | usage, ms | ratio | goal | growth | goal |\n|---|---|---|---|---|---|---|---|');
  let meters = 0;
  let asked: { meterId: string; registerId: number } | undefined;
  const first = new Map<string, number>();
  for (const stored of LEVELS) {
    const count = Math.ceil(stored / VALUES_A_METER) - meters;
    const filled = await fill(database.owner, { first: meters, count }, YEAR);
    asked ??= filled;
    meters += count;
    await database.owner.query('VACUUM ANALYZE metering.interval, metering.usage_daily, metering.usage_monthly');
    for (const resolution of ['MONTH', 'QUARTER_HOUR'] as const) {
      const took = await metering.ask<{ ours: number[]; bare: number[] }>({ ...asked, ...YEAR, resolution, times: RUNS });
      const [ours, bare] = [median(took.ours), median(took.bare)];
      const grown = ours / (first.get(resolution) ?? ours);
      first.set(resolution, first.get(resolution) ?? ours);
      console.log(`| ${(meters * VALUES_A_METER).toLocaleString('en')} | ${resolution === 'MONTH' ? 'by month' : 'by quarter hour'} | ${bare.toFixed(1)} | ${ours.toFixed(1)} | ${(ours / bare).toFixed(2)} | ${met(ours / bare <= TIMES, `≤ ${TIMES} ×`)} | ${grown.toFixed(2)} | ${met(grown <= GROWTH, `≤ ${GROWTH} ×`)} |`);
    }
  }
});

function met(isMet: boolean, goal: string): string {
  return `${goal} ${isMet ? 'met' : '**not met**'}`;
}
