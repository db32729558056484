// GraphQL and events in, positions and frames out: with the data service's simulator, the relay and the domain's workers running.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeCursor } from '@stromgraph/kernel/connection';
import { ContractConfirmed } from '@stromgraph/events/contracts';
import { hearersOf } from '@stromgraph/events/subscriptions';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { startRelay } from '@stromgraph/kernel/relay';
import type { Subgraph } from '@stromgraph/kernel/subgraph';
import { PrismaClient } from '@stromgraph/prisma-energy/client';
import { startEnet } from '../../simulators/enet/server.ts';
import { actorWith, ask } from '../../tests/ask.ts';
import { aConfirmedContract } from '../../tests/build/contract-confirmed.ts';
import { type TestDatabase, testDatabase } from '../../tests/database.ts';
import { tell } from '../../tests/facts.ts';
import { listen } from '../../tests/listen.ts';
import { waitFor, waitForRelay } from '../../tests/wait.ts';
import { dynamisationOn } from './profiles/dynamisation.ts';
import { startServer } from './server.ts';
import { startWorkers } from './worker.ts';

const trader = actorWith('energy:read', 'energy:write');
const NOW = '2026-11-24T09:00:00Z'; // a Tuesday, 10:00 in Berlin
const [NORD, OST, WEST] = ['11YSTROM-NORD--9', '11YSTROM-OST---O', '11YSTROM-WEST--B'] as const;
const areaId = (code: string) => idOf('grid-area', code);

let database: TestDatabase;
let energy: Subgraph;
let enet: Awaited<ReturnType<typeof startEnet>>;
const stopping: { stop: () => Promise<void> }[] = [];

beforeAll(async () => {
  database = await testDatabase();
  await database.setClock(NOW);
  enet = await startEnet();
  await control({ now: NOW, running: false, withheld: ['INTRADAY_FORECAST', 'WEEK_AHEAD_FORECAST'] }); // the days after tomorrow are left to load profiles
  const runtime = await database.runtime('energy', PrismaClient, { STROMGRAPH_ENET_URL: enet.url, STROMGRAPH_ENET_POLL_MS: '50' });
  energy = await startServer(runtime);
  stopping.push(await startRelay({ url: await database.urlOf('relay', 'relay'), tenant: 'demo', hearersOf }), await startWorkers(runtime));
  await waitFor('the forecasts of five areas for tomorrow', async () => (await database.owner.query(`SELECT FROM energy.demand_forecast WHERE delivery_day = '2026-11-25'`)).rowCount === 5);
  await waitForRelay(database, 'energy');
});
afterAll(async () => {
  for (const part of stopping) await part.stop();
  await energy.stop();
  await enet.stop();
  await database.drop();
});

const control = (change: object) => enetPut('/_control', change);
const enetPut = (path: string, body: object) => fetch(enet.url + path, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
const publishForecast = (change: object) =>
  fetch(`${enet.url}/_publish`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ kind: 'DAY_AHEAD_FORECAST', gridAreas: [WEST], deliveryDays: ['2026-11-25'], ...change }) });

const POSITION = 'id start end demandWattHours hedgedWattHours openWattHours averagePricePerMwh value { cents } status breach forecastVersion gridArea { code name }';
const LIVE = `subscription ($areas: [ID!], $from: DateTime!, $until: DateTime!, $after: SafeInt, $maxHz: Int! = 10) {
  openPositionUpdated(gridAreaIds: $areas, from: $from, until: $until, afterSeq: $after, maxHz: $maxHz) { seq committedAt reset positions { ${POSITION} } } }`;
const TRADE = `mutation ($input: RecordTradeInput!) { recordTrade(input: $input) { __typename
  ... on RecordTradeSuccess { replayed trade { id product wattHours pricePerMwh recordedBy gridArea { code } } }
  ... on GridAreaNotFound { gridAreaId } ... on InputInvalid { faults { path fault allowed } } ... on IdempotencyKeyReused { idempotencyKey } } }`;

type Position = { start: string; demandWattHours: number; hedgedWattHours: number; openWattHours: number; averagePricePerMwh: string | null; status: string; breach: string | null; forecastVersion: number | null };
type Frame = { openPositionUpdated: { seq: number; committedAt: string; reset: boolean; positions: Position[] } };

const watch = async (code: string, from: string, until: string, after: number | null = null) => {
  const listener = listen<Frame>(energy.url, trader, LIVE, { areas: [areaId(code)], from, until, after });
  return { next: async () => (await listener.next()).openPositionUpdated, stop: listener.stop };
};

async function forecast(variables: object) {
  const { data, errors } = await ask(energy.url, trader, `query ($gridAreaId: ID!, $deliveryDay: LocalDate!, $version: Int) { forecast(gridAreaId: $gridAreaId, deliveryDay: $deliveryDay, version: $version) {
    version start cutOffAt wattHours horizon gridArea { code } } }`, variables);
  expect(errors).toBeUndefined();
  return data.forecast;
}

async function trade(input: object) {
  const { data, errors } = await ask(energy.url, trader, TRADE, {
    input: { idempotencyKey: newId(), gridAreaId: areaId(OST), side: 'BUY', from: '2026-11-26T10:00:00Z', until: '2026-11-26T11:00:00Z', kilowatts: 100, pricePerMwh: '90', counterparty: 'EEX', ...input },
  });
  expect(errors).toBeUndefined();
  return data.recordTrade;
}

const confirm = (code: string, change: object) => {
  const contract = aConfirmedContract({ gridAreaId: areaId(code), gridAreaCode: code, meteringKind: 'PROFILE', ...change });
  return tell(database.owner, ContractConfirmed, { aggregateType: 'contract', aggregateId: contract.contractId, data: contract }).then(() => contract);
};

/** What a contract uses in a quarter hour, by the data service's own curve and exact arithmetic. */
async function profiled(yearly: bigint, day: string, slot: number): Promise<number> {
  const { values } = (await (await fetch(`${enet.url}/v1/load-profiles/H25?year=2026`)).json()) as { values: Record<string, Record<string, string[]>> };
  const value = BigInt(values[String(Number(day.slice(5, 7)))]!['WT']![slot]!.replace('.', '')); // three decimals
  const exact = yearly * value * BigInt(dynamisationOn(day).replace('.', '')); // and four
  const unit = 1_000_000n * 10_000_000n;
  return Number((exact + unit / 2n) / unit);
}

test('a confirmed contract moves the delivery hours from its start on, and only those', async () => {
  const live = await watch(OST, '2026-11-25T22:00:00Z', '2026-11-26T23:00:00Z');
  const before = await live.next();
  expect(before).toMatchObject({ reset: true, positions: { length: 100 } });
  const contract = await confirm(OST, { startOn: '2026-11-26', expectedWattHours: '3500000' });
  const change = await live.next();
  expect(change.reset).toBe(false);
  expect(change.seq).toBeGreaterThan(before.seq);
  expect(change.positions).toHaveLength(96);
  expect(change.positions[0]!.start).toBe('2026-11-25T23:00:00.000Z');
  for (const slot of [0, 33, 76, 95]) {
    const expected = await profiled(3_500_000n, '2026-11-26', slot);
    expect(change.positions[slot]).toMatchObject({ demandWattHours: expected, hedgedWattHours: 0, openWattHours: expected, status: 'OPEN', breach: 'PCT', forecastVersion: null, value: null, gridArea: { code: OST, name: 'Netzgebiet Ost' } });
  }
  // The same contract a second time changes nothing: the next thing heard is another contract.
  await tell(database.owner, ContractConfirmed, { aggregateType: 'contract', aggregateId: contract.contractId, data: contract });
  await confirm(OST, { startOn: '2026-11-26', expectedWattHours: '1000000' });
  const sum = (await live.next()).positions[76]!.demandWattHours;
  expect(sum).toBe(await profiled(4_500_000n, '2026-11-26', 76));
  await live.stop();
});

test('a trade moves its delivery hours at once, is recorded once, and never changes', async () => {
  const live = await watch(OST, '2026-11-25T23:00:00Z', '2026-11-26T23:00:00Z');
  await live.next();
  const input = { idempotencyKey: newId(), gridAreaId: areaId(OST), side: 'BUY', from: '2026-11-26T10:00:00Z', until: '2026-11-26T11:00:00Z', kilowatts: 100, pricePerMwh: '90', counterparty: 'EEX' };
  const recorded = await trade(input);
  expect(recorded).toMatchObject({ __typename: 'RecordTradeSuccess', replayed: false, trade: { product: 'HOUR', wattHours: 100_000, pricePerMwh: '90', recordedBy: 'tester@demo.test', gridArea: { code: OST } } });
  const change = await live.next();
  expect(change.positions.map(({ start }) => start.slice(11, 16))).toEqual(['10:00', '10:15', '10:30', '10:45']);
  for (const position of change.positions) {
    expect(position).toMatchObject({ hedgedWattHours: 25_000, averagePricePerMwh: '90.00000' });
    expect(position.openWattHours).toBe(position.demandWattHours - 25_000);
  }
  expect(await trade(input)).toEqual({ ...recorded, replayed: true });
  expect(await trade({ ...input, kilowatts: 101 })).toEqual({ __typename: 'IdempotencyKeyReused', idempotencyKey: input.idempotencyKey });
  await trade({ side: 'SELL', from: '2026-11-26T10:15:00Z', until: '2026-11-26T10:30:00Z', kilowatts: 100, pricePerMwh: '95' });
  expect((await live.next()).positions).toMatchObject([{ hedgedWattHours: 0, averagePricePerMwh: '90.00000' }]);
  await live.stop();
  const { data } = await ask(energy.url, trader, `query ($areas: [ID!]) { trades(gridAreaIds: $areas, from: "2026-11-26T10:00:00Z", until: "2026-11-26T10:30:00Z", first: 1) { nodes { id side } pageInfo { hasNextPage endCursor } } }`, { areas: [areaId(OST)] });
  expect(data.trades).toMatchObject({ nodes: [{ id: recorded.trade.id, side: 'BUY' }], pageInfo: { hasNextPage: true } });
});

test.each([
  [{ gridAreaId: newId() }, { __typename: 'GridAreaNotFound' }],
  [{ gridAreaId: 'north' }, { __typename: 'GridAreaNotFound', gridAreaId: 'north' }],
  [{ from: '2026-11-24T08:30:00Z' }, { faults: [{ path: 'from', fault: 'lies in the past', allowed: '2026-11-24T09:00:00.000Z or later' }] }],
  [{ kilowatts: 0, counterparty: '' }, { faults: [{ path: 'kilowatts' }, { path: 'counterparty' }] }],
  [{ idempotencyKey: '' }, { faults: [{ path: 'idempotencyKey' }] }],
  [{ pricePerMwh: '1.1234567' }, { faults: [{ path: 'pricePerMwh' }] }],
])('a trade with %j is refused', async (input, answer) => {
  expect(await trade(input)).toMatchObject(answer);
});

test.each(['NaN', 'Infinity', '-Infinity'])('a trade at %s is refused at the door', async (pricePerMwh) => {
  const input = { idempotencyKey: newId(), gridAreaId: areaId(OST), side: 'BUY', from: '2026-11-26T10:00:00Z', until: '2026-11-26T11:00:00Z', kilowatts: 100, pricePerMwh, counterparty: 'EEX' };
  const { errors } = await ask(energy.url, trader, TRADE, { input });
  expect(errors).toMatchObject([{ message: expect.stringContaining('pricePerMwh'), extensions: { code: 'BAD_USER_INPUT' } }]);
});

test('a forecast moves the position soon after its publication; contracts after its cut-off are added by profile', async () => {
  const live = await watch(WEST, '2026-11-24T23:00:00Z', '2026-11-25T23:00:00Z');
  const { positions } = await live.next();
  expect(new Set(positions.map(({ forecastVersion }) => forecastVersion))).toEqual(new Set([1]));
  await confirm(WEST, { startOn: '2026-11-20', expectedWattHours: '40000000' });
  const added = await live.next();
  const byProfile = await profiled(40_000_000n, '2026-11-25', 70);
  expect(added.positions[70]!.demandWattHours - positions[70]!.demandWattHours).toBe(byProfile);
  const publishedAt = performance.now();
  await publishForecast({ wattHours: 5_000 }); // cut off half an hour ago
  const moved = await live.next();
  expect(performance.now() - publishedAt).toBeLessThan(5_000); // a second on a quiet machine: the journey test holds it to that
  expect(moved.positions).toHaveLength(96);
  expect(moved.positions[70]).toMatchObject({ demandWattHours: 5_000 + byProfile, forecastVersion: 2 });
  await publishForecast({ wattHours: 7_000, cutOffAt: NOW });
  expect((await live.next()).positions[70]).toMatchObject({ demandWattHours: 7_000, forecastVersion: 3 });
  await live.stop();
  expect(await forecast({ gridAreaId: areaId(WEST), deliveryDay: '2026-11-25' })).toMatchObject({ version: 3, horizon: 'DAY_AHEAD', start: '2026-11-24T23:00:00.000Z', cutOffAt: '2026-11-24T09:00:00.000Z', wattHours: { length: 96 }, gridArea: { code: WEST } });
  expect((await forecast({ gridAreaId: areaId(WEST), deliveryDay: '2026-11-25', version: 2 })).wattHours[0]).toBe(5_000);
  expect(await forecast({ gridAreaId: areaId(WEST), deliveryDay: '2027-11-25' })).toBeNull();
});

test('forecasts can be followed', async () => {
  const listener = listen(energy.url, trader, 'subscription ($areas: [ID!]) { forecastUpdated(gridAreaIds: $areas, from: "2026-11-24", until: "2026-11-27") { reset seq forecasts { deliveryDay version wattHours } } }', { areas: [areaId(NORD)] });
  const { forecastUpdated: first } = await listener.next();
  expect(first).toMatchObject({ reset: true, forecasts: [{ deliveryDay: '2026-11-24', version: 2 }, { deliveryDay: '2026-11-25', version: 1 }] });
  await publishForecast({ gridAreas: [NORD], deliveryDays: ['2026-11-26'], wattHours: 12 });
  expect((await listener.next()).forecastUpdated).toMatchObject({ reset: false, forecasts: [{ deliveryDay: '2026-11-26', version: 1 }] });
  await listener.stop();
});

test('a client that comes back continues after the last seq that it saw', async () => {
  const first = await watch(NORD, '2026-11-26T23:00:00Z', '2026-11-27T23:00:00Z');
  const { seq } = await first.next();
  await first.stop();
  await trade({ gridAreaId: areaId(NORD), from: '2026-11-27T12:00:00Z', until: '2026-11-27T12:30:00Z', kilowatts: 4 });
  const again = await watch(NORD, '2026-11-26T23:00:00Z', '2026-11-27T23:00:00Z', seq);
  const missed = await again.next();
  expect(missed).toMatchObject({ reset: false, positions: [{ hedgedWattHours: 1_000 }, { hedgedWattHours: 1_000 }] });
  expect(missed.seq).toBeGreaterThan(seq);
  await again.stop();
  const fromTheFuture = await watch(NORD, '2026-11-26T23:00:00Z', '2026-11-27T23:00:00Z', 1_000_000_000);
  expect(await fromTheFuture.next()).toMatchObject({ reset: true, positions: { length: 96 } });
  await fromTheFuture.stop();
});

test('positions come in pages, in order of delivery, and by id', async () => {
  const QUERY = `query ($first: Int!, $after: String) { openPositions(from: "2026-11-26T10:00:00Z", until: "2026-11-26T10:30:00Z", first: $first, after: $after) { nodes { ${POSITION} } pageInfo { hasNextPage endCursor } } }`;
  const all = (await ask(energy.url, trader, QUERY, { first: 100 })).data.openPositions.nodes;
  expect(all).toHaveLength(10); // five areas, two quarter hours
  const page = (await ask(energy.url, trader, QUERY, { first: 7 })).data.openPositions;
  const rest = (await ask(energy.url, trader, QUERY, { first: 7, after: page.pageInfo.endCursor })).data.openPositions;
  expect([...page.nodes, ...rest.nodes]).toEqual(all);
  expect([page.pageInfo.hasNextPage, rest.pageInfo.hasNextPage]).toEqual([true, false]);
  const { data } = await ask(energy.url, trader, `query ($ids: [_Any!]!) { _entities(representations: $ids) { ... on OpenPosition { id start } ... on GridArea { code controlAreaCode federalState } } }`, {
    ids: [{ __typename: 'OpenPosition', id: all[3].id }, { __typename: 'OpenPosition', id: newId() }, { __typename: 'OpenPosition', id: 'x' }, { __typename: 'GridArea', id: areaId(NORD) }],
  });
  expect(data._entities).toEqual([{ id: all[3].id, start: all[3].start }, null, null, { code: NORD, controlAreaCode: '10YDE-EON------1', federalState: 'SH' }]);
  const { data: areas } = await ask(energy.url, trader, '{ gridAreas(first: 2) { nodes { name } pageInfo { hasNextPage } } }');
  expect(areas.gridAreas).toEqual({ nodes: [{ name: 'Netzgebiet Nord' }, { name: 'Netzgebiet Ost' }], pageInfo: { hasNextPage: true } });
});

test.each([
  ['{ openPositions(from: "2026-11-26T10:00:00Z", until: "2026-11-26T10:00:00Z") { nodes { id } } }', /until: is not after from/],
  ['{ positionParts(from: "9999-12-29T00:00:00Z", until: "9999-12-31T23:45:00Z", figure: DEMAND) { nodes { id } } }', /until: is beyond the calendar \(allowed: 9999-12-30/],
  ['{ openPositions(from: "2026-11-26T10:00:00Z", until: "2026-11-27T10:00:00Z", first: 501) { nodes { id } } }', /first: 501.*1 to 500/],
  ['{ openPositions(gridAreaIds: ["west"], from: "2026-11-26T10:00:00Z", until: "2026-11-27T10:00:00Z") { nodes { id } } }', /gridAreaIds\.0/],
  ['{ openPositions(from: "2026-11-26T10:00:00", until: "2026-11-27T10:00:00Z") { nodes { id } } }', /2026-11-26T10:00:00 has no offset/],
  ['{ trades(from: "2026-11-26T10:00:00Z", until: "2026-11-27T10:00:00Z", after: "x") { nodes { id } } }', /after: is not a cursor/],
  ...['openPositions(from: "2026-11-26T10:00:00Z", until: "2026-11-27T10:00:00Z"', 'trades(from: "2026-11-26T10:00:00Z", until: "2026-11-27T10:00:00Z"', 'hedgeOrders(from: "2026-11-26T10:00:00Z", until: "2026-11-27T10:00:00Z"', 'energyAlerts(standing: true', 'clearingCases(first: 5', 'gridAreas(first: 5'].map(
    (list): [string, RegExp] => [`{ ${list}, after: "${encodeCursor(['Netzgebiet Nord', 'of another list'])}") { nodes { id } } }`, /after: is not a cursor/],
  ),
])('%s is refused', async (query, message) => {
  const { errors } = await ask(energy.url, trader, query);
  expect(errors).toMatchObject([{ message: expect.stringMatching(message) }]);
  expect(['BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED']).toContain(errors![0]!.extensions.code);
});

test.each([
  [{ until: '2026-12-24T00:00:00Z' }, 'at most 8 days'],
  [{ maxHz: 11 }, 'allowed: 1 to 10'],
  [{ areas: ['west'] }, 'ids of grid areas'],
])('a subscription with %j is refused', async (change, message) => {
  const listener = listen(energy.url, trader, LIVE, { areas: null, from: '2026-11-24T00:00:00Z', until: '2026-11-25T00:00:00Z', ...change });
  await expect(listener.next()).rejects.toThrow(message);
});

test('nobody reads or trades without the scope', async () => {
  const reader = actorWith('energy:read');
  expect((await ask(energy.url, actorWith(), '{ gridAreas { nodes { id } } }')).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  expect((await ask(energy.url, null, '{ gridAreas { nodes { id } } }')).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  expect((await ask(energy.url, reader, TRADE, { input: { idempotencyKey: 'k', gridAreaId: areaId(OST), side: 'BUY', from: NOW, until: NOW, kilowatts: 1, pricePerMwh: '1', counterparty: 'x' } })).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  await expect(listen(energy.url, actorWith(), LIVE, { areas: null, from: NOW, until: '2026-11-25T00:00:00Z' }).next()).rejects.toThrow('FORBIDDEN');
  const stolen = await ask(energy.url, actorWith(), 'query ($ids: [_Any!]!) { _entities(representations: $ids) { ... on GridArea { code } } }', { ids: [{ __typename: 'GridArea', id: areaId(NORD) }] });
  expect(stolen.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});

test('a data service that fails is left alone for a while of business time, then read on from where it was', async () => {
  await control({ fail: { status: 503, count: 1 } });
  const cursor = async () => (await database.owner.query('SELECT failures, retry_at FROM energy.publication_cursor')).rows[0];
  await publishForecast({ deliveryDays: ['2026-11-27'], wattHours: 99 });
  await waitFor('the failure', async () => (await cursor()).failures === 1);
  expect((await cursor()).retry_at.toISOString()).toMatch(/^2026-11-24T09:00:0/);
  await database.setClock('2026-11-24T09:00:02Z');
  await waitFor('the forecast that came meanwhile', async () => (await forecast({ gridAreaId: areaId(WEST), deliveryDay: '2026-11-27' }))?.wattHours[0] === 99);
  await waitFor('the failure to be over', async () => (await cursor()).failures === 0);
});

test('at midnight in Berlin the next day opens, with what the contracts then use', async () => {
  await database.setClock('2026-11-24T23:00:00Z');
  const opened = await waitFor('the new day', async () => {
    const { data } = await ask(energy.url, trader, `query ($areas: [ID!]) { openPositions(gridAreaIds: $areas, from: "2026-11-27T23:00:00Z", until: "2026-11-28T23:00:00Z") { nodes { start demandWattHours } } }`, { areas: [areaId(OST)] });
    return data.openPositions.nodes.length === 96 && data.openPositions.nodes;
  });
  expect(opened[76].demandWattHours).toBeGreaterThan(0);
});
