// Schedules by the clock: made, followed, accepted, refused, missed; by due rows in business time, on days of 92 and 100 quarter hours too.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { MarketMessageAcknowledged, ScheduleAnswered } from '@stromgraph/events/market';
import { hearersOf } from '@stromgraph/events/subscriptions';
import { type Db, transact } from '@stromgraph/kernel/database';
import { runDue } from '@stromgraph/kernel/due';
import { applyEvents } from '@stromgraph/kernel/hearer';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { makeLog } from '@stromgraph/kernel/log';
import { startRelay } from '@stromgraph/kernel/relay';
import type { Runtime } from '@stromgraph/kernel/runtime';
import type { Subgraph } from '@stromgraph/kernel/subgraph';
import { addDays, dayOf, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { PrismaClient } from '@stromgraph/prisma-energy/client';
import { actorWith, ask } from '../../tests/ask.ts';
import { type TestDatabase, testDatabase } from '../../tests/database.ts';
import { tell } from '../../tests/facts.ts';
import { waitForRelay } from '../../tests/wait.ts';
import { importForecast } from './actions/import-forecast.ts';
import { openPositionDays } from './actions/open-position-days.ts';
import { openBalancingGroups } from './actions/watch-nominations.ts';
import { handlers } from './handlers/index.ts';
import { dueHandlersWith } from './jobs/due.ts';
import { startServer } from './server.ts';

const trader = actorWith('energy:read', 'energy:write');
const GROUP = { code: '11XSTROMGRAPH--B', responsibleCode: '9999000900024', coordinatorCode: '9999000300018', takesTheRest: true };
const OTHER = { ...GROUP, code: '11XOTHERGROUP--D', takesTheRest: false };
const AREA = { gridAreaId: idOf('grid-area', '11YSTROM-NORD--9'), gridAreaCode: '11YSTROM-NORD--9' };
const OF_THE_DAY = { gridAreaId: AREA.gridAreaId, horizon: 'DAY_AHEAD', basis: 'SLP' } as const;
const log = makeLog('energy', 'silent');
const due = dueHandlersWith({ checkEveryHours: 24, mabisWorkingDay: 7 });
let database: TestDatabase;
let runtime: Runtime<PrismaClient>;
let db: Db;
let energy: Subgraph;
let groupId: string;
let version = 0;
const stopping: { stop: () => Promise<void> }[] = [];

beforeAll(async () => {
  database = await testDatabase();
  runtime = await database.runtime('energy', PrismaClient, { STROMGRAPH_LOG_LEVEL: 'silent' });
  ({ db } = runtime.tenants.get('demo')!);
  energy = await startServer(runtime);
  await database.owner.query(`INSERT INTO energy.grid_area VALUES ('${AREA.gridAreaId}', '${AREA.gridAreaCode}', 'Nord', '${AREA.gridAreaCode}', NULL, 'SH')`);
  stopping.push(await startRelay({ url: await database.urlOf('relay', 'relay'), tenant: 'demo', hearersOf }), energy);
});
afterAll(async () => {
  for (const part of stopping) await part.stop();
  await database.drop();
});
/** Each test has days of its own: nothing ever said of a day is taken back. */
let today = '2026-01-13';
beforeEach(async () => {
  today = addDays(today, 7);
  await begin(today);
});
async function begin(day: string): Promise<void> {
  today = day;
  await at('09:00');
  await database.owner.query(`DELETE FROM energy.due; UPDATE energy.alert SET cleared_at = greatest(raised_at, platform.business_now()) WHERE cleared_at IS NULL`);
  await transact(db, async (tx) => {
    await openPositionDays(tx);
    await openBalancingGroups(tx, [GROUP, OTHER]);
  });
  groupId = (await database.owner.query(`SELECT id FROM energy.balancing_group WHERE code = $1`, [GROUP.code])).rows[0].id;
}
/** A time of the day in Berlin, and everything that is due by then. */
const at = (time: string) => database.setClock(berlin(today, time));
async function goTo(time: string): Promise<void> {
  await at(time);
  await settle();
}
/** What is due and what it tells, until there is nothing left. */
async function settle(): Promise<void> {
  for (let quiet = 0; quiet < 2; ) {
    const did = await runDue(db, due, { keyring: runtime.keyring, log });
    await waitForRelay(database, 'energy');
    await applyEvents(runtime, handlers);
    quiet = did === 0 ? quiet + 1 : 0;
  }
}
const berlin = (day: string, time: string): string => Temporal.PlainDateTime.from(`${day}T${time}`).toZonedDateTime('Europe/Berlin').toInstant().toString();
const tomorrow = () => addDays(today, 1);
const demand = (wattHours: number, day = tomorrow()) =>
  importForecast(db, { ...OF_THE_DAY, deliveryDay: day, version: (version += 1), publishedAt: startOfDay(today), cutOffAt: startOfDay(today), position: 0n, wattHours: quarterHoursOf(day).map(() => BigInt(wattHours)) });
const trade = (change: object = {}) =>
  mutate('recordTrade', { idempotencyKey: newId(), gridAreaId: AREA.gridAreaId, side: 'BUY', from: startOfDay(tomorrow()), until: startOfDay(addDays(tomorrow(), 1)), kilowatts: 10, pricePerMwh: '80', counterparty: 'EEX', ...change }, '');
const mutate = async (name: string, input: object, fields: string) => {
  const { data, errors } = await ask(energy.url, trader, `mutation ($input: ${name[0]!.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { __typename ${fields} } }`, { input });
  if (errors) throw new Error(JSON.stringify(errors));
  return data[name];
};
async function versions(day = tomorrow()): Promise<any[]> {
  const { data, errors } = await ask(energy.url, trader, `query ($from: LocalDate!, $until: LocalDate!) { nominations(from: $from, until: $until, first: 500) { nodes { id version path status holds deadlineAt start consumptionWattHours netWattHours series { side counterparty counterpartyEic wattHours } madeBy sentAt answeredAt reason balancingGroup { code } } } }`, { from: day, until: addDays(day, 1) });
  if (errors) throw new Error(JSON.stringify(errors));
  return data.nominations.nodes;
}
const states = async () => (await versions()).map(({ version: of, path, status }) => `${of} ${path} ${status}`);
const alerts = async () => (await database.owner.query(`SELECT kind, severity FROM energy.alert WHERE cleared_at IS NULL AND kind LIKE 'NOMINATION%' ORDER BY kind`)).rows.map(({ kind, severity }) => `${kind} ${severity}`);
const newest = async () => (await versions())[0].id as string;
async function answer(outcome: 'ACCEPTED' | 'REJECTED' | 'MANUAL', reason = 'said so', nominationId?: string): Promise<void> {
  const id = nominationId ?? (await newest());
  await tell(database.owner, ScheduleAnswered, { aggregateType: 'message', aggregateId: id, data: { messageId: newId(), nominationId: id, outcome, codeList: 'ESS_REASON', code: 'A06', reason } });
  await settle();
}
async function acknowledge(status: 'DELIVERED' | 'EXPIRED' | 'NACK'): Promise<void> {
  const id = await newest();
  await tell(database.owner, MarketMessageAcknowledged, { aggregateType: 'message', aggregateId: id, data: { messageId: newId(), messageType: 'SCHEDULE', processId: id, status, reason: status === 'DELIVERED' ? null : `it was ${status}` } });
  await settle();
}

test('at 13:00 the schedule of tomorrow is made of demand and trades, told, sent and accepted; nothing is due then', async () => {
  await demand(1_100);
  await trade();
  await trade({ side: 'SELL', kilowatts: 3, counterparty: 'Example Trading' });
  await goTo('12:59');
  expect(await versions()).toEqual([]);
  await goTo('13:00');
  const [made] = await versions();
  expect(made).toMatchObject({ version: 1, path: 'DAY_AHEAD', status: 'PREPARED', holds: false, madeBy: 'automatic', balancingGroup: { code: GROUP.code }, start: startOfDay(tomorrow()).toISOString() });
  expect([made.consumptionWattHours.length, made.consumptionWattHours[0], made.netWattHours[0]]).toEqual([96, 1_000, 1_750]); // 1,100 Wh are 4.4 kW
  expect(made.series.map(({ side, counterparty, wattHours }: any) => [side, counterparty, wattHours[95]])).toEqual([['BUY', 'EEX', 2_500], ['SELL', 'Example Trading', 750]]);
  const { rows } = await database.owner.query(`SELECT payload FROM energy.outbox WHERE type = 'energy.ScheduleReady' AND payload->>'nominationId' = $1`, [made.id]);
  expect(rows[0].payload).toMatchObject({ balancingGroupCode: GROUP.code, coordinatorCode: GROUP.coordinatorCode, version: 1, path: 'DAY_AHEAD', deliveryDay: tomorrow(), expiresAt: made.deadlineAt.replace('00.000', '01.000') });
  expect(rows[0].payload.series.map(({ kind, counterparty }: any) => [kind, counterparty])).toEqual([['PURCHASE', 'EEX'], ['SALE', 'Example Trading'], ['CONSUMPTION', null]]);
  await acknowledge('DELIVERED');
  expect(await states()).toEqual(['1 DAY_AHEAD SENT']);
  await answer('ACCEPTED');
  expect((await versions())[0]).toMatchObject({ status: 'ACCEPTED', holds: true, reason: null });
  expect((await database.owner.query(`SELECT kind FROM energy.due WHERE kind IN ('WATCH_NOMINATION', 'RENOMINATE') AND subject LIKE $1`, [`${groupId}%`])).rows).toEqual([]);
  await goTo('14:31');
  expect(await alerts()).toEqual([]);
});

test('while positions move, the next quarter hour makes the next version; one accepted version holds at a time', async () => {
  await demand(1_000);
  await goTo('13:00');
  await answer('ACCEPTED');
  await demand(2_000);
  await demand(3_000);
  await settle();
  expect(await states()).toEqual(['1 DAY_AHEAD ACCEPTED']);
  await goTo('13:15');
  expect(await states()).toEqual(['2 DAY_AHEAD PREPARED', '1 DAY_AHEAD ACCEPTED']);
  await demand(3_010); // the same whole kilowatts
  await goTo('13:30');
  expect(await states()).toEqual(['2 DAY_AHEAD PREPARED', '1 DAY_AHEAD ACCEPTED']);
  expect(await alerts()).toEqual(['NOMINATION_DUE WARNING']);
  await answer('ACCEPTED');
  expect((await versions()).map(({ holds }) => holds)).toEqual([true, false]);
  expect(await alerts()).toEqual([]);
  await goTo('13:45');
  await at('14:16');
  await demand(9_000);
  await settle();
  expect((await states())[0]).toBe('3 DAY_AHEAD PREPARED'); // at once: the next quarter hour would be too late
  await answer('ACCEPTED');
  await goTo('14:31');
  await demand(11_000);
  await goTo('15:00');
  expect(await states()).toHaveLength(3); // past the deadline trades move schedules
});

test('what is traded past the deadline takes the intraday path by itself, tomorrow and today, and what can no longer be said is told', async () => {
  await demand(10_000);
  await trade({ kilowatts: 20 });
  await goTo('13:00');
  await answer('ACCEPTED');
  await goTo('14:20');
  await trade({ kilowatts: 5 });
  await settle();
  expect((await states())[0]).toBe('2 DAY_AHEAD PREPARED');
  await answer('ACCEPTED');
  await goTo('16:00');
  await trade({ kilowatts: 15 });
  await settle();
  expect(await states()).toHaveLength(2);
  await goTo('16:10'); // with whatever else comes until then
  expect((await versions())[0]).toMatchObject({ version: 3, path: 'INTRADAY', netWattHours: Array(96).fill(10_000) });
  await goTo('16:25');
  expect(await alerts()).toEqual(['NOMINATION_LATE CRITICAL']); // nobody has answered
  await answer('ACCEPTED');
  expect(await alerts()).toEqual([]);
  today = tomorrow();
  await goTo('10:05');
  const hours = { from: berlin(today, '10:00'), until: berlin(today, '12:00'), kilowatts: 40 };
  await trade(hours);
  await goTo('10:10');
  const [made] = await versions(today);
  expect(made).toMatchObject({ version: 4, path: 'INTRADAY' });
  expect(made.netWattHours.slice(39, 49)).toEqual([10_000, 10_000, 10_000, ...Array(6).fill(20_000), 10_000]); // from 10:30 on
  await answer('ACCEPTED', '', made.id);
  expect((await database.owner.query(`SELECT message FROM energy.alert WHERE cleared_at IS NULL AND kind = 'NOMINATION_LATE'`)).rows.map(({ message }) => message)).toEqual([expect.stringMatching(/^20000 Wh of the trades of 11XSTROMGRAPH--B on /)]);
  const { rows } = await database.owner.query(`SELECT id FROM energy.trade WHERE from_at = $1 AND kilowatts = 40`, [hours.from]);
  expect(await mutate('cancelTrade', { idempotencyKey: newId(), tradeId: rows[0].id, reason: 'It was none.' }, '')).toMatchObject({ __typename: 'CancelTradeSuccess' });
  await goTo('10:11');
  expect((await versions(today))[0]).toMatchObject({ version: 5, path: 'INTRADAY', netWattHours: [...Array(42).fill(10_000), ...Array(54).fill(10_000)] });
  await answer('ACCEPTED', '', (await versions(today))[0].id);
  expect(await alerts()).toEqual([]);
});

test('a day of which nothing was to be said at 13:00 is said, watched and told of as soon as there is something', async () => {
  await goTo('13:00');
  await goTo('14:16');
  await demand(10_000);
  await trade({ kilowatts: 40 });
  await settle();
  expect(await states()).toContain('1 DAY_AHEAD PREPARED');
  await goTo('14:30');
  expect(await alerts()).toEqual([]);
  await goTo('14:30:01');
  expect((await states())[0]).toMatch(/INTRADAY PREPARED$/);
  expect(await alerts()).toEqual(['NOMINATION_LATE CRITICAL']);
});

test('demand that comes past the deadline of a day of which nothing was said goes out by the intraday path; a group opened past 13:00 does what is due', async () => {
  await goTo('15:00');
  await demand(10_000);
  await goTo('15:10');
  expect(await states()).toEqual(['1 INTRADAY PREPARED']);
  await begin(addDays(today, 2));
  await database.owner.query('DELETE FROM energy.due');
  await demand(2_000);
  await at('13:50');
  await transact(db, (tx) => openBalancingGroups(tx, [GROUP, OTHER]));
  await settle();
  expect(await states()).toEqual(['1 DAY_AHEAD PREPARED']);
});

test('without an acceptance: a warning from 13:30, an alert from 14:00, and past the deadline what never left goes out as intraday', async () => {
  await demand(1_000);
  await goTo('13:00');
  await goTo('13:29');
  expect(await alerts()).toEqual([]);
  await goTo('13:30');
  expect(await alerts()).toEqual(['NOMINATION_DUE WARNING']);
  await goTo('14:00');
  expect(await alerts()).toEqual(['NOMINATION_DUE WARNING', 'NOMINATION_LATE CRITICAL']);
  await goTo('14:30:00');
  expect(await states()).toEqual(['1 DAY_AHEAD PREPARED']);
  await goTo('14:30:01');
  expect(await states()).toEqual(['2 INTRADAY PREPARED', '1 DAY_AHEAD PREPARED']);
  await answer('REJECTED', 'it could not be sent', (await versions())[1].id);
  await answer('ACCEPTED');
  expect(await states()).toEqual(['2 INTRADAY ACCEPTED', '1 DAY_AHEAD REJECTED']);
  expect(await alerts()).toEqual([]);
});

test('what the market gave up past the deadline takes the intraday path, once', async () => {
  await demand(1_000);
  await goTo('13:00');
  await at('14:30:01');
  await acknowledge('EXPIRED');
  expect(await states()).toEqual(['2 INTRADAY PREPARED', '1 DAY_AHEAD REJECTED']);
  expect((await versions())[1]).toMatchObject({ reason: 'it was EXPIRED' });
});

test('sent in time but not answered at the deadline: it waits, the alert stands', async () => {
  await demand(1_000);
  await goTo('13:00');
  await acknowledge('DELIVERED');
  await goTo('14:31');
  expect(await states()).toEqual(['1 DAY_AHEAD SENT']);
  expect(await alerts()).toEqual(['NOMINATION_LATE CRITICAL']);
});

test('a refusal is an alert at once; a person sends it again, the clock does not; an answer that nobody knows is no acceptance', async () => {
  await demand(1_000);
  await goTo('13:00');
  await answer('REJECTED', 'The balancing group is not in balance.');
  expect(await alerts()).toEqual(['NOMINATION_LATE CRITICAL']);
  await goTo('13:20');
  expect(await states()).toEqual(['1 DAY_AHEAD REJECTED']);
  const again = () => mutate('nominateSchedule', { idempotencyKey: newId(), balancingGroupId: groupId, deliveryDay: tomorrow() }, '... on NominateScheduleSuccess { replayed nomination { version madeBy status } } ... on ScheduleUnchanged { nominationId } ... on InputInvalid { faults { path allowed } }');
  expect(await again()).toMatchObject({ replayed: false, nomination: { version: 2, madeBy: 'tester@demo.test', status: 'PREPARED' } });
  expect(await again()).toMatchObject({ __typename: 'ScheduleUnchanged', nominationId: await newest() });
  await answer('MANUAL', 'Z99 is not known');
  expect(await states()).toEqual(['2 DAY_AHEAD PREPARED', '1 DAY_AHEAD REJECTED']);
  expect(await alerts()).toEqual(['NOMINATION_LATE CRITICAL']);
});

test.each([['2026-10-23', 96], ['2026-10-24', 100], ['2027-03-27', 92]])('on %s the schedule of the next day has %i quarter hours, and its deadline is 14:30 by the local clock', async (day, count) => {
  await begin(day);
  await demand(1_000);
  await goTo('13:00');
  const [made] = await versions();
  expect(made.consumptionWattHours).toHaveLength(count);
  await goTo('14:30:01');
  expect(await states()).toEqual(['2 INTRADAY PREPARED', '1 DAY_AHEAD PREPARED']);
});

test('workers that slept: what was missed is made late, what can no longer be sent is told', async () => {
  await demand(1_000);
  today = addDays(today, 2);
  await demand(1_000);
  await goTo('15:00');
  expect(await states()).toEqual(['1 INTRADAY PREPARED']);
  expect(await versions(addDays(today, -1))).toEqual([]);
  expect(await alerts()).toEqual(['NOMINATION_LATE CRITICAL']); // of the day that is over
  const planned = (await database.owner.query(`SELECT due_at FROM energy.due WHERE kind = 'NOMINATE' AND subject = $1`, [groupId])).rows[0].due_at as Date;
  expect(dayOf(planned)).toBe(addDays(today, 1));
});

test('a schedule names the balancing groups of counterparties; one that becomes known makes the next version', async () => {
  await demand(1_000);
  const TRADE = '... on RecordTradeSuccess { trade { counterparty counterpartyEic } } ... on InputInvalid { faults { path fault allowed } }';
  const deal = (change: object) => mutate('recordTrade', { idempotencyKey: newId(), gridAreaId: AREA.gridAreaId, side: 'BUY', from: startOfDay(tomorrow()), until: startOfDay(addDays(tomorrow(), 1)), kilowatts: 10, pricePerMwh: '80', counterparty: 'Stadtwerke Kiel', ...change }, TRADE);
  const register = (input: object) => mutate('registerCounterparty', input, '... on RegisterCounterpartySuccess { counterparty { name eic knownBy } } ... on InputInvalid { faults { path fault allowed } }');
  const allowed = 'an EIC of type X: 16 characters, such as 11XSTROMGRAPH--B';
  expect(await deal({ counterpartyEic: '11XSWKIEL------H' })).toMatchObject({ faults: [{ path: 'counterpartyEic', fault: expect.stringContaining('11XSWKIEL------H is refused'), allowed }] });
  expect(await deal({ counterpartyEic: '10YDE-EON------1' })).toMatchObject({ faults: [{ path: 'counterpartyEic', fault: expect.stringContaining('type Y'), allowed }] });
  expect(await deal({ counterpartyEic: '11XSWKIEL------G' })).toMatchObject({ trade: { counterpartyEic: '11XSWKIEL------G' } });
  expect(await deal({ counterpartyEic: GROUP.code })).toMatchObject({ faults: [{ path: 'counterpartyEic', fault: 'is not the EIC of Stadtwerke Kiel', allowed: '11XSWKIEL------G' }] });
  expect(await deal({ counterparty: 'EEX' })).toMatchObject({ trade: { counterparty: 'EEX', counterpartyEic: null } });
  expect(await deal({})).toMatchObject({ trade: { counterpartyEic: '11XSWKIEL------G' } });
  await goTo('13:00');
  const named = async () => (await versions())[0].series.map(({ counterparty, counterpartyEic }: any) => [counterparty, counterpartyEic]);
  expect(await named()).toEqual([['EEX', null], ['Stadtwerke Kiel', '11XSWKIEL------G']]);
  expect(await register({ name: ' EEX', eic: 'x' })).toMatchObject({ faults: [{ path: 'name' }, { path: 'eic', allowed }] });
  expect(await register({ name: 'EEX', eic: '11XSWKIEL------G' })).toMatchObject({ faults: [{ path: 'eic', fault: '11XSWKIEL------G is the EIC of Stadtwerke Kiel' }] });
  const both = await Promise.all([register({ name: 'EEX', eic: OTHER.code }), register({ name: 'EEX', eic: OTHER.code })]);
  for (const one of both) expect(one).toEqual({ __typename: 'RegisterCounterpartySuccess', counterparty: { name: 'EEX', eic: OTHER.code, knownBy: 'tester@demo.test' } });
  await mutate('nominateSchedule', { idempotencyKey: newId(), balancingGroupId: groupId, deliveryDay: tomorrow() }, '');
  expect(await named()).toEqual([['EEX', OTHER.code], ['Stadtwerke Kiel', '11XSWKIEL------G']]);
  const { rows } = await database.owner.query(`SELECT payload->'series' AS series FROM energy.outbox WHERE type = 'energy.ScheduleReady' ORDER BY id DESC LIMIT 1`);
  expect(rows[0].series.map(({ kind, counterparty, counterpartyCode }: any) => [kind, counterparty, counterpartyCode])).toEqual([['PURCHASE', 'EEX', OTHER.code], ['PURCHASE', 'Stadtwerke Kiel', '11XSWKIEL------G'], ['CONSUMPTION', null, undefined]]);
  const { data } = await ask(energy.url, trader, '{ first: counterparties(first: 1) { nodes { name } pageInfo { hasNextPage endCursor } } counterparties { nodes { name eic } } }', {});
  expect([data.first.nodes, data.first.pageInfo.hasNextPage, data.counterparties.nodes]).toEqual([[{ name: 'EEX' }], true, [{ name: 'EEX', eic: OTHER.code }, { name: 'Stadtwerke Kiel', eic: '11XSWKIEL------G' }]]);
});

test('an area moves from one group to another on a day to come, and its schedule with it', async () => {
  await demand(1_000, addDays(today, 3));
  const { data } = await ask(energy.url, trader, '{ balancingGroups { nodes { id code takesTheRest } } }');
  const other = data.balancingGroups.nodes.find(({ code }: { code: string }) => code === OTHER.code);
  const assign = (from: string) => mutate('assignGridArea', { gridAreaId: AREA.gridAreaId, balancingGroupId: other.id, from }, `... on AssignGridAreaSuccess { balancingGroup { code now: gridAreas(on: "${tomorrow()}") { code } then: gridAreas(on: "${addDays(today, 3)}") { code } } } ... on InputInvalid { faults { path allowed } }`);
  expect(await assign(tomorrow())).toMatchObject({ __typename: 'InputInvalid', faults: [{ path: 'from', allowed: `${addDays(today, 2)} or later` }] });
  expect(await assign(addDays(today, 3))).toMatchObject({ balancingGroup: { code: OTHER.code, now: [], then: [{ code: AREA.gridAreaCode }] } });
  const nominate = (balancingGroupId: string) => mutate('nominateSchedule', { idempotencyKey: newId(), balancingGroupId, deliveryDay: addDays(today, 3) }, '... on NominateScheduleSuccess { nomination { version balancingGroup { code } } }');
  expect(await nominate(groupId)).toEqual({ __typename: 'NothingToNominate' });
  expect(await nominate(other.id)).toMatchObject({ nomination: { version: 1, balancingGroup: { code: OTHER.code } } });
});

test('bad input is named, and nothing is made of it', async () => {
  const nominate = (change: object) => mutate('nominateSchedule', { idempotencyKey: newId(), balancingGroupId: groupId, deliveryDay: tomorrow(), ...change }, '... on InputInvalid { faults { path allowed } } ... on BalancingGroupNotFound { balancingGroupId }');
  expect(await nominate({ deliveryDay: addDays(today, -1) })).toMatchObject({ faults: [{ path: 'deliveryDay', allowed: [0, 1, 2, 3].map((ahead) => addDays(today, ahead)).join(', ') }] });
  expect(await nominate({ idempotencyKey: '' })).toMatchObject({ faults: [{ path: 'idempotencyKey' }] });
  expect(await nominate({ balancingGroupId: 'x' })).toMatchObject({ __typename: 'BalancingGroupNotFound', balancingGroupId: 'x' });
  for (const bad of ['from: "2026-01-01", until: "2026-01-01"', 'from: "2026-01-01", until: "2026-01-02", after: "x"', 'from: "2026-01-01", until: "2026-01-02", balancingGroupIds: ["7"]'])
    expect((await ask(energy.url, trader, `{ nominations(${bad}) { nodes { id } } }`)).errors?.[0]?.extensions.code, bad).toBe('BAD_USER_INPUT');
});
