// A month of a balancing group: our sums from meters and profiles, sent in time, corrected by late values, cleared with the market's.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BalancingSumsReceived, MarketMessageAcknowledged } from '@stromgraph/events/market';
import { hearersOf } from '@stromgraph/events/subscriptions';
import { type Db, transact } from '@stromgraph/kernel/database';
import { runDue } from '@stromgraph/kernel/due';
import { applyEvents } from '@stromgraph/kernel/hearer';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { makeLog } from '@stromgraph/kernel/log';
import { startRelay } from '@stromgraph/kernel/relay';
import type { Runtime } from '@stromgraph/kernel/runtime';
import type { Subgraph } from '@stromgraph/kernel/subgraph';
import { addDays, quarterHoursOf } from '@stromgraph/kernel/time';
import { PrismaClient } from '@stromgraph/prisma-energy/client';
import { actorWith, ask } from '../../tests/ask.ts';
import { type TestDatabase, testDatabase } from '../../tests/database.ts';
import { tell } from '../../tests/facts.ts';
import { waitForRelay } from '../../tests/wait.ts';
import { addContracts } from './actions/add-contracts.ts';
import { endContracts } from './actions/end-contracts.ts';
import { importLoadProfile } from './actions/import-load-profile.ts';
import { planReports } from './actions/report-months.ts';
import { takeMeteredDays } from './actions/take-actuals.ts';
import { openBalancingGroups } from './actions/watch-nominations.ts';
import { handlers } from './handlers/index.ts';
import { dueHandlersWith } from './jobs/due.ts';
import { areaDaysOf } from './positions/area-day.ts';
import { startServer } from './server.ts';
import { gridAreasById } from './store/grid-areas.ts';
import { profitLossFigures } from './store/profit-loss-figures.ts';

const trader = actorWith('energy:read', 'energy:write');
const GROUP = { code: '11XSTROMGRAPH--B', responsibleCode: '9999000900024', coordinatorCode: '9999000300018', takesTheRest: true };
const AREA = idOf('grid-area', '11YSTROM-NORD--9');
const [PROFILED, METERED, METER, STRANGE] = Array.from({ length: 4 }, () => newId()) as [string, string, string, string];
const log = makeLog('energy', 'silent');
const due = dueHandlersWith({ checkEveryHours: 24, mabisWorkingDay: 7 });
const OCTOBER = { from: '2026-10-01', until: '2026-11-01' };
let database: TestDatabase;
let runtime: Runtime<PrismaClient>;
let db: Db;
let energy: Subgraph;
let relay: { stop: () => Promise<void> };

/** One customer by profile (every quarter hour of the year the same share), one by the quarter hour, both from the second of October. */
beforeAll(async () => {
  database = await testDatabase();
  await database.setClock('2026-11-02T09:00:00Z');
  runtime = await database.runtime('energy', PrismaClient, { STROMGRAPH_LOG_LEVEL: 'silent' });
  ({ db } = runtime.tenants.get('demo')!);
  energy = await startServer(runtime);
  relay = await startRelay({ url: await database.urlOf('relay', 'relay'), tenant: 'demo', hearersOf });
  const contract = (id: string, kind: string) => `('${id}', '${AREA}', 'FLAT', '${kind}', 4000000, '2026-10-02', NULL, '2026-09-01')`;
  await database.owner.query(`
    INSERT INTO energy.grid_area VALUES ('${AREA}', '11YSTROM-NORD--9', 'Nord', '11YSTROM-NORD--9', NULL, 'SH');
    INSERT INTO energy.load_profile (code, year, version, dynamised, published_at) VALUES ('FLAT', 2026, 1, false, '2025-12-01');
    INSERT INTO energy.slp_profile SELECT 'FLAT', 2026, 1, m, t, s, 25 FROM generate_series(1, 12) m CROSS JOIN unnest('{WT,SA,FT}'::text[]) t CROSS JOIN generate_series(0, 95) s;
    INSERT INTO energy.supply_contract (contract_id, grid_area_id, profile, metering_kind, expected_watt_hours, start_on, end_on, confirmed_at) VALUES ${contract(PROFILED, 'PROFILE')}, ${contract(METERED, 'INTERVAL')}`);
  await transact(db, async (tx) => {
    await openBalancingGroups(tx, [GROUP]);
    await planReports(tx, 7);
  });
  await database.owner.query(`DELETE FROM energy.due WHERE kind = 'NOMINATE'`); // months are looked at here
  await measure(METER, METERED, '2026-10-25', 1, 40);
});
afterAll(async () => {
  await relay.stop();
  await energy.stop();
  await database.drop();
});
const measure = (meterId: string, contractId: string, day: string, version: number, wattHours: number, doubted = false) =>
  transact(db, async (tx) => takeMeteredDays(tx, [{ meterId, contractId, obis: '1-0:1.29.0', day, version, wattHours: quarterHoursOf(day).map(() => wattHours), doubted }], (await tx.sql<{ at: Date }>`SELECT platform.business_now() AS at`)[0]!.at));
async function goTo(at: string): Promise<void> {
  await database.setClock(at);
  await settle();
}
async function settle(): Promise<void> {
  for (let quiet = 0; quiet < 2; ) {
    const did = await runDue(db, due, { keyring: runtime.keyring, log });
    await waitForRelay(database, 'energy');
    await applyEvents(runtime, handlers);
    quiet = did === 0 ? quiet + 1 : 0;
  }
}
async function query(document: string, variables: object = {}): Promise<any> {
  const { data, errors } = await ask(energy.url, trader, document, variables);
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}
const reports = async (): Promise<any[]> =>
  (await query('query ($from: LocalDate!, $until: LocalDate!) { mabisReports(from: $from, until: $until) { nodes { id version status deadlineAt start measuredWattHours profiledWattHours assumedWattHours totalWattHours missingDays sentAt reason balancingGroup { code } gridArea { code } marketSums { kind formedAt totalWattHours } } } }', OCTOBER)).mabisReports.nodes;
const cases = async (): Promise<any[]> => (await query('{ clearingCases { nodes { id kind status quarterHours differenceWattHours deviationWattHours reportVersion formedAt closedBy reason gridArea { code } } } }')).clearingCases.nodes;
const alerts = async () => (await database.owner.query(`SELECT kind FROM energy.alert WHERE cleared_at IS NULL AND kind ~ '^(MABIS|CLEARING|DATA)' ORDER BY kind`)).rows.map(({ kind }) => kind);
async function acknowledge(status: 'DELIVERED' | 'NACK' | 'EXPIRED', reason: string | null = null): Promise<void> {
  const [{ id }] = await reports();
  await tell(database.owner, MarketMessageAcknowledged, { aggregateType: 'message', aggregateId: id, data: { messageId: newId(), messageType: 'MABIS_REPORT', processId: id, status, reason } });
  await settle();
}
async function marketSays(kind: 'MEASURED' | 'PROFILE', wattHours: readonly number[], formedAt: string, gridAreaCode = '11YSTROM-NORD--9'): Promise<void> {
  await tell(database.owner, BalancingSumsReceived, { aggregateType: 'balancing-sum', aggregateId: gridAreaCode, data: { balancingGroupCode: GROUP.code, gridAreaCode, month: OCTOBER.from, kind, formedAt, wattHours: [...wattHours] } });
  await settle();
}

test('in the morning of working day six the month is summed: measured, by profile, what is missing', async () => {
  await goTo('2026-11-09T04:59:59Z');
  expect(await reports()).toEqual([]);
  await goTo('2026-11-09T05:00:00Z');
  const [report, ...others] = await reports();
  expect(others).toEqual([]);
  expect(report).toMatchObject({ version: 1, status: 'PREPARED', deadlineAt: '2026-11-10T23:00:00.000Z', start: '2026-09-30T22:00:00.000Z', missingDays: 29, balancingGroup: { code: GROUP.code }, gridArea: { code: '11YSTROM-NORD--9' } });
  // 25 kWh of a million per quarter hour: 4,000 kWh a year make 100 Wh, from the second day on; the 25th has 100 quarter hours.
  expect([report.profiledWattHours.length, report.profiledWattHours[95], report.profiledWattHours[96], report.profiledWattHours[2979]]).toEqual([2980, 0, 100, 100]);
  expect(report.measuredWattHours.filter((wattHours: number) => wattHours === 40)).toHaveLength(100);
  expect([report.measuredWattHours.indexOf(40), report.measuredWattHours.lastIndexOf(40)]).toEqual([24 * 96, 24 * 96 + 99]);
  expect([report.measuredWattHours[95], report.measuredWattHours[96], report.measuredWattHours[2979]]).toEqual([0, 100, 100]);
  expect([report.assumedWattHours, report.totalWattHours]).toEqual([2784 * 100, 2884 * 100 + 2784 * 100 + 100 * 40]);
  const { rows } = await database.owner.query(`SELECT payload FROM energy.outbox WHERE type = 'energy.MabisReportReady'`);
  expect(rows).toMatchObject([{ payload: { reportId: report.id, version: 1, month: OCTOBER.from, gridAreaCode: '11YSTROM-NORD--9', expiresAt: '2027-05-31T22:00:00.000Z' } }]);
  expect((await database.owner.query(`SELECT due_at FROM energy.due WHERE kind = 'REPORT_MONTH'`)).rows[0].due_at.toISOString()).toBe('2026-12-08T05:00:00.000Z');
});

test('not sent: a warning at noon of working day seven, an alert at its end; sent, they go', async () => {
  await goTo('2026-11-10T11:00:00Z');
  expect(await alerts()).toEqual(['MABIS_DUE']);
  await goTo('2026-11-10T23:00:00Z');
  expect(await alerts()).toEqual(['MABIS_DUE', 'MABIS_LATE']);
  await acknowledge('DELIVERED');
  expect(await reports()).toMatchObject([{ status: 'SENT', sentAt: '2026-11-10T23:00:00.000Z' }]);
  expect(await alerts()).toEqual([]);
});

test('what nobody took is tried again after an hour, what was refused by a person, once, until it arrives', async () => {
  const again = (reportId: string) => query('mutation ($input: ResendMabisReportInput!) { resendMabisReport(input: $input) { __typename ... on ResendMabisReportSuccess { report { version status } } ... on MabisReportNotRefused { message } } }', { input: { reportId } }).then(({ resendMabisReport }) => resendMabisReport);
  const [{ id: first }] = await reports();
  expect(await again('x')).toEqual({ __typename: 'MabisReportNotFound' });
  expect(await again(first)).toEqual({ __typename: 'MabisReportNotRefused', message: 'Version 1 is with the market.' });
  await acknowledge('EXPIRED', 'nobody answered');
  expect(await alerts()).toEqual(['MABIS_LATE']);
  await goTo('2026-11-10T23:59:59Z');
  expect(await reports()).toMatchObject([{ version: 1, status: 'REJECTED' }]);
  await goTo('2026-11-11T00:00:00Z');
  expect(await reports()).toMatchObject([{ version: 2, status: 'PREPARED', deadlineAt: '2026-11-12T23:00:00.000Z' }, { version: 1 }]);
  expect(await again(first)).toEqual({ __typename: 'MabisReportNotRefused', message: 'A later version has taken the place of version 1.' });
  await acknowledge('NACK', 'Z29: something is missing');
  await goTo('2026-11-11T06:00:00Z');
  expect(await reports()).toHaveLength(2); // the same would be refused again
  const [{ id: second }] = await reports();
  expect(await again(second)).toEqual({ __typename: 'ResendMabisReportSuccess', report: { version: 3, status: 'PREPARED' } });
  expect(await again(second)).toMatchObject({ __typename: 'MabisReportNotRefused' });
  await acknowledge('DELIVERED');
  expect(await alerts()).toEqual([]);
});

test('the market agrees: nothing to clear; it differs: a case and an alert, until a later sum agrees', async () => {
  const [{ measuredWattHours: ours, profiledWattHours }] = await reports();
  await marketSays('PROFILE', profiledWattHours, '2026-11-11T08:00:00Z');
  expect(await cases()).toEqual([]);
  await marketSays('MEASURED', ours.map((wattHours: number, at: number) => (at < 3 ? wattHours + 10 : wattHours)), '2026-11-11T08:00:00Z');
  expect(await cases()).toMatchObject([{ kind: 'MEASURED', status: 'OPEN', quarterHours: 3, differenceWattHours: 30, deviationWattHours: 30, reportVersion: 3, gridArea: { code: '11YSTROM-NORD--9' } }]);
  expect(await alerts()).toEqual(['CLEARING_OPEN']);
  await marketSays('MEASURED', ours.map((wattHours: number, at: number) => (at < 2 ? wattHours + 10 : wattHours)), '2026-11-12T08:00:00Z');
  expect(await cases()).toMatchObject([{ status: 'OPEN', quarterHours: 2, formedAt: '2026-11-12T08:00:00.000Z' }]);
  await marketSays('MEASURED', ours, '2026-11-11T09:00:00Z'); // formed earlier than the one that holds
  expect(await cases()).toMatchObject([{ status: 'OPEN', quarterHours: 2 }]);
  await marketSays('MEASURED', ours, '2026-11-13T08:00:00Z');
  expect(await cases()).toMatchObject([{ status: 'RESOLVED', closedBy: null }]);
  expect(await alerts()).toEqual([]);
  expect((await reports())[0].marketSums).toEqual([{ kind: 'MEASURED', formedAt: '2026-11-13T08:00:00.000Z', totalWattHours: 282_400 }, { kind: 'PROFILE', formedAt: '2026-11-11T08:00:00.000Z', totalWattHours: 288_400 }]);
});

test('late values make the next version the morning after, with all that came; it is compared at once', async () => {
  await goTo('2026-11-13T10:00:00Z');
  await measure(METER, METERED, '2026-10-26', 1, 50);
  await measure(METER, METERED, '2026-10-25', 2, 42);
  await measure(STRANGE, PROFILED, '2026-10-25', 1, 1_000); // balanced on the profile, whatever the meter says
  await settle();
  expect(await reports()).toHaveLength(3);
  await goTo('2026-11-14T05:00:00Z');
  const [corrected] = await reports();
  expect(corrected).toMatchObject({ version: 4, status: 'PREPARED', missingDays: 28, deadlineAt: '2026-11-16T23:00:00.000Z', assumedWattHours: 2688 * 100, totalWattHours: 2884 * 100 + 2688 * 100 + 100 * 42 + 96 * 50 });
  expect((await cases())[0]).toMatchObject({ status: 'OPEN', reportVersion: 4, quarterHours: 196, differenceWattHours: 96 * 50 - 200 });
  await acknowledge('NACK', 'Z29: something is missing');
  expect((await reports())[0]).toMatchObject({ status: 'REJECTED', reason: 'Z29: something is missing' });
  expect(await alerts()).toEqual(['CLEARING_OPEN', 'MABIS_LATE']);
});

test('a person closes a case with a reason; the same difference opens no other, a new one does', async () => {
  const [{ id }] = await cases();
  const close = (caseId: string, reason: string) => query('mutation ($input: CloseClearingCaseInput!) { closeClearingCase(input: $input) { __typename ... on CloseClearingCaseSuccess { clearingCase { status closedBy reason } } ... on InputInvalid { faults { path allowed } } ... on Problem { message } } }', { input: { caseId, reason } }).then(({ closeClearingCase }) => closeClearingCase);
  expect(await close(id, ' ')).toMatchObject({ __typename: 'InputInvalid', faults: [{ path: 'reason', allowed: '1 to 500 characters' }] });
  expect(await close('x', 'why')).toMatchObject({ __typename: 'ClearingCaseNotFound' });
  expect(await close(id, 'The market takes our values with its next sum.')).toMatchObject({ clearingCase: { status: 'CLOSED', closedBy: 'tester@demo.test', reason: 'The market takes our values with its next sum.' } });
  expect(await close(id, 'again')).toMatchObject({ __typename: 'ClearingCaseNotOpen', message: 'The case is closed by tester@demo.test already.' });
  expect(await alerts()).toEqual(['MABIS_LATE']);
  const [{ measuredWattHours: ours }] = await reports();
  const first = ours.map((wattHours: number) => ({ 42: 40, 50: 100 })[wattHours] ?? wattHours);
  await marketSays('MEASURED', first, '2026-11-15T08:00:00Z');
  expect(await cases()).toHaveLength(2);
  await marketSays('MEASURED', first.map((wattHours: number) => wattHours + 1), '2026-11-16T08:00:00Z');
  expect(await cases()).toMatchObject([{ status: 'OPEN' }, { status: 'CLOSED' }, { status: 'RESOLVED' }]);
});

test('sums of a group or area that is none of ours are told, not taken', async () => {
  await marketSays('MEASURED', [1], '2026-11-15T08:00:00Z', '11YSTROM-OST---O');
  expect(await alerts()).toContain('DATA_INVALID');
  await database.owner.query(`INSERT INTO energy.grid_area VALUES (gen_random_uuid(), '11YSTROM-OST---O', 'Ost', '11YSTROM-OST---O')`);
  await marketSays('MEASURED', Array(31 * 96 + 4).fill(1), '2026-11-16T08:00:00Z', '11YSTROM-OST---O'); // it is ours by now
  expect(await alerts()).not.toContain('DATA_INVALID');
  expect((await database.owner.query('SELECT 1 FROM energy.dead_letter')).rowCount).toBe(0);
});

test('a doubted day is reported by its load profile and counted as missing, until it is decided', async () => {
  const at = async (time: string) => {
    await goTo(time);
    const [{ version, missingDays, measuredWattHours }] = await reports();
    return { version, missingDays, of: [measuredWattHours[27 * 96 + 4], measuredWattHours[28 * 96 + 3]] };
  };
  const { version } = await at('2026-11-17T10:00:00Z');
  await measure(METER, METERED, '2026-10-28', 1, 80);
  expect(await at('2026-11-18T05:00:00Z')).toEqual({ version: version + 1, missingDays: 27, of: [80, 80] });
  await measure(METER, METERED, '2026-10-28', 2, 99_000, true);
  expect(await at('2026-11-18T06:00:00Z')).toMatchObject({ version: version + 1 });
  expect(await at('2026-11-19T05:00:00Z')).toEqual({ version: version + 2, missingDays: 28, of: [100, 100] });
  await measure(METER, METERED, '2026-10-28', 3, 70);
  expect(await at('2026-11-19T05:30:00Z')).toMatchObject({ version: version + 2 });
  expect(await at('2026-11-20T05:00:00Z')).toEqual({ version: version + 3, missingDays: 27, of: [70, 70] });
});

test('supply that ends or comes late, and a new profile, correct the report the morning after', async () => {
  const profiled = async (time: string) => {
    await goTo(time);
    const [{ version, profiledWattHours }] = await reports();
    return [version, profiledWattHours[24 * 96 + 99], profiledWattHours[25 * 96 + 4]]; // the end of the 25th, the beginning of the 26th
  };
  const [version] = await profiled('2026-11-20T06:00:00Z');
  await transact(db, (tx) => endContracts(tx, [{ contractId: PROFILED, endOn: '2026-10-26', toldAt: '2026-11-20T06:00:00Z' }]));
  expect(await profiled('2026-11-21T05:00:00Z')).toEqual([version + 1, 100, 0]);
  await transact(db, (tx) => addContracts(tx, [{ contractId: newId(), gridAreaId: AREA, gridAreaCode: '11YSTROM-NORD--9', profile: 'FLAT', meteringKind: 'PROFILE', expectedWattHours: '2000000', startOn: '2026-10-26', endOn: null, confirmedAt: '2026-11-21T06:00:00Z' }]));
  expect(await profiled('2026-11-22T05:00:00Z')).toEqual([version + 2, 100, 50]);
  await importLoadProfile(db, { code: 'FLAT', year: 2026, version: 2, dynamised: false, seasonal: false, source: 'ENET', publishedAt: new Date('2026-11-21T05:00:00Z'), values: Array.from({ length: 12 }, (_, month) => (['WT', 'SA', 'FT'] as const).flatMap((dayType) => Array.from({ length: 96 }, (_slot, slot) => ({ month: month + 1, dayType, slot, value: '50' })))).flat() });
  expect(await profiled('2026-11-23T05:00:00Z')).toEqual([version + 3, 200, 100]);
});

test('who is balanced on a profile counts by the load profile, also where a measured one shapes the demand', async () => {
  await database.owner.query(`
    INSERT INTO energy.load_profile (code, year, version, dynamised, source, published_at) VALUES ('FLAT 11YSTROM-NORD--9', 2026, 1, false, 'MEASURED', '2026-11-01');
    INSERT INTO energy.slp_profile SELECT 'FLAT 11YSTROM-NORD--9', 2026, 1, m, t, s, 75 FROM generate_series(1, 12) m CROSS JOIN unnest('{WT,SA,FT}'::text[]) t CROSS JOIN generate_series(0, 95) s;
    INSERT INTO energy.measured_supply VALUES ('${PROFILED}', 'FLAT 11YSTROM-NORD--9', '2026-11-16')`);
  const [{ version, profiledWattHours: before }] = await reports();
  await measure(METER, METERED, '2026-10-29', 1, 10);
  await goTo('2026-11-24T05:00:00Z');
  const [report] = await reports();
  expect(report.version).toBe(version + 1);
  expect(report.profiledWattHours).toEqual(before);
});

test('a day on which the meter was exchanged is known when its two meters know all of it', async () => {
  const [{ missingDays }] = await reports();
  const day = '2026-10-30';
  const part = (meterId: string, knows: (nth: number) => boolean) =>
    transact(db, (tx) => takeMeteredDays(tx, [{ meterId, contractId: METERED, obis: '1-0:1.29.0', day, version: 1, wattHours: quarterHoursOf(day).map((_, nth) => (knows(nth) ? 30 : null)) }], new Date('2026-11-24T06:00:00Z')));
  await part(METER, (nth) => nth < 40);
  await goTo('2026-11-25T05:00:00Z');
  expect(await reports()).toMatchObject([{ missingDays }, ...(await reports()).slice(1)]);
  await part(newId(), (nth) => nth >= 40);
  await goTo('2026-11-26T05:00:00Z');
  const [report] = await reports();
  expect([report.missingDays, report.measuredWattHours.filter((wattHours: number) => wattHours === 30)]).toEqual([missingDays - 1, Array(96).fill(30)]);
});

test('a report has the energy that profit and loss has, whatever is measured', async () => {
  const [{ measuredWattHours, profiledWattHours, assumedWattHours, totalWattHours }] = await reports();
  const days = Array.from({ length: 31 }, (_, nth) => addDays(OCTOBER.from, nth));
  const figures = await transact(db, async (tx) => profitLossFigures(tx, areaDaysOf(await gridAreasById(tx, [AREA]), days), OCTOBER.until));
  expect(figures.flatMap(({ consumptionWattHours }) => consumptionWattHours.map(Number))).toEqual(measuredWattHours.map((wattHours: number, at: number) => wattHours + profiledWattHours[at]));
  expect([assumedWattHours > 0, assumedWattHours < totalWattHours]).toEqual([true, true]);
});

test('what was measured after an end that became known late counts nowhere any more, until supply goes on after all', async () => {
  const day = '2026-10-30';
  const used = async () => {
    const [{ version, measuredWattHours }] = await reports();
    const { rows: [realised] } = await database.owner.query(`SELECT DISTINCT ON (start_at) watt_hours::int AS wh FROM energy.realised_consumption WHERE source = 'METERED' AND start_at = '2026-10-30T12:00Z' ORDER BY start_at, version DESC`);
    const { rows: [history] } = await database.owner.query(`SELECT watt_hours[53]::int AS wh FROM energy.historic_consumption WHERE day = '${day}' ORDER BY version DESC LIMIT 1`);
    return { version, wattHours: [measuredWattHours[29 * 96 + 4 + 52], realised.wh, history.wh] };
  };
  await transact(db, (tx) => takeMeteredDays(tx, [{ meterId: METER, contractId: METERED, maloId: '41373559241', obis: '1-0:1.29.0', day, version: 2, wattHours: quarterHoursOf(day).map(() => 60) }], new Date('2026-11-26T06:00:00Z')));
  await goTo('2026-11-27T05:00:00Z');
  const { version, wattHours } = await used();
  expect(wattHours).toEqual([90, 90, 60]); // of two meters, the other of which has no location
  await acknowledge('DELIVERED');
  const end = (endOn: string, toldAt: string) => transact(db, (tx) => endContracts(tx, [{ contractId: METERED, endOn, toldAt }]));
  await end('2026-10-30', '2026-11-27T06:00:00Z');
  await goTo('2026-11-28T05:00:00Z');
  expect(await used()).toEqual({ version: version + 1, wattHours: [0, 0, null] });
  expect((await reports())[0]).toMatchObject({ status: 'PREPARED', missingDays: 24 });
  await end('2026-10-31', '2026-11-28T06:00:00Z');
  await goTo('2026-11-29T05:00:00Z');
  expect(await used()).toEqual({ version: version + 2, wattHours: [90, 90, 60] });
});

test('after the end of the seventh month after it, a month is not corrected, nor sent again', async () => {
  const { rows: [refused] } = await database.owner.query<{ id: string }>(`SELECT id FROM energy.mabis_report WHERE status = 'REJECTED' ORDER BY version DESC LIMIT 1`);
  await database.setClock('2027-05-31T22:00:00Z');
  await measure(METER, METERED, '2026-10-27', 1, 50);
  expect((await database.owner.query(`SELECT 1 FROM energy.due WHERE kind = 'REPORT_AREA'`)).rowCount).toBe(0);
  expect(await query('mutation ($input: ResendMabisReportInput!) { resendMabisReport(input: $input) { ... on MabisCorrectionsEnded { endedAt } } }', { input: { reportId: refused!.id } })).toEqual({ resendMabisReport: { endedAt: '2027-05-31T22:00:00.000Z' } });
});
