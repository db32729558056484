// Profit and loss as people and the books see it: queries, the live field, and what is told of each version.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hearersOf } from '@stromgraph/events/subscriptions';
import { type Db, transact } from '@stromgraph/kernel/database';
import { runDue } from '@stromgraph/kernel/due';
import { idOf } from '@stromgraph/kernel/ids';
import { makeLog } from '@stromgraph/kernel/log';
import { startRelay } from '@stromgraph/kernel/relay';
import type { Subgraph } from '@stromgraph/kernel/subgraph';
import { quarterHoursOf } from '@stromgraph/kernel/time';
import { PrismaClient } from '@stromgraph/prisma-energy/client';
import { actorWith, ask } from '../../tests/ask.ts';
import { type TestDatabase, testDatabase } from '../../tests/database.ts';
import { listen } from '../../tests/listen.ts';
import { planClose } from './actions/close-month.ts';
import { importImbalancePrices } from './actions/import-imbalance-prices.ts';
import { openPositionDays } from './actions/open-position-days.ts';
import { planSnapshot } from './actions/revalue-profit-loss.ts';
import { dueHandlersWith } from './jobs/due.ts';
import { startServer } from './server.ts';
import { addUnnamedGridAreas } from './store/grid-areas.ts';

const trader = actorWith('energy:read', 'energy:write');
const CODES = ['11YSTROM-NORD--9', '11YSTROM-OST---O'] as const;
const [NORD, OST] = [idOf('grid-area', CODES[0]), idOf('grid-area', CODES[1])];
const DAY = '2026-11-24';
const tools = { log: makeLog('energy', 'silent'), keyring: null as never };
let database: TestDatabase;
let db: Db;
let energy: Subgraph;
const stopping: { stop: () => Promise<void> }[] = [];

beforeAll(async () => {
  database = await testDatabase();
  await database.setClock('2026-11-24T09:00:00Z');
  const runtime = await database.runtime('energy', PrismaClient);
  ({ db } = runtime.tenants.get('demo')!);
  await transact(db, (tx) => addUnnamedGridAreas(tx, CODES.map((code) => ({ id: idOf('grid-area', code), code }))));
  await transact(db, openPositionDays);
  energy = await startServer(runtime);
  stopping.push(await startRelay({ url: await database.urlOf('relay', 'relay'), tenant: 'demo', hearersOf }));
});
afterAll(async () => {
  for (const part of stopping) await part.stop();
  await energy.stop();
  await database.drop();
});

const setTime = async (at: string) => {
  await database.setClock(at);
  await runDue(db, dueHandlersWith({ checkEveryHours: 24, mabisWorkingDay: 7 }), tools);
};
const balance = (version: number, price: string, final: boolean) =>
  importImbalancePrices(db, { deliveryDay: DAY, version, final, publishedAt: new Date('2026-11-25T09:00Z'), position: BigInt(version), eurPerMwh: quarterHoursOf(DAY).map(() => price) });
const query = async (text: string, variables: object = {}) => ask(energy.url, trader, text, variables);

test('a day is followed live from its expectation to its final price, each version told once; the month closes and is corrected', async () => {
  const live = listen(energy.url, trader, 'subscription ($areas: [ID!]) { profitLossUpdated(gridAreaIds: $areas, from: "2026-11-24", until: "2026-11-25") { reset seq profitLoss { from version gridArea { name } imbalance { cents } margin { cents } realised { cents } unrealised { cents } provisional } } }', { areas: [OST] });
  const next = async () => (await live.next()).profitLossUpdated;
  expect(await next()).toMatchObject({ reset: true, profitLoss: [] });

  await transact(db, (tx) => planSnapshot(tx, new Date('2026-11-24T09:00:00Z')));
  await setTime('2026-11-25T00:00:00Z'); // 01:00: the day is over, nobody knows what imbalance costs
  const first = await next();
  expect(first).toMatchObject({ reset: false, profitLoss: [{ from: DAY, version: 1, provisional: true, margin: { cents: 0 } }] });

  await database.setClock('2026-11-25T09:00:00Z');
  await balance(1, '250', false);
  await setTime('2026-11-25T09:01:00Z');
  // No contract uses anything: nothing was sold, nothing is short.
  expect((await query('{ profitLoss(from: "2026-11-24", until: "2026-11-25") { nodes { gridArea { code } version soldWattHours imbalanceWattHours margin { cents } realised { cents } } } }')).data.profitLoss.nodes).toEqual(
    [NORD, OST].toSorted().map((id) => ({ gridArea: { code: CODES[[NORD, OST].indexOf(id)] }, version: 2, soldWattHours: 0, imbalanceWattHours: 0, margin: { cents: 0 }, realised: { cents: 0 } })),
  );
  expect((await next()).profitLoss).toMatchObject([{ version: 2, provisional: true }]);
  await transact(db, (tx) => planClose(tx, '2026-11-01'));
  await setTime('2026-12-02T05:00:00Z');
  await balance(2, '251', true);
  await setTime('2026-12-02T05:01:00Z');
  expect((await next()).profitLoss).toMatchObject([{ version: 3, provisional: false }]);
  await setTime('2026-12-02T05:03:00Z');
  await live.stop();
  const { data } = await query('{ monthCloses(from: "2026-11-01", until: "2026-12-01", newest: false) { nodes { month version days provisional gridArea { code } } } }');
  const closes = data.monthCloses.nodes.filter(({ gridArea }: any) => gridArea.code === CODES[0]);
  expect(closes.map(({ version }: any) => version)).toEqual(closes.map((_: unknown, index: number) => index + 1));
  expect(closes.at(-1)).toMatchObject({ month: '2026-11-01', days: 5, provisional: true }); // of the others no price is known
  const { rows } = await db.query<{ period: string; n: number }>(`SELECT payload->>'period' AS period, count(*)::int AS n FROM energy.outbox WHERE type = 'energy.ProfitLossPosted' AND payload->>'gridAreaId' = $1 AND payload->>'from' < '2026-11-25' GROUP BY 1 ORDER BY 1`, [NORD]);
  expect(rows).toEqual([{ period: 'DAY', n: 3 }, { period: 'MONTH', n: closes.length }]);
  expect((await query('{ imbalancePrices(from: "2026-11-01", until: "2026-12-01") { nodes { deliveryDay version final pricesPerMwh } } }')).data.imbalancePrices.nodes).toMatchObject([{ deliveryDay: DAY, version: 2, final: true }]);
});

test('pages of sums are complete, and a change of nothing is nothing', async () => {
  const seen: object[] = [];
  for (let after: string | null = null; ; ) {
    const { nodes, pageInfo }: any = (await query('query ($after: String) { profitLoss(from: "2026-11-01", until: "2026-12-01", first: 3, after: $after) { nodes { from gridArea { code } } pageInfo { hasNextPage endCursor } } }', { after })).data.profitLoss;
    seen.push(...nodes);
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
  }
  expect(seen).toHaveLength(10); // two areas, the day that is over and the four open ones
  expect(new Set(seen.map((node) => JSON.stringify(node))).size).toBe(10);
  const cents = { cents: 0 };
  expect((await query('{ profitLossChange(from: "2026-11-01", until: "2026-12-01", since: "2026-11-25T00:00:00Z") { before { cents } after { cents } price { cents } volume { cents } deals { cents } imbalance { cents } residual { cents } } }')).data.profitLossChange)
    .toEqual({ before: cents, after: cents, price: cents, volume: cents, deals: cents, imbalance: cents, residual: cents });
});

test('a trade is marked to market until it counts no longer, and hedges its tenors; a plan of nothing brings nothing', async () => {
  const input = { idempotencyKey: 'a', gridAreaId: NORD, side: 'BUY', from: '2026-12-31T23:00:00Z', until: '2027-12-31T23:00:00Z', kilowatts: 10, pricePerMwh: '80', counterparty: 'EEX' };
  const { id } = (await query('mutation ($input: RecordTradeInput!) { recordTrade(input: $input) { ... on RecordTradeSuccess { trade { id } } } }', { input })).data.recordTrade.trade;
  const marked = async () => (await query('{ trades(from: "2027-01-01T00:00:00Z", until: "2027-01-02T00:00:00Z") { nodes { id markToMarket { wattHours unpricedWattHours marketPricePerMwh value { cents } } } } markToMarket { gridArea { code } trades wattHours value { cents } } }')).data;
  const left = { wattHours: 87_600_000, unpricedWattHours: 87_600_000, marketPricePerMwh: null, value: { cents: 0 } };
  expect(await marked()).toEqual({ trades: { nodes: [{ id, markToMarket: left }] }, markToMarket: [{ gridArea: { code: CODES[0] }, trades: 1, wattHours: 87_600_000, value: { cents: 0 } }, { gridArea: null, trades: 1, wattHours: 87_600_000, value: { cents: 0 } }] });
  const { hedgeRatios } = (await query('{ hedgeRatios { tenor from until gridArea { code } demandWattHours hedgedWattHours ratio } }')).data;
  expect(hedgeRatios).toHaveLength(15);
  expect(hedgeRatios.at(-1)).toEqual({ tenor: 'YEAR', from: '2027-01-01', until: '2028-01-01', gridArea: null, demandWattHours: 0, hedgedWattHours: 87_600_000, ratio: null });
  await query('mutation ($input: CancelTradeInput!) { cancelTrade(input: $input) { __typename } }', { input: { idempotencyKey: 'b', tradeId: id, reason: 'wrong' } });
  expect(await marked()).toMatchObject({ trades: { nodes: [{ id, markToMarket: null }] }, markToMarket: [{ gridArea: null, trades: 0 }] });
  const { data } = await query('{ marginPlan(from: "2026-12-01", until: "2027-01-15", gridAreaIds: ["' + OST + '"]) { from until demandWattHours sold { cents } cost { cents } margin { cents } } quantitySettlements(from: "2026-01-01", until: "2027-01-01") { nodes { id } pageInfo { hasNextPage } } }');
  const nothing = { demandWattHours: 0, sold: { cents: 0 }, cost: { cents: 0 }, margin: { cents: 0 } };
  expect(data).toEqual({ marginPlan: [{ from: '2026-12-01', until: '2027-01-01', ...nothing }, { from: '2027-01-01', until: '2027-01-15', ...nothing }], quantitySettlements: { nodes: [], pageInfo: { hasNextPage: false } } });
});

test.each([
  ['marginPlan(from: "2026-11-24", until: "2027-11-26") { sold { cents } }', 'until: is 367 days after from (allowed: 1 to 366)'],
  ['hedgeRatios(gridAreaIds: ["x"]) { ratio }', 'gridAreaIds.0: is not an id'],
  ['quantitySettlements(from: "2026-11-24", until: "2026-11-25", after: "WyJ4IiwieSJd") { nodes { id } }', 'after: is not a cursor of this list'],
  ['profitLoss(from: "2026-11-24", until: "2026-11-24") { nodes { days } }', 'until: is 0 days after from (allowed: 1 to 1098)'],
  ['profitLoss(from: "2026-11-24", until: "2026-11-25", gridAreaIds: ["x"]) { nodes { days } }', 'gridAreaIds.0: is not an id'],
  ['profitLoss(from: "2026-11-24", until: "2026-11-25", after: "WyJ4IiwieSJd") { nodes { days } }', 'after: is not a cursor of this list'],
  ['monthCloses(from: "2026-11-24", until: "2026-11-25", after: "WyJ4IiwieSIsIjEiXQ") { nodes { days } }', 'after: is not a cursor of this list'],
  ['imbalancePrices(from: "2026-11-24", until: "2026-11-25", after: "WyJ4Il0") { nodes { version } }', 'after: is not a cursor of this list'],
  ['profitLossChange(from: "2026-11-24", until: "2026-11-25", since: "2026-11-25T00:00:00Z", asOf: "2026-11-24T00:00:00Z") { residual { cents } }', 'asOf: is before since'],
])('%s is refused with its fault', async (field, message) => {
  const { errors } = await query(`{ ${field} }`);
  expect(errors).toMatchObject([{ message: expect.stringContaining(message), extensions: { code: 'BAD_USER_INPUT' } }]);
});
