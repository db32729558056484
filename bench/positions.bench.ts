// Positions of a hundred thousand contracts: one cause and its commit, the calculation of everything from nothing, and the way of a change to those who watch.
import { SECRET } from '@stromgraph/gateway/toys/toy';
import { openDomain } from '@stromgraph/energy/runtime';
import { businessToday } from '@stromgraph/kernel/clock';
import { startBenchDatabase } from './database.ts';
import { withParts } from './parts.ts';
import { measureCauses } from './positions/causes.ts';
import { measureFull } from './positions/full.ts';
import { measureLive } from './positions/live.ts';
import { buildPortfolio } from './positions/portfolio.ts';

const CONTRACTS = Number(process.env.BENCH_CONTRACTS ?? 100_000);
const CAUSES = Number(process.env.BENCH_CAUSES ?? 200);
const RUNS = Number(process.env.BENCH_RUNS ?? 5);
const EVENTS = Number(process.env.BENCH_EVENTS ?? 60);

await withParts(async (start) => {
  const database = await start(startBenchDatabase(SECRET));
  const runtime = openDomain(database.env);
  await start(Promise.resolve({ stop: () => runtime.close() }));
  const { db } = runtime.tenants.get('demo')!;
  const today = await businessToday(db);
  await buildPortfolio(db, database.owner, { today, contracts: CONTRACTS });
  console.log(`PostgreSQL ${database.version}, fsync on; ${CONTRACTS} contracts in five areas, three load profiles`);
  const portfolio = { runtime, owner: database.owner, today };
  await measureCauses(portfolio, ['a trade over 3 days', 'a contract from tomorrow'], CAUSES);
  await measureFull(portfolio, RUNS); // of contracts: from here on forecasts give the demand
  await measureCauses(portfolio, ['a forecast of a day'], CAUSES);
  await measureLive(start, await start(startBenchDatabase(SECRET)), { runs: RUNS, events: EVENTS });
});
