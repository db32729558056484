// Positions as people read them: a day in columns, sums over steps, and what a figure is made of; over the autumn's day of 25 hours.
import { afterAll, beforeAll, expect, test } from 'vitest';
import fc from 'fast-check';
import { type Db, transact } from '@stromgraph/kernel/database';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { startRelay } from '@stromgraph/kernel/relay';
import type { Subgraph } from '@stromgraph/kernel/subgraph';
import { addDays, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { hearersOf } from '@stromgraph/events/subscriptions';
import { PrismaClient } from '@stromgraph/prisma-energy/client';
import { actorWith, ask } from '../../tests/ask.ts';
import { type TestDatabase, testDatabase } from '../../tests/database.ts';
import { listen } from '../../tests/listen.ts';
import { addContracts } from './actions/add-contracts.ts';
import { importForecast } from './actions/import-forecast.ts';
import { importGridAreas } from './actions/import-grid-areas.ts';
import { importLoadProfile } from './actions/import-load-profile.ts';
import { takeMeteredDays } from './actions/take-actuals.ts';
import { takeCurveDays } from './actions/take-curves.ts';
import { addCurves } from './store/curves.ts';
import { startServer } from './server.ts';

const trader = actorWith('energy:read', 'energy:write');
const TODAY = '2026-10-24';
const AUTUMN = '2026-10-25';
const AREAS = [['11YSTROM-NORD--9', 'Nord', 'SH'], ['11YSTROM-WEST--B', 'West', 'NW']] as const;
const areaId = (code: string) => idOf('grid-area', code);
const [NORD, WEST] = [areaId(AREAS[0][0]), areaId(AREAS[1][0])];
let database: TestDatabase;
let db: Db;
let energy: Subgraph;
let relay: { stop: () => Promise<void> };

beforeAll(async () => {
  database = await testDatabase();
  await database.setClock(`${TODAY}T09:00:00Z`);
  const runtime = await database.runtime('energy', PrismaClient);
  db = runtime.tenants.get('demo')!.db;
  energy = await startServer(runtime);
  relay = await startRelay({ url: await database.urlOf('relay', 'relay'), tenant: 'demo', hearersOf });
  await importGridAreas(db, AREAS.map(([code, name, federalState]) => ({ id: areaId(code), code, name, balancingAreaCode: code, controlAreaCode: null, federalState })));
  for (const code of ['H25', 'G25'])
    await importLoadProfile(db, {
      code, year: 2026, version: 1, dynamised: code === 'H25', seasonal: false, source: 'ENET', publishedAt: new Date('2025-10-01T07:00:00Z'),
      values: Array.from({ length: 12 }, (_, month) => (['WT', 'SA', 'FT'] as const).flatMap((dayType, type) => Array.from({ length: 96 }, (_slot, slot) => ({ month: month + 1, dayType, slot, value: (15.013 + type + slot * 0.137).toFixed(3) })))).flat(),
    });
  const contracts = Array.from({ length: 31 }, (_, nth) => {
    const [gridAreaCode] = AREAS[nth % 2]!;
    return { contractId: newId(), gridAreaId: areaId(gridAreaCode), gridAreaCode, profile: nth % 3 === 0 ? 'G25' : 'H25', meteringKind: 'PROFILE', expectedWattHours: String(1_234_567 + nth * 777_777), startOn: nth % 4 === 0 ? AUTUMN : '2026-01-01', endOn: nth % 7 === 0 ? '2026-10-26' : null, confirmedAt: `2026-10-2${nth % 5}T10:00:00Z` };
  });
  await transact(db, (tx) => addContracts(tx, contracts));
  await importForecast(db, { gridAreaId: NORD, horizon: 'DAY_AHEAD', basis: 'SLP', deliveryDay: AUTUMN, version: 1, publishedAt: new Date('2026-10-23T11:00:00Z'), cutOffAt: new Date('2026-10-22T09:00:00Z'), position: 1n, wattHours: quarterHoursOf(AUTUMN).map((_, nth) => BigInt(100_000 + nth)) });
  const curveId = newId();
  await transact(db, (tx) => addCurves(tx, [{ curveId, tradingDay: '2026-10-23', version: 1, publishedAt: '2026-10-23T17:00:00Z', from: TODAY, until: addDays(TODAY, 3), minutes: 60 }]));
  await transact(db, (tx) => takeCurveDays(tx, [TODAY, AUTUMN, '2026-10-26'].map((day) => ({ curveId, day, eurPerMwh: Array.from({ length: day === AUTUMN ? 25 : 24 }, (_, hour) => String(hour * 7 - 20.5)) }))));
  await transact(db, (tx) => takeMeteredDays(tx, [{ meterId: newId(), obis: '1-0:1.29.0', contractId: contracts.find(({ gridAreaId, startOn }) => gridAreaId === contracts[0]!.gridAreaId && startOn < TODAY)!.contractId, day: TODAY, version: 1, wattHours: Array.from({ length: 96 }, (_, nth) => (nth < 40 ? nth : null)) }], new Date(`${TODAY}T09:00:00Z`)));
  for (const [gridAreaId, side, from, until, kilowatts] of [[NORD, 'BUY', '2026-10-25T00:00:00+02:00', '2026-10-26T00:00:00+01:00', 300], [NORD, 'SELL', '2026-10-25T00:00:00Z', '2026-10-25T02:15:00Z', 40], [WEST, 'BUY', '2026-10-24T10:15:00Z', '2026-10-27T10:30:00Z', 90]] as const) {
    const { errors } = await ask(energy.url, trader, 'mutation ($input: RecordTradeInput!) { recordTrade(input: $input) { __typename } }', { input: { idempotencyKey: newId(), gridAreaId, side, from, until, kilowatts, pricePerMwh: '80', counterparty: 'EEX' } });
    expect(errors).toBeUndefined();
  }
});
afterAll(async () => {
  await relay.stop();
  await energy.stop();
  await database.drop();
});

type Total = { start: string; end: string; gridArea: { id: string } | null; quarterHours: number; demandWattHours: number; hedgedWattHours: number; openWattHours: number; realisedWattHours: number | null; value: { cents: number } | null; breaches: number };
const TOTALS = `query ($areas: [ID!], $from: DateTime!, $until: DateTime!, $step: PositionStep!, $byArea: Boolean!, $first: Int!, $after: String) {
  positionTotals(gridAreaIds: $areas, from: $from, until: $until, step: $step, byArea: $byArea, first: $first, after: $after) {
    nodes { start end gridArea { id } quarterHours demandWattHours hedgedWattHours openWattHours realisedWattHours value { cents } breaches } pageInfo { hasNextPage endCursor } } }`;
const PARTS = `query ($areas: [ID!], $from: DateTime!, $until: DateTime!, $figure: PositionFigure!, $first: Int!, $after: String) {
  positionParts(gridAreaIds: $areas, from: $from, until: $until, figure: $figure, first: $first, after: $after) {
    nodes { kind id wattHours value { cents } contract { id } forecast { version } trade { id side } curve { tradingDay version } } pageInfo { hasNextPage endCursor } } }`;

/** All pages of a list. */
async function allOf(document: string, field: string, variables: object): Promise<any[]> {
  const nodes: unknown[] = [];
  let after: string | null = null;
  do {
    const { data, errors }: any = await ask(energy.url, trader, document, { ...variables, after });
    expect(errors).toBeUndefined();
    nodes.push(...data[field].nodes);
    after = data[field].pageInfo.hasNextPage ? data[field].pageInfo.endCursor : null;
  } while (after !== null);
  return nodes;
}
const totals = (variables: object): Promise<Total[]> => allOf(TOTALS, 'positionTotals', { areas: null, first: 500, byArea: true, ...variables });
const sum = (of: readonly Total[]) => ({
  quarterHours: of.reduce((all, { quarterHours }) => all + quarterHours, 0), demand: of.reduce((all, { demandWattHours }) => all + demandWattHours, 0), hedged: of.reduce((all, { hedgedWattHours }) => all + hedgedWattHours, 0),
  open: of.reduce((all, { openWattHours }) => all + openWattHours, 0), realised: of.reduce((all, { realisedWattHours }) => all + (realisedWattHours ?? 0), 0), breaches: of.reduce((all, { breaches }) => all + breaches, 0),
});
/** Decimal text in units of 10^-18. */
const exact = (text: string): bigint => {
  const [whole = '', decimals = ''] = text.replace('-', '').split('.');
  return BigInt(whole + decimals.padEnd(18, '0').slice(0, 18)) * (text.startsWith('-') ? -1n : 1n);
};

test('a delivery day is told in columns, 100 quarter hours on the day of 25', async () => {
  const { data } = await ask(energy.url, trader, `{ deliveryDay(date: "${AUTUMN}") { date seq asOf periods { index start end } areas { name } demandWattHours hedgedWattHours openWattHours realisedWattHours pricesPerMwh valueCents breaches } none: deliveryDay(date: "2026-01-01") { date } }`);
  const day = data.deliveryDay;
  expect(day.areas).toEqual([{ name: 'Nord' }, { name: 'West' }]);
  expect(day.periods).toHaveLength(100);
  expect(day.periods[12]).toEqual({ index: 12, start: '2026-10-25T01:00:00.000Z', end: '2026-10-25T01:15:00.000Z' });
  const quarters = await totals({ from: startOfDay(AUTUMN), until: startOfDay('2026-10-26'), step: 'QUARTER_HOUR' });
  for (const [area, id] of [NORD, WEST].entries()) {
    const own = quarters.filter(({ gridArea }) => gridArea!.id === id);
    const column = (name: string) => day[name].slice(area * 100, area * 100 + 100);
    expect(column('demandWattHours')).toEqual(own.map(({ demandWattHours }) => demandWattHours));
    expect(column('hedgedWattHours')).toEqual(own.map(({ hedgedWattHours }) => hedgedWattHours));
    expect(column('openWattHours')).toEqual(own.map(({ openWattHours }) => openWattHours));
    expect(column('valueCents')).toEqual(own.map(({ value }) => value!.cents));
    expect(column('breaches').map((breach: string | null) => (breach ? 1 : 0))).toEqual(own.map(({ breaches }) => breaches));
  }
  expect(day.demandWattHours).toHaveLength(200);
  expect(Number(day.pricesPerMwh[0])).toBe(-20.5);
  expect(data.none).toBeNull();
});

test('finer sums equal coarser ones, areas equal the portfolio, page by page', async () => {
  const range = { from: startOfDay(TODAY), until: startOfDay(addDays(TODAY, 4)) };
  const by = async (step: string, byArea = true, first = 500) => totals({ ...range, step, byArea, first });
  const [quarters, hours, days, months, portfolio] = await Promise.all([by('QUARTER_HOUR'), by('HOUR', true, 37), by('DAY', true, 3), by('MONTH'), by('DAY', false, 1)]);
  for (const coarser of [hours, days, months, portfolio]) expect(sum(coarser)).toEqual(sum(quarters));
  expect([quarters.length, hours.length, days.length, months.length, portfolio.length]).toEqual([776, 194, 8, 2, 4]);
  expect(days.map(({ quarterHours }) => quarterHours)).toEqual([96, 96, 100, 100, 96, 96, 96, 96]);
  expect(portfolio[1]).toMatchObject({ gridArea: null, quarterHours: 200, start: '2026-10-24T22:00:00.000Z', end: '2026-10-25T23:00:00.000Z' });
  expect(portfolio.slice(0, 3).reduce((all, { value }) => all + value!.cents, 0)).toBe(quarters.reduce((all, { value }) => all + (value?.cents ?? 0), 0));
  expect(portfolio[3]!.value).toBeNull(); // the curve ends before
  expect(sum(quarters).realised).toBe((39 * 40) / 2);
});

test('whatever is asked for, its parts add up to the figure exactly, page by page', { timeout: 120_000 }, async () => {
  const day = startOfDay(TODAY).getTime();
  const ranges = fc.record({ from: fc.integer({ min: 0, max: 387 }), length: fc.integer({ min: 1, max: 388 }), areas: fc.constantFrom(null, [NORD], [WEST]), first: fc.constantFrom(7, 500) });
  await fc.assert(
    fc.asyncProperty(ranges, async ({ from, length, areas, first }) => {
      const range = { areas, from: new Date(day + from * 900_000), until: new Date(day + Math.min(from + length, 388) * 900_000) };
      const [total] = await totals({ ...range, step: 'MONTH', byArea: false });
      const [demand, hedged, value] = await Promise.all(['DEMAND', 'HEDGED', 'VALUE'].map((figure) => allOf(PARTS, 'positionParts', { ...range, figure, first })));
      const energyOf = (parts: any[]) => parts.reduce((all: bigint, { wattHours }) => all + exact(wattHours), 0n);
      expect(energyOf(demand!)).toBe(exact(String(total!.demandWattHours)));
      expect(energyOf(hedged!)).toBe(exact(String(total!.hedgedWattHours)));
      if (total!.value) expect(value!.reduce((all: number, part) => all + part.value.cents, 0)).toBe(total!.value.cents);
      // What rounding may have made is bounded: half a watt-hour in each quarter hour, so nothing can hide in it.
      const rounded = demand!.filter(({ kind }) => kind === 'ROUNDING').map(({ wattHours }) => exact(wattHours));
      for (const each of rounded) expect((each < 0n ? -each : each) * 2n <= BigInt(total!.quarterHours) * 10n ** 18n).toBe(true);
      expect(new Set(demand!.map(({ kind, id }) => kind + id)).size).toBe(demand!.length);
    }),
    { numRuns: 8 },
  );
});

test('the parts name contracts, the forecast version, trades and the curve version', async () => {
  const range = { areas: [NORD], from: '2026-10-25T00:00:00Z', until: '2026-10-25T00:15:00Z', first: 500 };
  const demand = await allOf(PARTS, 'positionParts', { ...range, figure: 'DEMAND' });
  expect(demand[0]).toMatchObject({ kind: 'FORECAST', wattHours: '100008', forecast: { version: 1 } });
  expect(demand.filter(({ kind }) => kind === 'CONTRACT').map(({ contract, id }) => contract.id === id)).not.toContain(false);
  const { rows } = await database.owner.query(`SELECT count(*)::int AS unknown FROM energy.supply_contract WHERE grid_area_id = $1 AND confirmed_at > '2026-10-22T09:00:00Z' AND start_on <= '${AUTUMN}' AND (end_on IS NULL OR end_on > '${AUTUMN}')`, [NORD]);
  expect(demand.filter(({ kind }) => kind === 'CONTRACT')).toHaveLength(rows[0].unknown);
  const hedged = await allOf(PARTS, 'positionParts', { ...range, figure: 'HEDGED' });
  expect(hedged.map(({ wattHours, trade }) => `${trade.side} ${wattHours}`).sort()).toEqual(['BUY 75000', 'SELL -10000']);
  const value = await allOf(PARTS, 'positionParts', { ...range, figure: 'VALUE' });
  expect(value).toMatchObject([{ kind: 'CURVE', wattHours: null, curve: { tradingDay: '2026-10-23', version: 1 } }]);
});

test.each([
  [{ until: '2026-12-24T00:00:00Z' }, /at most 32 days/],
  [{ until: '2026-10-24T00:00:00Z' }, /until: is not after from/],
  [{ areas: ['nord'] }, /gridAreaIds\.0/],
  [{ after: Buffer.from('["x","y"]').toString('base64url') }, /after: is not a cursor/],
])('parts of %j are refused', async (change, message) => {
  const { errors } = await ask(energy.url, trader, PARTS, { areas: null, from: '2026-10-25T00:00:00Z', until: '2026-10-26T00:00:00Z', figure: 'DEMAND', first: 10, ...change });
  expect(errors).toMatchObject([{ message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } }]);
});

test('cells tell the same as positions, by the index of the period', async () => {
  const { data } = await ask(energy.url, trader, `{ deliveryDay(date: "${AUTUMN}") { seq demandWattHours realisedWattHours valueCents } }`);
  const CELLS = `subscription ($after: SafeInt) { openPositionUpdated(gridAreaIds: ["${NORD}"], from: "${startOfDay(AUTUMN).toISOString()}", until: "${startOfDay('2026-10-26').toISOString()}", afterSeq: $after) { seq reset cells { gridAreaId period demandWattHours hedgedWattHours openWattHours realisedWattHours valueCents breach } } }`;
  type Frame = { openPositionUpdated: { seq: number; reset: boolean; cells: { gridAreaId: string; period: number; demandWattHours: number; hedgedWattHours: number; valueCents: number }[] } };
  const whole = listen<Frame>(energy.url, trader, CELLS, { after: null });
  const first = (await whole.next()).openPositionUpdated;
  await whole.stop();
  expect(first.cells.map(({ period }) => period)).toEqual(Array.from({ length: 100 }, (_, nth) => nth));
  expect(first.cells.map(({ demandWattHours }) => demandWattHours)).toEqual(data.deliveryDay.demandWattHours.slice(0, 100));
  expect(first.cells.map(({ valueCents }) => valueCents)).toEqual(data.deliveryDay.valueCents.slice(0, 100));
  const onward = listen<Frame>(energy.url, trader, CELLS, { after: first.seq });
  await ask(energy.url, trader, 'mutation ($input: RecordTradeInput!) { recordTrade(input: $input) { __typename } }', { input: { idempotencyKey: newId(), gridAreaId: NORD, side: 'BUY', from: '2026-10-25T01:00:00Z', until: '2026-10-25T01:30:00Z', kilowatts: 4, pricePerMwh: '80', counterparty: 'EEX' } });
  // What the relay delivers late of earlier causes is in the first frame already: it tells of cells, but nothing new.
  let changed: Frame['openPositionUpdated']['cells'] = [];
  while (changed.length === 0) {
    const { reset, cells } = (await onward.next()).openPositionUpdated;
    expect(reset).toBe(false);
    changed = cells.filter(({ period, hedgedWattHours }) => hedgedWattHours !== first.cells[period]!.hedgedWattHours);
  }
  await onward.stop();
  expect(changed.map(({ period, hedgedWattHours, gridAreaId }) => [gridAreaId, period, hedgedWattHours - first.cells[period]!.hedgedWattHours])).toEqual([[NORD, 12, 1_000], [NORD, 13, 1_000]]);
});
