// One cause after the other by energy's own actions, each committed; and the bare append of the rows that it has changed.
import { addContracts } from '@stromgraph/energy/actions/add-contracts';
import { importForecast } from '@stromgraph/energy/actions/import-forecast';
import { recordTrade } from '@stromgraph/energy/actions/record-trade';
import { makeLoaders } from '@stromgraph/energy/loaders';
import type { EnergyRuntime } from '@stromgraph/energy/runtime';
import { transact } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { isProblem } from '@stromgraph/kernel/problem';
import { contextOn } from '@stromgraph/kernel/runtime';
import { addDays, type LocalDate, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import type pg from 'pg';
import { median, quantile } from '../statistics.ts';
import { AREAS, PROFILES } from './portfolio.ts';

export const DAYS = 3;
const WARM = 20;
const TIMES = 3;
const P99_MS = 50;

export type Portfolio = Readonly<{ runtime: EnergyRuntime; owner: pg.Client; today: LocalDate }>;
type Cause = (nth: number) => Promise<void>;
export type CauseKind = 'a trade over 3 days' | 'a contract from tomorrow' | 'a forecast of a day';

export async function measureCauses(portfolio: Portfolio, kinds: readonly CauseKind[], count: number): Promise<void> {
  const { owner } = portfolio;
  for (const [table, source, key] of BARE) {
    await owner.query(`CREATE TABLE public.${table} AS SELECT * FROM energy.${source} LIMIT 0`);
    await owner.query(`ALTER TABLE public.${table} ADD PRIMARY KEY (${key})`);
  }
  console.log(`${count} causes of each kind, one after the other, each committed; ms. A cause changes positions, writes a row of the ledger for each, and a forecast brings its values:`);
  console.log('the append is the INSERT of the same rows into tables with as many keys, in one transaction, committed, after each cause; beside it that of the rows of the ledger alone');
  console.log('| cause | positions | p50 | p90 | p99 | worst | ledger alone p50 | times it | all rows | append p50 | p99 | times the append (≤ 3) | p99 ≤ 50 ms |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|');
  const causes = causesOf(portfolio);
  for (const name of kinds) {
    const cause = causes[name];
    const [ours, ledger, all]: [number[], number[], number[]] = [[], [], []];
    let rows = { ledger: 0, all: 0 };
    for (let nth = 0; nth < WARM + count; nth++) {
      if (nth === WARM) await owner.query('ANALYZE'); // as autovacuum does within a minute
      const before = await lastRecalculation(owner);
      const ourMs = await timed(() => cause(nth));
      const appended = await append(owner, before, name === 'a forecast of a day');
      if (nth < WARM) continue;
      ours.push(ourMs);
      ledger.push(appended.ledgerMs);
      all.push(appended.allMs);
      rows = appended.rows;
    }
    const times = median(ours) / median(all);
    const p99 = quantile(ours, 0.99);
    console.log(`| ${name} | ${rows.ledger} | ${[0.5, 0.9, 0.99, 1].map((share) => quantile(ours, share).toFixed(1)).join(' | ')} | ${median(ledger).toFixed(1)} | ${(median(ours) / median(ledger)).toFixed(1)} | ${rows.all} | ${median(all).toFixed(1)} | ${quantile(all, 0.99).toFixed(1)} | ${times.toFixed(1)} ${times <= TIMES ? 'met' : 'MISSED'} | ${p99 <= P99_MS ? 'met' : 'MISSED'} |`);
  }
  for (const [table] of BARE) await owner.query(`DROP TABLE public.${table}`);
}

export function causesOf({ runtime, today }: Portfolio): Record<CauseKind, Cause> {
  const { db } = runtime.tenants.get('demo')!;
  const actor = { kind: 'user', id: newId<'user'>(), name: 'bench', tenant: 'demo', scopes: ['energy:write'], expiresAt: Number.MAX_SAFE_INTEGER } as const;
  const areaOf = (nth: number) => AREAS[nth % AREAS.length]!;
  const [from, until] = [startOfDay(addDays(today, 1)), startOfDay(addDays(today, 1 + DAYS))];
  const now = () => new Date().toISOString();
  let version = 0;
  return {
    'a trade over 3 days': async (nth) => {
      const ctx = contextOn(runtime, db, { actor, requestId: newId(), deadlineAt: Number.MAX_SAFE_INTEGER }, makeLoaders);
      const outcome = await recordTrade(ctx, { idempotencyKey: newId(), gridAreaId: areaOf(nth).id, side: 'BUY', from, until, kilowatts: 4n, pricePerMwh: '90', counterparty: 'EEX' });
      if (isProblem(outcome)) throw new Error(outcome.message);
    },
    'a contract from tomorrow': (nth) =>
      transact(db, (tx) =>
        addContracts(tx, [{
          contractId: newId(), gridAreaId: areaOf(nth).id, gridAreaCode: areaOf(nth).code, profile: PROFILES[nth % PROFILES.length]!, meteringKind: 'PROFILE',
          expectedWattHours: '3500000000', startOn: addDays(today, 1), endOn: null, confirmedAt: now(),
        }]),
      ),
    'a forecast of a day': async (nth) => {
      const [deliveryDay, at] = [addDays(today, 1 + (nth % DAYS)), new Date()];
      await importForecast(db, {
        horizon: 'DAY_AHEAD', basis: 'SLP', gridAreaId: areaOf(nth).id, deliveryDay, version: (version += 1), publishedAt: at, cutOffAt: at, position: BigInt(version),
        wattHours: quarterHoursOf(deliveryDay).map((_, quarter) => BigInt(5_000_000 + quarter * 1_000 + nth)),
      });
    },
  };
}

const lastRecalculation = async (owner: pg.Client): Promise<string> => (await owner.query<{ id: string }>('SELECT coalesce(max(id), 0) AS id FROM energy.recalculation')).rows[0]!.id;

/** What a bare append goes to: the ledger alone, and what a cause changes in all. A position has its key and its place; appended, it has them once per version. */
const BARE = [
  ['bare', 'open_position', 'position_id, version'],
  ['bare_ledger', 'open_position', 'position_id, version'],
  ['bare_position', 'current_position', 'id, version'],
  ['bare_value', 'day_ahead_demand_forecast', 'forecast_id, start_at'],
] as const;

/** Their rows are in memory by then: what counts is the writing. */
async function append(owner: pg.Client, after: string, withValues: boolean): Promise<{ ledgerMs: number; allMs: number; rows: { ledger: number; all: number } }> {
  await owner.query(`CREATE TEMP TABLE fresh_ledger AS SELECT * FROM energy.open_position WHERE recalculation_id > ${after} AND step = 'QUARTER_HOUR'`);
  await owner.query(`CREATE TEMP TABLE fresh_position AS SELECT * FROM energy.current_position WHERE recalculation_id > ${after}`);
  await owner.query(`CREATE TEMP TABLE fresh_value AS SELECT * FROM energy.day_ahead_demand_forecast WHERE ${withValues} AND forecast_id IN (SELECT forecast_id FROM fresh_ledger)`);
  let appended: pg.QueryResult[] = [];
  const ledgerMs = await timed(() => owner.query('INSERT INTO public.bare SELECT * FROM fresh_ledger'));
  const allMs = await timed(async () => {
    appended = (await owner.query(
      `BEGIN; INSERT INTO public.bare_ledger SELECT * FROM fresh_ledger; INSERT INTO public.bare_position SELECT * FROM fresh_position; ${withValues ? 'INSERT INTO public.bare_value SELECT * FROM fresh_value;' : ''} COMMIT`,
    )) as unknown as pg.QueryResult[];
  });
  await owner.query('DROP TABLE fresh_ledger, fresh_position, fresh_value');
  const counts = appended.map(({ rowCount }) => rowCount ?? 0);
  return { ledgerMs, allMs, rows: { ledger: counts[1]!, all: counts.reduce((sum, each) => sum + each) } };
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
