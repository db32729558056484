// A balancing group's month through the whole product and the simulated market: reported in time, cleared with the market's sums.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { atLocalTime } from '@stromgraph/kernel/time';
import { type Environment, startEnvironment, withBalancing } from '../environment.ts';
import { calmClearingHouse, steerClearingHouse } from '../outside.ts';

let world: Environment;
let trader: string;
let admin: string;

beforeAll(async () => {
  world = await startEnvironment({ customers: 10, days: 3, now: atLocalTime('2026-11-05', '10:00'), env: withBalancing });
  [trader, admin] = (await Promise.all(['trader', 'admin'].map((who) => world.signIn(`${who}@demo.test`)))) as [string, string];
  await calmClearingHouse(world);
});
afterAll(() => world?.stop());

const alerts = async (): Promise<string[]> => (await world.query(trader, ALERTS)).energyAlerts.nodes.map(({ kind, severity }: { kind: string; severity: string }) => `${kind} ${severity}`).filter((alert: string) => alert.startsWith('MABIS') || alert.startsWith('CLEARING'));

test('the month is reported in time, and what the market sees differently is a clearing case', { timeout: 240_000 }, async () => {
  await steerClearingHouse(world, { sumsDiffer: { quarterHours: 4, wattHours: 1_000 } });
  await world.advanceClock(admin, atLocalTime('2026-11-10', '13:00')); // working day seven after October
  const { mabisReports, clearingCases } = await world.query(trader, MONTH, { from: '2026-10-01', until: '2026-11-01' });
  expect(mabisReports.nodes.length).toBeGreaterThan(0);
  for (const report of mabisReports.nodes) expect(report).toMatchObject({ status: 'SENT', month: '2026-10-01', marketSums: [{ kind: 'MEASURED' }, { kind: 'PROFILE' }] });
  expect(clearingCases.nodes.length).toBeGreaterThan(0);
  for (const one of clearingCases.nodes) expect(one).toMatchObject({ kind: 'MEASURED', status: 'OPEN', quarterHours: 4, differenceWattHours: 4_000 });
  expect(new Set(await alerts())).toEqual(new Set(['CLEARING_OPEN WARNING']));
});

const ALERTS = '{ energyAlerts(first: 100) { nodes { kind severity } } }';
const MONTH = 'query ($from: LocalDate!, $until: LocalDate!) { mabisReports(from: $from, until: $until) { nodes { month status version marketSums { kind totalWattHours } } } clearingCases { nodes { kind status quarterHours differenceWattHours } } }';
