// From a breached limit to trades: orders against the market place's simulator, once each, whatever is told twice, late, refused or killed.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { hearersOf } from '@stromgraph/events/subscriptions';
import { type Db, transact } from '@stromgraph/kernel/database';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { makeLog } from '@stromgraph/kernel/log';
import { startRelay } from '@stromgraph/kernel/relay';
import type { Runtime } from '@stromgraph/kernel/runtime';
import type { Subgraph } from '@stromgraph/kernel/subgraph';
import { quarterHoursOf } from '@stromgraph/kernel/time';
import { PrismaClient } from '@stromgraph/prisma-energy/client';
import { startExchange } from '../../simulators/exchange/server.ts';
import { actorWith, ask } from '../../tests/ask.ts';
import { type TestDatabase, testDatabase } from '../../tests/database.ts';
import { waitFor } from '../../tests/wait.ts';
import { importForecast } from './actions/import-forecast.ts';
import { addUnnamedGridAreas } from './store/grid-areas.ts';
import { visitExchange } from './actions/visit-exchange.ts';
import { watchLimits } from './actions/watch-limits.ts';
import { type Exchange, openExchangeAt } from './clients/exchange.ts';
import { startServer } from './server.ts';
import { openExchange } from './store/executions.ts';
import { startWorkers } from './worker.ts';

const trader = actorWith('energy:read', 'energy:write');
const NOW = '2026-11-24T09:00:00Z';
const DAY = '2026-11-25';
const log = makeLog('energy', 'silent');
let database: TestDatabase;
let runtime: Runtime<PrismaClient>;
let db: Db;
let energy: Subgraph;
let exchange: Awaited<ReturnType<typeof startExchange>>;
let market: Exchange;
let area: { id: string; code: string };
let version = 0;

beforeAll(async () => {
  database = await testDatabase();
  exchange = await startExchange();
  market = openExchangeAt(exchange.url);
  runtime = await database.runtime('energy', PrismaClient, { STROMGRAPH_LOG_LEVEL: 'silent', STROMGRAPH_ENET_URL: 'http://127.0.0.1:9', STROMGRAPH_EXCHANGE_URL: exchange.url });
  ({ db } = runtime.tenants.get('demo')!);
  energy = await startServer(runtime);
  await transact(db, openExchange);
});
afterAll(async () => {
  await energy.stop();
  await exchange.stop();
  await database.drop();
});
/** An area of its own for each test, at nine o'clock. */
beforeEach(async () => {
  const code = `11YSTROM-${String((version += 1)).padStart(4, '0')}--9`;
  area = { id: idOf('grid-area', code), code };
  await transact(db, (tx) => addUnnamedGridAreas(tx, [area]));
  await setTime(NOW);
  await control({ fillShare: 1, parts: 1, lateSeconds: 0, twice: false, rejectNext: null });
});
const control = (change: object) => fetch(`${exchange.url}/_control`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(change) });
const setTime = async (now: string) => {
  await database.setClock(now);
  await control({ now, running: false });
};
/** So much demand in each quarter hour of tomorrow, nothing bought. */
const demand = (wattHours: number, day = DAY) =>
  importForecast(db, { gridAreaId: area.id, horizon: 'DAY_AHEAD', basis: 'SLP', deliveryDay: day, version: (version += 1), publishedAt: new Date(NOW), cutOffAt: new Date(NOW), position: 0n, wattHours: quarterHoursOf(day).map(() => BigInt(wattHours)) });
const watch = () => transact(db, (tx) => watchLimits(tx, [area.id]));
const visit = (at: Exchange = market) => visitExchange({ db, exchange: at, log });
const count = async (what: string) => Number((await database.owner.query<{ n: string }>(`SELECT count(*) AS n FROM energy.${what}`, what.includes('$1') ? [area.id] : [])).rows[0]!.n);
const orders = async () => (await database.owner.query<{ status: string; n: number; kw: number }>('SELECT status, count(*)::int AS n, sum(filled_kilowatts)::int AS kw FROM energy.hedge_order WHERE grid_area_id = $1 GROUP BY 1 ORDER BY 1', [area.id])).rows;
const alerts = async () => (await database.owner.query<{ kind: string }>('SELECT kind FROM energy.alert WHERE grid_area_id = $1 AND cleared_at IS NULL ORDER BY kind', [area.id])).rows.map(({ kind }) => kind);
const mutate = async (name: string, input: object, fields: string) =>
  (await ask(energy.url, trader, `mutation ($input: ${name[0]!.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { __typename ${fields} } }`, { input })).data[name];

test('each breach has one order, whoever looks and however often; its fills are trades, and the alert goes', async () => {
  await demand(25_000);
  await Promise.all(Array.from({ length: 6 }, watch));
  expect(await orders()).toEqual([{ status: 'NEW', n: 96, kw: 0 }]);
  expect(await alerts()).toEqual(['LIMIT_BREACHED']);
  await demand(25_100); // moves every position; the breaches stand
  await watch();
  expect(await orders()).toEqual([{ status: 'NEW', n: 96, kw: 0 }]);
  await control({ twice: true, parts: 3 });
  await visit();
  expect(await orders()).toEqual([{ status: 'FILLED', n: 96, kw: 9_600 }]);
  await visit();
  await watch();
  expect(await alerts()).toEqual([]);
  expect(await count(`hedge_fill f JOIN energy.hedge_order o ON o.id = f.order_id WHERE o.grid_area_id = $1`)).toBe(288);
  expect(await count(`trade WHERE grid_area_id = $1 AND counterparty = 'Exchange' AND recorded_by = 'automatic'`)).toBe(288);
  expect(await count(`current_position WHERE grid_area_id = $1 AND open_watt_hours = 100 AND start_at >= '2026-11-24T23:00Z' AND start_at < '2026-11-25T23:00Z' AND breach IS NULL`)).toBe(96);
  expect(await count(`limit_breach WHERE grid_area_id = $1 AND ended_at IS NULL`)).toBe(0);
  expect(await count(`outbox WHERE type = 'energy.HedgeOrderPlaced' AND payload->>'gridAreaId' = $1::text`)).toBe(96);
  // A breach that comes again is another one.
  await demand(50_000);
  await watch();
  expect(await orders()).toMatchObject([{ status: 'FILLED', n: 96 }, { status: 'NEW', n: 96 }]);
});

test('a kill after the market place has answered, or before what it told is kept, orders and books nothing twice', async () => {
  await demand(10_000);
  await watch();
  const dies = (what: keyof Exchange): Exchange => ({ ...market, [what]: async (...args: never[]) => {
    await (market[what] as (...given: never[]) => Promise<unknown>)(...args);
    throw new Error('killed');
  } });
  await visit(dies('place'));
  expect(await orders()).toMatchObject([{ status: 'NEW', n: 96 }]);
  await visit(dies('executionsAfter'));
  expect(await orders()).toMatchObject([{ status: 'WORKING', n: 96 }]);
  await visit(dies('place'));
  await Promise.all([visit(), visit(), visit()]);
  expect(await orders()).toEqual([{ status: 'FILLED', n: 96, kw: 3_840 }]);
  expect(await count(`trade WHERE grid_area_id = $1`)).toBe(96);
  const { messages } = (await (await fetch(`${exchange.url}/_messages`)).json()) as { messages: { area: string }[] };
  expect(messages.filter((order) => order.area === area.code)).toHaveLength(96);
});

test('what is filled in part ends with the gate, and somebody is told', async () => {
  await demand(10_000, '2026-11-24');
  await watch();
  await control({ fillShare: 0.5, lateSeconds: 3_600 });
  await visit();
  expect(await orders()).toMatchObject([{ status: 'WORKING' }]);
  await setTime('2026-11-24T10:00:00Z');
  await visit();
  const standing = await orders();
  expect(standing).toEqual([{ status: 'EXPIRED', n: 4, kw: 0 }, { status: 'PART_FILLED', n: 51, kw: 51 * 20 }]); // the gates of the first hour have closed
  expect(await alerts()).toEqual(['HEDGE_INCOMPLETE', 'LIMIT_BREACHED']);
  await setTime('2026-11-24T23:00:00Z');
  await visit();
  await watch();
  expect(await orders()).toMatchObject([{ status: 'EXPIRED' }]);
  expect(await alerts()).toEqual([]); // too late to mend
});

test('an order that is refused after its gate has closed stays without a trade', async () => {
  await demand(10_000, '2026-11-24');
  await watch();
  await control({ now: '2026-11-24T12:00:00Z', running: false });
  await visit();
  expect(await orders()).toMatchObject([{ status: 'FILLED' }, { status: 'REJECTED', kw: 0 }]);
  const states = await database.owner.query('SELECT s.status, s.reason FROM energy.hedge_order_state s JOIN energy.hedge_order o ON o.id = s.order_id WHERE o.grid_area_id = $1 AND o.status = $2 ORDER BY o.from_at, s.id LIMIT 2', [area.id, 'REJECTED']);
  expect(states.rows).toEqual([{ status: 'NEW', reason: null }, { status: 'REJECTED', reason: 'GATE_CLOSED' }]);
});

test('hedging rests with a reason until it is released; breaches are noticed all the same', async () => {
  await demand(10_000);
  const input = { gridAreaId: area.id, until: '2026-11-25T09:00:00Z', reason: 'market maker is on the phone' };
  const fields = '... on SuspendHedgingSuccess { suspension { until reason suspendedBy releasedAt } } ... on HedgingAlreadySuspended { suspension { reason } } ... on InputInvalid { faults { path } } ... on GridAreaNotFound { gridAreaId }';
  expect(await mutate('suspendHedging', { ...input, until: NOW, reason: ' ' }, fields)).toMatchObject({ faults: [{ path: 'until' }, { path: 'reason' }] });
  expect(await mutate('suspendHedging', { ...input, gridAreaId: 'x' }, fields)).toEqual({ __typename: 'GridAreaNotFound', gridAreaId: 'x' });
  expect(await mutate('suspendHedging', input, fields)).toMatchObject({ suspension: { reason: input.reason, suspendedBy: 'tester@demo.test', releasedAt: null } });
  expect(await mutate('suspendHedging', input, fields)).toMatchObject({ __typename: 'HedgingAlreadySuspended', suspension: { reason: input.reason } });
  await watch();
  expect(await orders()).toEqual([]);
  expect(await alerts()).toEqual(['HEDGE_INCOMPLETE', 'LIMIT_BREACHED']);
  const resume = () => mutate('resumeHedging', { gridAreaId: area.id, reason: 'done' }, '... on ResumeHedgingSuccess { suspension { releasedBy releaseReason } } ... on HedgingNotSuspended { gridAreaId }');
  expect(await resume()).toMatchObject({ suspension: { releasedBy: 'tester@demo.test', releaseReason: 'done' } });
  expect(await resume()).toEqual({ __typename: 'HedgingNotSuspended', gridAreaId: area.id });
  await watch();
  expect(await orders()).toMatchObject([{ status: 'NEW', n: 96 }]);
  expect(await alerts()).toEqual(['LIMIT_BREACHED']);
  await visit();
});

test('what was ordered and not brought yet waits while hedging rests, and ends when something else has mended it', async () => {
  await demand(10_000);
  await watch();
  expect(await orders()).toMatchObject([{ status: 'NEW', n: 96 }]);
  expect(await mutate('suspendHedging', { gridAreaId: area.id, until: '2026-11-25T09:00:00Z', reason: 'the forecast is wrong' }, '')).toEqual({ __typename: 'SuspendHedgingSuccess' });
  expect((await place({})).order.status).toBe('NEW'); // a person's own order goes on
  await visit();
  expect((await orders()).filter(({ status }) => status === 'NEW')).toMatchObject([{ n: 96 }]);
  await mutate('recordTrade', { idempotencyKey: newId(), gridAreaId: area.id, side: 'BUY', from: `${DAY}T14:00:00Z`, until: `${DAY}T15:00:00Z`, kilowatts: 40, pricePerMwh: '80', counterparty: 'EEX' }, '');
  await watch();
  await mutate('resumeHedging', { gridAreaId: area.id, reason: 'it is right' }, '');
  expect((await database.owner.query(`SELECT subject FROM energy.due WHERE kind = 'VISIT_EXCHANGE' AND subject = $1`, [`orders of ${area.id}`])).rowCount).toBe(1);
  await watch();
  await visit();
  expect((await orders()).some(({ status }) => status === 'NEW')).toBe(false);
  const { rows } = await database.owner.query(`SELECT reason, count(*)::int AS n FROM energy.hedge_order WHERE grid_area_id = $1 AND status = 'EXPIRED' AND from_at >= $2 AND until_at <= $3 GROUP BY 1`, [area.id, `${DAY}T14:00:00Z`, `${DAY}T15:00:00Z`]);
  expect(rows).toEqual([{ reason: 'While hedging rested, less came to be open than was ordered.', n: 4 }]);
});

const ORDER = '... on PlaceHedgeOrderSuccess { replayed order { id status placedBy reason kilowatts origin states { status } } } ... on InputInvalid { faults { path fault allowed } } ... on IdempotencyKeyReused { idempotencyKey } ... on GridAreaNotFound { gridAreaId }';
const place = (input: object) => mutate('placeHedgeOrder', { clientOrderId: newId(), gridAreaId: area.id, side: 'BUY', from: `${DAY}T10:00:00Z`, until: `${DAY}T11:00:00Z`, kilowatts: 100, limitPricePerMwh: null, ...input }, ORDER);

test('an order of a person is placed once under its id', async () => {
  await demand(0);
  const input = { clientOrderId: newId() };
  const placed = await place(input);
  expect(placed).toMatchObject({ replayed: false, order: { status: 'NEW', origin: 'MANUAL', placedBy: 'tester@demo.test', states: [{ status: 'NEW' }] } });
  const again = await Promise.all([place(input), place(input)]);
  for (const one of again) expect(one).toEqual({ ...placed, replayed: true });
  expect(await place({ ...input, kilowatts: 101 })).toEqual({ __typename: 'IdempotencyKeyReused', idempotencyKey: input.clientOrderId });
  await control({ rejectNext: { count: 1, reason: 'CREDIT_LINE' } });
  await visit();
  await setTime('2026-11-26T09:00:00Z');
  expect(await place(input)).toMatchObject({ replayed: true, order: { status: 'REJECTED', reason: 'CREDIT_LINE', states: [{ status: 'NEW' }, { status: 'REJECTED' }] } });
  expect(await orders()).toMatchObject([{ status: 'REJECTED', n: 1 }]);
});

test.each([
  [{ kilowatts: 0 }, { faults: [{ path: 'kilowatts', fault: '0 is not a tradable power', allowed: '1 to 10000000' }] }],
  [{ from: '2026-11-24T08:30:00Z' }, { faults: [{ path: 'from', fault: 'lies in the past', allowed: '2026-11-24T09:00:00.000Z or later' }] }],
  [{ clientOrderId: '' }, { faults: [{ path: 'clientOrderId' }] }],
  [{ gridAreaId: 'x' }, { __typename: 'GridAreaNotFound', gridAreaId: 'x' }],
])('an order of a person with %j is refused, and nothing is kept', async (input, answer) => {
  await demand(0);
  expect(await place(input)).toMatchObject(answer);
  expect(await orders()).toEqual([]);
});

test('a trade is amended or cancelled, once; positions follow, and all that was stays to be seen', async () => {
  await demand(30_000);
  const open = async () => Number((await database.owner.query('SELECT open_watt_hours FROM energy.current_position WHERE grid_area_id = $1 AND start_at = $2', [area.id, `${DAY}T10:00:00Z`])).rows[0]!.open_watt_hours);
  const { trade } = await mutate('recordTrade', { idempotencyKey: newId(), gridAreaId: area.id, side: 'BUY', from: `${DAY}T10:00:00Z`, until: `${DAY}T11:00:00Z`, kilowatts: 100, pricePerMwh: '90', counterparty: 'EEX' }, '... on RecordTradeSuccess { trade { id amendment { reason } replaces { id } } }');
  expect(trade).toMatchObject({ amendment: null, replaces: null });
  expect(await open()).toBe(5_000);
  const AMEND = '... on AmendTradeSuccess { replayed trade { id kilowatts wattHours pricePerMwh replaces { id amendment { reason amendedBy replacedBy { id } } } } } ... on TradeNoLongerStands { tradeId replacedById } ... on TradeNotFound { tradeId } ... on InputInvalid { faults { path } }';
  const amend = (input: object) => mutate('amendTrade', { idempotencyKey: newId(), tradeId: trade.id, kilowatts: 80, pricePerMwh: '91.5', reason: 'broker confirmed 80', ...input }, AMEND);
  const key = newId();
  const both = await Promise.all([amend({ idempotencyKey: key }), amend({ idempotencyKey: key }), amend({})]);
  const [done] = both.filter(({ replayed }) => replayed === false);
  const amended = done ?? both.find(({ __typename: kind }) => kind === 'AmendTradeSuccess');
  expect(amended.trade).toMatchObject({ kilowatts: 80, wattHours: 80_000, pricePerMwh: '91.5', replaces: { id: trade.id, amendment: { reason: 'broker confirmed 80', amendedBy: 'tester@demo.test', replacedBy: { id: amended.trade.id } } } });
  expect(await open()).toBe(10_000);
  expect(await amend({})).toEqual({ __typename: 'TradeNoLongerStands', tradeId: trade.id, replacedById: amended.trade.id });
  expect(await amend({ tradeId: newId() })).toMatchObject({ __typename: 'TradeNotFound' });
  expect(await amend({ kilowatts: 0, reason: '' })).toMatchObject({ faults: [{ path: 'kilowatts' }, { path: 'reason' }] });
  const cancel = () => mutate('cancelTrade', { idempotencyKey: newId(), tradeId: amended.trade.id, reason: 'did not happen' }, '... on CancelTradeSuccess { trade { amendment { replacedBy { id } } } } ... on TradeNoLongerStands { replacedById }');
  expect(await cancel()).toMatchObject({ trade: { amendment: { replacedBy: null } } });
  expect(await open()).toBe(30_000);
  expect(await cancel()).toMatchObject({ __typename: 'TradeNoLongerStands', replacedById: null });
  expect(await count('trade WHERE grid_area_id = $1')).toBe(2);
});

test('a trade is corrected until 16:00 of the working day after its first day of delivery, and not later', async () => {
  await demand(0);
  const { trade } = await mutate('recordTrade', { idempotencyKey: newId(), gridAreaId: area.id, side: 'BUY', from: `${DAY}T10:00:00Z`, until: '2026-12-25T11:00:00Z', kilowatts: 10, pricePerMwh: '90', counterparty: 'EEX' }, '... on RecordTradeSuccess { trade { id } }');
  const amend = (tradeId: string) => mutate('amendTrade', { idempotencyKey: newId(), tradeId, kilowatts: 11, pricePerMwh: '90', reason: 'confirmed otherwise' }, '... on AmendTradeSuccess { trade { id } } ... on TradeCorrectionsEnded { tradeId endedAt message }');
  await setTime('2026-11-26T15:00:00Z');
  const amended = await amend(trade.id);
  expect(amended).toMatchObject({ __typename: 'AmendTradeSuccess' });
  // The day is over: its positions have what now counts, as profit and loss has.
  const { rows } = await database.owner.query('SELECT array_agg(DISTINCT hedged_watt_hours) AS hedged FROM energy.current_position WHERE grid_area_id = $1 AND start_at < $2', [area.id, '2026-11-25T23:00:00Z']);
  expect(rows[0].hedged).toEqual([0n, 2_750n].map(String));
  await setTime('2026-11-26T15:00:00.001Z');
  const ended = { __typename: 'TradeCorrectionsEnded', endedAt: '2026-11-26T15:00:00.000Z' };
  expect(await amend(amended.trade.id)).toEqual({ ...ended, tradeId: amended.trade.id, message: 'It delivers since 2026-11-25; until 2026-11-26T15:00:00.000Z it could be corrected with its counterparty.' });
  expect(await mutate('cancelTrade', { idempotencyKey: newId(), tradeId: amended.trade.id, reason: 'none' }, '... on TradeCorrectionsEnded { endedAt }')).toEqual(ended);
});

test('the market place may fail; it is asked again later, and somebody is told', async () => {
  await demand(10_000);
  await watch();
  await control({ fail: { status: 503, count: 3 } });
  for (let tries = 0; tries < 3; tries += 1) await visit();
  const told = () => count(`alert WHERE kind = 'EXCHANGE_UNREACHABLE' AND cleared_at IS NULL`);
  expect(await told()).toBe(1);
  expect((await database.owner.query(`SELECT due_at FROM energy.due WHERE subject = 'again'`)).rows).toEqual([{ due_at: new Date('2026-11-24T09:00:20Z') }]);
  await visit();
  expect(await told()).toBe(0);
  expect(await orders()).toMatchObject([{ status: 'FILLED', n: 96 }]);
});

test('executions that cannot be ours are left out, and somebody is told', async () => {
  await demand(10_000);
  await watch();
  const [order] = (await database.owner.query('SELECT id FROM energy.hedge_order WHERE grid_area_id = $1 ORDER BY from_at LIMIT 1', [area.id])).rows;
  const strange = { ...market, place: async () => [], executionsAfter: async (position: bigint) => ({ next: position + 1n, more: false, executions: [
    { kind: 'FILL' as const, executionId: newId(), orderId: newId(), kilowatts: 1n, pricePerMwh: '1', at: new Date(NOW) },
    { kind: 'FILL' as const, executionId: newId(), orderId: order.id, kilowatts: 41n, pricePerMwh: '1', at: new Date(NOW) },
  ] }) };
  await visit(); // all filled
  await visit(strange);
  expect(await count(`alert WHERE kind = 'DATA_INVALID' AND cleared_at IS NULL`)).toBe(2);
  expect(await orders()).toEqual([{ status: 'FILLED', n: 96, kw: 3_840 }]);
  await database.owner.query(`UPDATE energy.exchange_cursor SET position = position - 1`);
});

test('relay and workers carry a breach to its trades by themselves', async () => {
  const relay = await startRelay({ url: await database.urlOf('relay', 'relay'), tenant: 'demo', hearersOf });
  const workers = await startWorkers(runtime);
  try {
    await demand(10_000);
    await waitFor('96 filled orders', async () => (await orders()).some(({ status, n }) => status === 'FILLED' && n === 96), 30_000);
    await waitFor('the alert to go', async () => (await alerts()).length === 0);
  } finally {
    await workers.stop();
    await relay.stop();
  }
});
