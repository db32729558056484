// Thirty days around the end of March and Easter: an hour is missing, a month ends, is closed, estimated where it has gaps and reported; a forecast is late, workers are killed.
import { expect, test } from 'vitest';
import { liveThrough } from './live-through.ts';

const seed = Number(process.env.STROMGRAPH_SEED ?? 20_261_121);
const AREAS = 5;
const DAYS = 30;
const KILLS = 3;

test('from a clock change to the report of its month energy and money are those of the readings and trades, and every deadline is met or told of', async () => {
  const lived = await liveThrough({ seed, customers: 20, first: '2027-03-12', until: '2027-04-11', kills: KILLS, balanced: true });
  console.log(JSON.stringify({ seed, ...lived.counts, digest: lived.digest, 'days per second': Number((DAYS / (Number(lived.counts['tookMs']) / 1_000)).toFixed(2)) }));
  expect(lived).toMatchObject({ faults: [], missed: [], left: 0, counts: { 'quarter hours': AREAS * (DAYS * 96 - 4), kills: KILLS } });
  for (const count of ['readings', 'of them measured', 'estimated', 'exchanged', 'moved out', 'sold cents', 'alerts']) expect(lived.counts[count], count).toBeGreaterThan(0);
  expect(lived.counts['closings']).toBeGreaterThanOrEqual(AREAS);
}, 1_200_000);
