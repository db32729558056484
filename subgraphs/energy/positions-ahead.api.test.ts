// Positions beyond the open days as people read them: per hour to the end of next week, per month beyond, and what each is made of.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hearersOf } from '@stromgraph/events/subscriptions';
import { type Db, transact } from '@stromgraph/kernel/database';
import { runDue } from '@stromgraph/kernel/due';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { makeLog } from '@stromgraph/kernel/log';
import { startRelay } from '@stromgraph/kernel/relay';
import type { Subgraph } from '@stromgraph/kernel/subgraph';
import { addDays, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { PrismaClient } from '@stromgraph/prisma-energy/client';
import { startExchange } from '../../simulators/exchange/server.ts';
import { actorWith, ask } from '../../tests/ask.ts';
import { type TestDatabase, testDatabase } from '../../tests/database.ts';
import { listen } from '../../tests/listen.ts';
import { waitFor, waitForRelay } from '../../tests/wait.ts';
import { addContracts } from './actions/add-contracts.ts';
import { importForecast } from './actions/import-forecast.ts';
import { importGridAreas } from './actions/import-grid-areas.ts';
import { importLoadProfile } from './actions/import-load-profile.ts';
import { takeCurveDays } from './actions/take-curves.ts';
import { visitExchange } from './actions/visit-exchange.ts';
import { watchTenors } from './actions/watch-tenors.ts';
import { openExchangeAt } from './clients/exchange.ts';
import { dueHandlersWith } from './jobs/due.ts';
import { addCurves } from './store/curves.ts';
import { startServer } from './server.ts';
import { openExchange } from './store/executions.ts';

const trader = actorWith('energy:read', 'energy:write');
/** A Tuesday: hours reach from the 24th to Sunday the 1st of November, over the clock change. */
const TODAY = '2026-10-20';
const AREAS = [['11YSTROM-NORD--9', 'Nord', 'SH'], ['11YSTROM-WEST--B', 'West', 'NW']] as const;
const [NORD, WEST] = [idOf('grid-area', AREAS[0][0]), idOf('grid-area', AREAS[1][0])];
const START = startOfDay(TODAY);
const END = startOfDay('2027-01-01');
const [HOURS, MONTHS] = [startOfDay('2026-10-24'), startOfDay('2026-11-02')];
let database: TestDatabase;
let db: Db;
let energy: Subgraph;

const HANDLERS = dueHandlersWith({ checkEveryHours: 24 });
/** Until it is done: on a busy machine work may run out of time and be put off. */
const doDue = () =>
  waitFor('all that is due', async () => {
    await runDue(db, HANDLERS, { keyring: undefined as never, log: makeLog('test', 'silent') });
    return (await db.sql`SELECT FROM energy.due WHERE due_at <= platform.business_now() AND kind = ANY (${Object.keys(HANDLERS)}::text[])`).length === 0;
  });
const recordTrade = async (trade: object) => {
  const { data, errors } = await ask(energy.url, trader, 'mutation ($input: RecordTradeInput!) { recordTrade(input: $input) { __typename ... on RecordTradeSuccess { trade { id } } } }', { input: { idempotencyKey: newId(), pricePerMwh: '80', counterparty: 'EEX', ...trade } });
  expect(errors).toBeUndefined();
  return data.recordTrade.trade.id as string;
};

beforeAll(async () => {
  database = await testDatabase();
  await database.setClock(`${TODAY}T09:00:00Z`);
  const runtime = await database.runtime('energy', PrismaClient);
  db = runtime.tenants.get('demo')!.db;
  energy = await startServer(runtime);
  await importGridAreas(db, AREAS.map(([code, name, federalState]) => ({ id: idOf('grid-area', code), code, name, balancingAreaCode: code, controlAreaCode: null, federalState })));
  for (const code of ['H25', 'G25'])
    await importLoadProfile(db, {
      code, year: 2026, version: 1, dynamised: code === 'H25', seasonal: false, source: 'ENET', publishedAt: new Date('2025-10-01T07:00:00Z'),
      values: Array.from({ length: 12 }, (_, month) => (['WT', 'SA', 'FT'] as const).flatMap((dayType, type) => Array.from({ length: 96 }, (_slot, slot) => ({ month: month + 1, dayType, slot, value: (15.013 + type + slot * 0.137).toFixed(3) })))).flat(),
    });
  const contracts = Array.from({ length: 21 }, (_, nth) => {
    const [gridAreaCode] = AREAS[nth % 2]!;
    return { contractId: newId(), gridAreaId: idOf('grid-area', gridAreaCode), gridAreaCode, profile: nth % 3 === 0 ? 'G25' : 'H25', meteringKind: 'PROFILE', expectedWattHours: String(1_234_567 + nth * 777_777), startOn: nth % 4 === 0 ? '2026-11-15' : '2026-01-01', endOn: nth % 7 === 0 ? '2026-12-01' : null, confirmedAt: `2026-10-1${nth % 9}T10:00:00Z` };
  });
  await transact(db, (tx) => addContracts(tx, contracts));
  await importForecast(db, { horizon: 'YEAR_AHEAD', basis: 'SLP', gridAreaId: NORD, deliveryDay: '2026-01-01', version: 1, publishedAt: new Date('2025-10-12T11:00:00Z'), cutOffAt: new Date('2025-10-12T09:00:00Z'), position: 1n, wattHours: Array.from({ length: 2_016 }, (_, nth) => BigInt(40_001 + nth)) });
  await importForecast(db, { horizon: 'WEEK_AHEAD', basis: 'SLP', gridAreaId: NORD, deliveryDay: '2026-10-19', version: 3, publishedAt: new Date('2026-10-16T11:00:00Z'), cutOffAt: new Date('2026-10-14T12:00:00Z'), position: 2n, wattHours: Array.from({ length: 169 }, (_, nth) => BigInt(50_002 + nth)) });
  const curveId = newId();
  await transact(db, (tx) => addCurves(tx, [{ curveId, tradingDay: '2026-10-19', version: 1, publishedAt: '2026-10-19T17:00:00Z', from: TODAY, until: '2026-12-01', minutes: 60 }]));
  await transact(db, (tx) => takeCurveDays(tx, Array.from({ length: 42 }, (_, nth) => addDays(TODAY, nth)).map((day) => ({ curveId, day, eurPerMwh: Array.from({ length: quarterHoursOf(day).length / 4 }, (_hour, hour) => String(hour * 7 - 20.5)) }))));
  await recordTrade({ gridAreaId: NORD, side: 'BUY', from: `${TODAY}T09:00:00Z`, until: END, kilowatts: 30 });
  await recordTrade({ gridAreaId: WEST, side: 'SELL', from: '2026-10-31T10:15:00Z', until: '2026-11-20T10:30:00Z', kilowatts: 9 });
  await doDue();
});
afterAll(async () => {
  await energy.stop();
  await database.drop();
});

type Total = { start: string; end: string; quarterHours: number; demandWattHours: number; hedgedWattHours: number; openWattHours: number; value: { cents: number } | null; breaches: number };
/** All pages. */
async function totals(variables: object): Promise<Total[]> {
  const nodes: Total[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const { data, errors }: any = await ask(energy.url, trader, `query ($areas: [ID!], $from: DateTime!, $until: DateTime!, $step: PositionStep!, $byArea: Boolean!, $after: String) {
      positionTotals(gridAreaIds: $areas, from: $from, until: $until, step: $step, byArea: $byArea, first: 500, after: $after) {
        nodes { start end quarterHours demandWattHours hedgedWattHours openWattHours value { cents } breaches } pageInfo { hasNextPage endCursor } } }`, { areas: null, from: START, until: END, byArea: true, ...variables, after });
    expect(errors).toBeUndefined();
    nodes.push(...data.positionTotals.nodes);
    ({ hasNextPage: more, endCursor: after } = data.positionTotals.pageInfo);
  }
  return nodes;
}
const sum = (of: readonly Total[]) =>
  Object.fromEntries((['quarterHours', 'demandWattHours', 'hedgedWattHours', 'openWattHours', 'breaches'] as const).map((name) => [name, of.reduce((all, total) => all + total[name], 0)]));

test('from quarter hours to months, finer sums equal coarser ones, and what is kept coarser comes whole', async () => {
  const [quarters, hours, days, months] = await Promise.all(['QUARTER_HOUR', 'HOUR', 'DAY', 'MONTH'].map((step) => totals({ step })));
  for (const coarser of [hours!, days!, months!]) expect(sum(coarser)).toEqual(sum(quarters!));
  // Two areas: 4 days of 96 quarter hours, then 9 days with one of 25 hours, then two months.
  expect([quarters!.length, hours!.length, days!.length, months!.length]).toEqual([2 * (384 + 217 + 2), 2 * (96 + 217 + 2), 2 * (4 + 9 + 2), 2 * 3]);
  expect(sum(quarters!)['quarterHours']).toBe(2 * ((END.getTime() - START.getTime()) / 900_000));
  expect(days!.slice(-4).map(({ start, end, value }) => [start, end, value === null])).toEqual([
    ['2026-11-01T23:00:00.000Z', '2026-11-30T23:00:00.000Z', false], ['2026-11-01T23:00:00.000Z', '2026-11-30T23:00:00.000Z', false],
    ['2026-11-30T23:00:00.000Z', '2026-12-31T23:00:00.000Z', true], ['2026-11-30T23:00:00.000Z', '2026-12-31T23:00:00.000Z', true], // no prices yet
  ]);
  // A month is not cut: until within it, it is left out.
  expect(await totals({ step: 'MONTH', from: MONTHS, until: startOfDay('2026-11-20') })).toEqual([]);
});

const exact = (text: string): bigint => {
  const [whole = '', decimals = ''] = text.replace('-', '').split('.');
  return BigInt(whole + decimals.padEnd(18, '0').slice(0, 18)) * (text.startsWith('-') ? -1n : 1n);
};

test.each<[string, Date, Date, string[] | null]>([
  ['hours over the clock change', HOURS, MONTHS, null],
  ['a month', MONTHS, startOfDay('2026-12-01'), [NORD]],
  ['quarter hours, hours and a month', startOfDay('2026-10-30'), startOfDay('2026-12-01'), null],
  ['a month without prices', startOfDay('2026-12-01'), END, null],
])('%s are taken apart without a rest', async (_, from, until, areas) => {
  const [total] = await totals({ areas, from, until, step: 'MONTH', byArea: false }).then((all) => [{ ...sum(all), value: all.every(({ value }) => value) ? all.reduce((cents, { value }) => cents + value!.cents, 0) : null }]);
  const partsOf = async (figure: string) => {
    const { data, errors } = await ask(energy.url, trader, `query ($areas: [ID!], $from: DateTime!, $until: DateTime!) { positionParts(gridAreaIds: $areas, from: $from, until: $until, figure: ${figure}, first: 500) {
      nodes { kind id wattHours value { cents } contract { id } forecast { horizon version } trade { id side } curve { version } } pageInfo { hasNextPage } } }`, { areas, from, until });
    expect(errors).toBeUndefined();
    return data.positionParts.nodes as any[];
  };
  const [demand, hedged, value] = await Promise.all([partsOf('DEMAND'), partsOf('HEDGED'), partsOf('VALUE')]);
  const energyOf = (parts: any[]) => parts.reduce((all: bigint, { wattHours }) => all + exact(wattHours), 0n);
  expect(energyOf(demand)).toBe(exact(String((total as any).demandWattHours)));
  expect(energyOf(hedged)).toBe(exact(String((total as any).hedgedWattHours)));
  if (total!.value !== null) expect(value.reduce((all, part) => all + part.value.cents, 0)).toBe(total!.value);
  for (const { wattHours } of demand.filter(({ kind }) => kind === 'ROUNDING')) expect(Math.abs(Number(wattHours)) * 2).toBeLessThanOrEqual((total as any).quarterHours);
  expect(demand.filter(({ kind }) => kind === 'CONTRACT').length).toBeGreaterThan(5);
  expect(demand.some(({ forecast }) => forecast?.horizon === 'YEAR_AHEAD')).toBe(true);
  expect(hedged.every(({ trade }) => trade !== null)).toBe(true);
});

test('hours and months are open positions like others, and the newest forecast of the shortest horizon makes them', async () => {
  const { data } = await ask(energy.url, trader, `query ($area: [ID!], $from: DateTime!, $until: DateTime!) { openPositions(gridAreaIds: $area, from: $from, until: $until, first: 500) { nodes { id start end demandWattHours hedgedWattHours openWattHours forecastVersion pricePerMwh averagePricePerMwh value { cents } breach status } } }`, { area: [NORD], from: HOURS, until: END });
  const nodes = data.openPositions.nodes;
  expect(nodes).toHaveLength(217 + 2);
  expect(nodes.map(({ forecastVersion }: any) => forecastVersion)).toEqual([...Array.from({ length: 49 }, () => 3), ...Array.from({ length: 170 }, () => 1)]); // its week ends with the 25th
  expect(nodes[0]).toMatchObject({ start: '2026-10-23T22:00:00.000Z', end: '2026-10-23T23:00:00.000Z', hedgedWattHours: 30_000, pricePerMwh: '-20.50000', averagePricePerMwh: '80.00000', breach: 'PCT', status: 'OPEN' });
  expect(nodes[217]).toMatchObject({ start: '2026-11-01T23:00:00.000Z', end: '2026-11-30T23:00:00.000Z', hedgedWattHours: 30_000 * 24 * 29, breach: null });
  expect(nodes[218]).toMatchObject({ value: null, pricePerMwh: null });
});

test('a trade months ahead moves its month right after it, and nothing else', async () => {
  const before = await totals({ step: 'MONTH', areas: [WEST] });
  const id = await recordTrade({ gridAreaId: WEST, side: 'BUY', from: '2026-12-07T07:00:00Z', until: '2026-12-07T19:00:00Z', kilowatts: 100 });
  await doDue();
  const after = await totals({ step: 'MONTH', areas: [WEST] });
  expect(after.map(({ hedgedWattHours }, nth) => hedgedWattHours - before[nth]!.hedgedWattHours)).toEqual([0, 0, 1_200_000]);
  const { rows } = await database.owner.query(`SELECT r.causes, l.step, l.version FROM energy.open_position l JOIN energy.recalculation r ON r.id = l.recalculation_id WHERE r.causes = $1`, [[`trade ${id}`]]);
  expect(rows).toEqual([{ causes: [`trade ${id}`], step: 'MONTH', version: 2 }]);
});

test('a delivery day has gates, limits, orders and alerts', async () => {
  await ask(energy.url, trader, 'mutation ($input: PlaceHedgeOrderInput!) { placeHedgeOrder(input: $input) { __typename } }', { input: { clientOrderId: 'a', gridAreaId: NORD, side: 'BUY', from: '2026-10-21T10:00:00Z', until: '2026-10-21T11:00:00Z', kilowatts: 5 } });
  await database.owner.query(`INSERT INTO energy.position_limit VALUES ($1, $2, 12.5, 3000000)`, [newId(), WEST]);
  await database.owner.query(`INSERT INTO energy.alert (id, kind, subject, severity, grid_area_id, message, raised_at) VALUES ($1, 'LIMIT_BREACHED', 'x', 'WARNING', $2, 'Beyond.', $3)`, [newId(), NORD, `${TODAY}T09:00:00Z`]);
  const { data, errors } = await ask(energy.url, trader, `{ deliveryDay(date: "2026-10-21") { periods { index start gateClosesAt } limits { gridArea { name } percent wattHoursPerHour }
    hedgeOrders(first: 50) { nodes { clientOrderId status } pageInfo { hasNextPage } } alerts { nodes { kind message } } } other: deliveryDay(date: "2026-10-22", gridAreaIds: ["${WEST}"]) { limits { percent } hedgeOrders { nodes { id } } alerts { nodes { kind } } } }`);
  expect(errors).toBeUndefined();
  expect(data.deliveryDay.periods[1]).toEqual({ index: 1, start: '2026-10-20T22:15:00.000Z', gateClosesAt: '2026-10-20T22:10:00.000Z' });
  expect(data.deliveryDay.limits).toEqual([{ gridArea: { name: 'Nord' }, percent: '20', wattHoursPerHour: 5_000_000 }, { gridArea: { name: 'West' }, percent: '12.5', wattHoursPerHour: 3_000_000 }]);
  expect(data.deliveryDay.hedgeOrders).toEqual({ nodes: [{ clientOrderId: 'a', status: 'NEW' }], pageInfo: { hasNextPage: false } });
  expect(data.deliveryDay.alerts.nodes).toEqual([{ kind: 'LIMIT_BREACHED', message: 'Beyond.' }]);
  expect(data.other).toEqual({ limits: [{ percent: '12.5' }], hedgeOrders: { nodes: [] }, alerts: { nodes: [] } });
});

describe('changes beyond the open days', () => {
  let exchange: Awaited<ReturnType<typeof startExchange>>;
  let relay: { stop: () => Promise<void> };
  beforeAll(async () => {
    relay = await startRelay({ url: await database.urlOf('relay', 'relay'), tenant: 'demo', hearersOf });
    exchange = await startExchange({ now: `${TODAY}T09:00:00Z` });
    await fetch(`${exchange.url}/_control`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"running":false}' });
    await transact(db, openExchange);
    await waitForRelay(database, 'energy');
  });
  afterAll(async () => {
    await relay.stop();
    await exchange.stop();
  });
  const eventsOf = async (cause: string) => (await database.owner.query(`SELECT payload->'gridAreaId' AS area, payload->>'from' AS from, payload->>'until' AS until FROM energy.outbox WHERE type = 'energy.OpenPositionChanged' AND payload->'causes' ? $1`, [cause])).rows;
  const visit = () => visitExchange({ db, exchange: openExchangeAt(exchange.url), log: makeLog('test', 'silent') });
  const watch = (area = WEST) => transact(db, (tx) => watchTenors(tx, [area]));
  const MUTATION = `mutation ($input: SetTenorLimitInput!) { setTenorLimit(input: $input) { __typename ... on SetTenorLimitSuccess { tenor limit { percent wattHoursPerHour setBy } } ... on GridAreaNotFound { gridAreaId } ... on InputInvalid { faults { path allowed } } } }`;
  const limit = async (input: object) => (await ask(energy.url, trader, MUTATION, { input: { gridAreaId: WEST, tenor: 'MONTH', limit: { percent: '20', wattHoursPerHour: 5_000_000 }, ...input } })).data.setTenorLimit;
  const month = async (tenor = 'MONTH') => {
    const { data, errors } = await ask(energy.url, trader, `{ hedgeRatios(gridAreaIds: ["${WEST}"]) { tenor from gridArea { id } demandWattHours hedgedWattHours limit { percent } breach { id rule openWattHours order { clientOrderId side from until kilowatts status limitPricePerMwh } } } }`, {});
    expect(errors).toBeUndefined();
    return data.hedgeRatios.find((one: any) => one.tenor === tenor && one.gridArea !== null);
  };
  const alerts = async () => (await database.owner.query(`SELECT kind, subject FROM energy.alert WHERE cleared_at IS NULL AND subject LIKE '% MONTH' ORDER BY 1`)).rows.map(({ kind }) => kind);
  const open = async () => (await totals({ step: 'MONTH', areas: [WEST], from: startOfDay('2026-11-01'), until: startOfDay('2026-12-01') })).reduce((all, { openWattHours }) => all + openWattHours, 0);

  test('are told once for an area and run, and followed live, hour by hour', async () => {
    const listener = listen<any>(energy.url, trader, 'subscription ($areas: [ID!], $from: DateTime!, $until: DateTime!) { openPositionUpdated(gridAreaIds: $areas, from: $from, until: $until) { reset positions { start end hedgedWattHours } cells { period } } }', { areas: [WEST], from: startOfDay('2026-10-23'), until: startOfDay('2026-10-26') });
    const first = (await listener.next()).openPositionUpdated;
    expect([first.reset, first.positions.length, first.cells.length]).toEqual([true, 96 + 24 + 25, 96]);
    const id = await recordTrade({ gridAreaId: WEST, side: 'BUY', from: '2026-10-25T09:30:00Z', until: '2026-10-25T11:00:00Z', kilowatts: 40 });
    await doDue();
    const change = (await listener.next()).openPositionUpdated;
    expect(change).toMatchObject({ reset: false, cells: [], positions: [{ start: '2026-10-25T09:00:00.000Z', end: '2026-10-25T10:00:00.000Z', hedgedWattHours: 20_000 }, { start: '2026-10-25T10:00:00.000Z', hedgedWattHours: 40_000 }] });
    expect(await eventsOf(`trade ${id}`)).toEqual([{ area: WEST, from: '2026-10-25T09:00:00.000Z', until: '2026-10-25T11:00:00.000Z' }]);
    await listener.stop();
  });

  test('beyond the limit of a tenor one base order for the whole period is placed, whoever looks and however often', async () => {
    expect(await limit({ tenor: 'DAY' })).toMatchObject({ faults: [{ path: 'tenor', allowed: 'WEEK, MONTH, QUARTER, YEAR' }] });
    expect(await limit({ gridAreaId: newId() })).toMatchObject({ __typename: 'GridAreaNotFound' });
    await watch();
    expect(await month()).toMatchObject({ limit: null, breach: null });
    expect(await limit({})).toMatchObject({ tenor: 'MONTH', limit: { percent: '20', wattHoursPerHour: 5_000_000, setBy: 'tester@demo.test' } });
    await doDue();
    await Promise.all([watch(), watch(), watch()]);
    const before = await open();
    const { breach } = await month();
    const kilowatts = Math.round(before / 720 / 1_000);
    expect(breach).toMatchObject({ rule: 'PCT', openWattHours: before, order: { clientOrderId: breach.id, side: 'BUY', from: '2026-10-31T23:00:00.000Z', until: '2026-11-30T23:00:00.000Z', kilowatts, status: 'NEW' } });
    expect(await alerts()).toEqual(['LIMIT_BREACHED']);
    await visit();
    await watch(); // bought, and not yet in the positions: nothing is bought again
    expect(await open()).toBe(before);
    expect((await database.owner.query(`SELECT count(*)::int AS n FROM energy.hedge_order WHERE tenor_breach_id IS NOT NULL`)).rows).toEqual([{ n: 1 }]);
    await database.setClock(`${TODAY}T09:01:00Z`);
    await doDue();
    await watch();
    expect(await open()).toBe(before - kilowatts * 720_000);
    expect([await month(), await alerts()]).toMatchObject([{ breach: null, limit: { percent: '20' } }, []]);
    expect((await database.owner.query(`SELECT product, kilowatts::int FROM energy.trade WHERE recorded_by = 'automatic'`)).rows).toEqual([{ product: 'BASE', kilowatts }]);
    expect((await database.owner.query(`SELECT payload->'breaches'->0->>'until' AS until FROM energy.outbox WHERE type = 'energy.OpenPositionAlert'`)).rows).toEqual([{ until: '2026-11-30T23:00:00.000Z' }]);
    await limit({ limit: null });
    expect(await month()).toMatchObject({ limit: null });
  });

  test('a tenor that the order of a longer one will mend has none of its own, and nobody is told that it stays open', async () => {
    for (const tenor of ['QUARTER', 'YEAR']) await limit({ tenor, limit: { percent: '30', wattHoursPerHour: 50_000_000 } });
    await doDue();
    expect([await month('YEAR'), await month('QUARTER')]).toMatchObject([{ breach: { order: { side: 'BUY', status: 'NEW', from: '2026-12-31T23:00:00.000Z', until: '2027-12-31T23:00:00.000Z' } } }, { breach: { rule: 'PCT', order: null } }]);
    expect((await database.owner.query(`SELECT DISTINCT kind FROM energy.alert WHERE cleared_at IS NULL AND subject ~ ' (QUARTER|YEAR)$'`)).rows).toEqual([{ kind: 'LIMIT_BREACHED' }]);
    await visit();
    await database.setClock(`${TODAY}T09:03:00Z`);
    await doDue();
    await watch();
    expect([(await month('YEAR')).breach, (await month('QUARTER')).breach]).toEqual([null, null]);
    for (const tenor of ['QUARTER', 'YEAR']) await limit({ tenor, limit: null });
  });

  test('while hedging rests a breach is told, and hedged afterwards; an order that is refused leaves it to people', async () => {
    const rest = (name: string, more: string) => ask(energy.url, trader, `mutation { ${name}(input: { gridAreaId: "${WEST}", reason: "test"${more} }) { __typename } }`, {});
    await rest('suspendHedging', ', until: "2026-10-21T09:00:00Z"');
    await limit({ limit: { percent: '0', wattHoursPerHour: 0 }, tenor: 'WEEK' });
    await doDue();
    expect((await month('WEEK')).breach).toMatchObject({ order: null });
    const told = async () => (await database.owner.query(`SELECT kind FROM energy.alert WHERE cleared_at IS NULL AND subject LIKE '% WEEK' ORDER BY 1`)).rows.map(({ kind }) => kind);
    expect(await told()).toEqual(['HEDGE_INCOMPLETE', 'LIMIT_BREACHED']);
    await rest('resumeHedging', '');
    await doDue();
    expect((await month('WEEK')).breach).toMatchObject({ order: { status: 'NEW', from: '2026-10-25T23:00:00.000Z', until: '2026-11-01T23:00:00.000Z' } });
    expect(await told()).toEqual(['LIMIT_BREACHED']);
    await fetch(`${exchange.url}/_control`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ rejectNext: { count: 1_000, reason: 'CREDIT_LINE' } }) });
    await visit();
    expect((await month('WEEK')).breach).toMatchObject({ order: { status: 'REJECTED' } });
    expect(await told()).toEqual(['HEDGE_INCOMPLETE', 'LIMIT_BREACHED']);
    await limit({ limit: null, tenor: 'WEEK' });
    await doDue();
    expect([await told(), (await month('WEEK')).breach]).toEqual([[], null]);
  });
});
