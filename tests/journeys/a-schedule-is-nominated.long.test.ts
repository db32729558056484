// The balancing group's days through the whole product and the simulated market: accepted, refused, missing.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays, atLocalTime } from '@stromgraph/kernel/time';
import { type Environment, startEnvironment, withBalancing } from '../environment.ts';
import { calmClearingHouse, steerClearingHouse } from '../outside.ts';

const TUESDAY = '2026-10-27';
let world: Environment;
let trader: string;
let admin: string;

beforeAll(async () => {
  world = await startEnvironment({ customers: 10, days: 3, now: atLocalTime(TUESDAY, '10:00'), env: withBalancing });
  [trader, admin] = (await Promise.all(['trader', 'admin'].map((who) => world.signIn(`${who}@demo.test`)))) as [string, string];
  await calmClearingHouse(world);
});
afterAll(() => world?.stop());

const versions = async (day: string): Promise<any[]> => (await world.query(trader, NOMINATIONS, { from: day, until: addDays(day, 1) })).nominations.nodes;
const alerts = async (): Promise<string[]> => (await world.query(trader, ALERTS)).energyAlerts.nodes.map(({ kind, severity }: { kind: string; severity: string }) => `${kind} ${severity}`).filter((alert: string) => alert.startsWith('NOMINATION')).toSorted();

test('on the day before, the schedule leaves at 13:00 and is accepted by the transmission system operator', { timeout: 90_000 }, async () => {
  const day = addDays(TUESDAY, 1);
  await world.advanceClock(admin, atLocalTime(TUESDAY, '13:05'));
  const [accepted] = await versions(day);
  expect(accepted).toMatchObject({ version: 1, path: 'DAY_AHEAD', status: 'ACCEPTED', holds: true, balancingGroup: { code: '11XSTROMGRAPH--B' } });
  expect(accepted.consumptionWattHours).toHaveLength(96);
  expect(accepted.consumptionWattHours.reduce((sum: number, wattHours: number) => sum + wattHours, 0)).toBeGreaterThan(0);
  const { marketMessages } = await world.query(trader, '{ marketMessages(filter: { messageType: "SCHEDULE" }, first: 5) { nodes { status processId balancingGroupCode contract { id } answer { outcome code } } } }');
  expect(marketMessages.nodes).toMatchObject([{ status: 'DELIVERED', processId: accepted.id, balancingGroupCode: '11XSTROMGRAPH--B', contract: null, answer: { outcome: 'CONFIRMED', code: 'A06' } }]);
  await world.advanceClock(admin, atLocalTime(TUESDAY, '14:35'));
  expect(await alerts()).toEqual([]);
});

test('a refused one is an alert at once, told live; sent again by the trader it is accepted and the alert goes', { timeout: 90_000 }, async () => {
  const [today, day] = [addDays(TUESDAY, 1), addDays(TUESDAY, 2)];
  const live = world.subscribe(trader, 'subscription { energyAlertRaised { reset alerts { kind severity message clearedAt } } }');
  await live.next();
  await steerClearingHouse(world, { rejectNext: { count: 1, code: 'A54', codeList: 'ESS_REASON' } });
  await world.advanceClock(admin, atLocalTime(today, '13:05'));
  expect((await versions(day))[0]).toMatchObject({ status: 'REJECTED', reason: 'The balancing group is not in balance.', holds: false });
  expect(await alerts()).toEqual(['NOMINATION_LATE CRITICAL']);
  for (;;) {
    const { value } = await live.next();
    const told = value.energyAlertRaised.alerts.find((alert: { kind: string }) => alert.kind === 'NOMINATION_LATE');
    if (!told) continue;
    expect(told).toMatchObject({ severity: 'CRITICAL', message: expect.stringContaining('The balancing group is not in balance.') });
    break;
  }
  await live.return();
  const { balancingGroups } = await world.query(trader, '{ balancingGroups { nodes { id } } }');
  const { nominateSchedule } = await world.query(trader, NOMINATE, { input: { idempotencyKey: crypto.randomUUID(), balancingGroupId: balancingGroups.nodes[0].id, deliveryDay: day } });
  expect(nominateSchedule).toMatchObject({ __typename: 'NominateScheduleSuccess', nomination: { version: 2 } });
  await expect.poll(async () => (await versions(day))[0].status, { timeout: 20_000 }).toBe('ACCEPTED');
  await expect.poll(alerts, { timeout: 20_000 }).toEqual([]);
});

test('a clearing house that is down: a warning at 13:30, an alert at 14:00; past the deadline it goes out as intraday', { timeout: 120_000 }, async () => {
  const [today, day] = [addDays(TUESDAY, 2), addDays(TUESDAY, 3)];
  await steerClearingHouse(world, { fail: { status: 503 } });
  await world.advanceClock(admin, atLocalTime(today, '13:29'));
  expect([(await versions(day))[0].status, await alerts()]).toEqual(['PREPARED', []]);
  await world.advanceClock(admin, atLocalTime(today, '13:30'));
  expect(await alerts()).toEqual(['NOMINATION_DUE WARNING']);
  await world.advanceClock(admin, atLocalTime(today, '14:01'));
  expect(await alerts()).toEqual(['NOMINATION_DUE WARNING', 'NOMINATION_LATE CRITICAL']);
  await world.advanceClock(admin, atLocalTime(today, '14:31'));
  await steerClearingHouse(world, { fail: null });
  await world.advanceClock(admin, atLocalTime(today, '17:00'));
  expect((await versions(day)).map(({ version, path, status }) => `${version} ${path} ${status}`)).toEqual(['2 INTRADAY ACCEPTED', '1 DAY_AHEAD REJECTED']);
  expect(await alerts()).toEqual([]);
});

const NOMINATIONS = 'query ($from: LocalDate!, $until: LocalDate!) { nominations(from: $from, until: $until) { nodes { id version path status holds reason consumptionWattHours balancingGroup { code } } } }';
const ALERTS = '{ energyAlerts(first: 100) { nodes { kind severity } } }';
const NOMINATE = 'mutation ($input: NominateScheduleInput!) { nominateSchedule(input: $input) { __typename ... on NominateScheduleSuccess { nomination { version } } ... on Problem { message } } }';
