// A year of the demo portfolio, both clock changes in it, with workers that are killed; and a fortnight with kills and without.
import { expect, test } from 'vitest';
import { liveThrough } from './live-through.ts';

const seed = Number(process.env.STROMGRAPH_SEED ?? 20_261_121);
const AREAS = 5;
/** Half an hour on a machine with nothing else to do, more than an hour beside other work. */
const ON_A_BUSY_MACHINE_MS = 14_400_000;

test('in a year energy and money are those of the readings and trades, and every deadline is met or told of', async () => {
  const lived = await liveThrough({ seed, customers: 50, first: '2026-03-01', until: '2027-03-01', kills: 60, balanced: true });
  console.log(JSON.stringify({ seed, ...lived.counts, digest: lived.digest }));
  expect(lived).toMatchObject({ faults: [], missed: [], left: 0, counts: { 'quarter hours': AREAS * 365 * 96, kills: 60 } });
  for (const count of ['estimated', 'left out', 'corrected', 'rejected', 'exchanged', 'moved out', 'amended', 'alerts', 'days nominated']) expect(lived.counts[count], count).toBeGreaterThan(0);
  expect(lived.counts['closings']).toBeGreaterThanOrEqual(AREAS * 11);
}, ON_A_BUSY_MACHINE_MS);

test('who is killed changes no figure: a fortnight around the end of October', async () => {
  const plan = { seed, customers: 20, first: '2026-10-24', until: '2026-11-05', balanced: true };
  const quiet = await liveThrough({ ...plan, kills: 0 });
  const killed = await liveThrough({ ...plan, kills: 12 });
  console.log(JSON.stringify({ seed, quiet: quiet.counts, killed: killed.counts, digest: killed.digest }));
  expect(killed).toMatchObject({ faults: [], missed: [], left: 0, digest: quiet.digest });
});
