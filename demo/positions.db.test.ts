// What a trader sees after the start: forecasts of the demo's own demand against what was bought for it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readMasterData, taking } from '@stromgraph/energy/actions/read-publications';
import { ENET } from '@stromgraph/energy/clients/enet';
import { openDataService } from '@stromgraph/kernel/data-service';
import { makeLog } from '@stromgraph/kernel/log';
import { readPublications } from '@stromgraph/kernel/read-publications';
import { startEnet } from '../simulators/enet/server.ts';
import { seedInto } from '../tests/build/demo.ts';
import { type TestDatabase, testDatabase } from '../tests/database.ts';
import { reportPortfolio } from './report-portfolio.ts';

const TODAY = '2026-11-24';
const NOW = `${TODAY}T09:00:00Z`;

let database: TestDatabase;
let enet: Awaited<ReturnType<typeof startEnet>>;

beforeAll(async () => {
  database = await testDatabase();
  await database.setClock(NOW);
  enet = await startEnet({ now: NOW });
  const seeded = await seedInto(database, { customers: 250, days: 1, today: TODAY });
  await reportPortfolio({ enetUrl: enet.url, supplied: seeded!.supplied, asOf: new Date(NOW), today: TODAY });
  const reading = { db: await database.open('energy'), service: openDataService(ENET, enet.url), source: ENET, log: makeLog('energy') };
  await readMasterData(reading);
  await readPublications(reading, taking);
});
afterAll(async () => {
  await enet.stop();
  await database.drop();
});

type Area = { name: string; breached: number; forecast: number; demand: number; open: number };
const areas = async (): Promise<Map<string, Area>> => {
  const { rows } = await database.owner.query<Area>(`SELECT a.name, avg((p.breach IS NOT NULL)::int)::float AS breached, avg((p.forecast_id IS NOT NULL)::int)::float AS forecast,
    sum(p.demand_watt_hours)::float AS demand, sum(p.open_watt_hours)::float AS open FROM energy.current_position p JOIN energy.grid_area a ON a.id = p.grid_area_id GROUP BY 1`);
  return new Map(rows.map((row) => [row.name.replace('Netzgebiet ', ''), row]));
};

test('some areas are well hedged, some are open, and several breach their limit', async () => {
  const seen = await areas();
  expect([...seen.keys()].sort()).toEqual(['Nord', 'Ost', 'Süd', 'Südwest', 'West']);
  for (const name of ['Nord', 'West']) expect(seen.get(name)!.breached).toBeLessThan(0.3);
  expect(seen.get('Süd')!.breached).toBeGreaterThan(0.8);
  expect(seen.get('Süd')!.open).toBeGreaterThan(seen.get('Süd')!.demand * 0.3);
  expect([...seen.values()].filter(({ breached }) => breached > 0.05).length).toBeGreaterThanOrEqual(3);
  expect([...seen.values()].every(({ demand, open }) => Math.abs(open) < demand)).toBe(true);
});

test('the forecasts of the open days are of our own size', async () => {
  for (const { forecast } of (await areas()).values()) expect(forecast).toBe(1);
  // A day in November takes about a tenth more than an average one.
  const { rows } = await database.owner.query<{ ratio: number }>(`
    SELECT sum(p.demand_watt_hours)::float / count(DISTINCT (p.start_at AT TIME ZONE 'Europe/Berlin')::date) * 365
      / (SELECT sum(c.expected_watt_hours) FROM energy.supply_contract c WHERE c.grid_area_id = p.grid_area_id AND c.start_on <= '${TODAY}' AND (c.end_on IS NULL OR c.end_on > '${TODAY}'))::float AS ratio
    FROM energy.current_position p GROUP BY p.grid_area_id`);
  for (const { ratio } of rows) expect(Math.abs(ratio - 1.1)).toBeLessThan(0.2);
});
