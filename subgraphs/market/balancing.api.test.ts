// Schedules and reports of balancing groups on their way through the market: in the event, out the event; what is not known waits for a person.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { EventType } from '@stromgraph/kernel/event';
import { MabisReportReady, ScheduleReady } from '@stromgraph/events/energy';
import { wakeDue } from '@stromgraph/kernel/due';
import { applyEvents } from '@stromgraph/kernel/hearer';
import { newId } from '@stromgraph/kernel/ids';
import { PrismaClient } from '@stromgraph/prisma-market/client';
import { startClearingHouse } from '@stromgraph/simulators/clearing-house/server';
import { actorWith, ask } from '../../tests/ask.ts';
import { type TestDatabase, testDatabase } from '../../tests/database.ts';
import { tell } from '../../tests/facts.ts';
import { waitFor } from '../../tests/wait.ts';
import { handlers } from './handlers/index.ts';
import { poll } from './jobs/inbound.ts';
import type { MarketRuntime } from './runtime.ts';
import { startServer } from './server.ts';
import { startWorkers } from './worker.ts';

const NOON = '2026-11-24T12:00:00Z';
const DEADLINE = '2026-11-24T13:30:00.000Z';
const GROUP = '11XSTROMGRAPH--B';
const PARTIES = { balancingGroupCode: GROUP, responsibleCode: '9999000900024', coordinatorCode: '9999000300018' };
const QUIET = { reset: true, rejected: 0, twice: 0, outOfOrder: 0, loseCallbacks: 0, answerDelayMs: 0, silentNext: 0, sumsDiffer: null };
const staff = actorWith('market:read');

let database: TestDatabase;
let runtime: MarketRuntime;
let url: string;
let house: { url: string; stop: () => Promise<void> };
const stops: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  database = await testDatabase();
  await setTime(NOON, null);
  house = await startClearingHouse({ now: NOON });
  runtime = await database.runtime('market', PrismaClient, { STROMGRAPH_LOG_LEVEL: 'silent', STROMGRAPH_CLEARING_HOUSE_URL: house.url, STROMGRAPH_WEBHOOK_SECRET: 'x' });
  const subgraph = await startServer(runtime);
  ({ url } = subgraph);
  const workers = await startWorkers(runtime);
  stops.push(() => house.stop(), workers.stop, subgraph.stop);
});
afterAll(async () => {
  for (const stop of stops) await stop();
  await database.drop();
});
beforeEach(async () => {
  await database.owner.query('UPDATE market.provider SET failures = 0, open_until = NULL');
  await setTime(NOON);
});

async function control(changes: object): Promise<void> {
  const response = await fetch(`${house.url}/_control`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(changes) });
  if (!response.ok) throw new Error(await response.text());
}
/** A null `of` moves our clock only: the clearing house is not there yet. */
async function setTime(now: string, of: object | null = { ...QUIET, fail: null }): Promise<void> {
  await database.setClock(now);
  if (of) await control({ ...of, now, running: false });
}
async function hear<Data>(type: EventType<Data>, data: Data): Promise<void> {
  await tell(database.owner, type, { aggregateType: 'balancing-group', aggregateId: GROUP, data });
  await applyEvents(runtime, handlers);
  await wakeDue(runtime, 'demo', 'market');
}
let version = 0;
async function nominate(change: object = {}): Promise<string> {
  const nominationId = newId();
  const series = [{ kind: 'PURCHASE' as const, counterparty: 'EEX', wattHours: Array.from({ length: 96 }, () => 1250) }, { kind: 'CONSUMPTION' as const, counterparty: null, wattHours: Array.from({ length: 96 }, () => 1500) }];
  await hear(ScheduleReady, { nominationId, ...PARTIES, deliveryDay: '2026-11-25', version: ++version, path: 'DAY_AHEAD', deadlineAt: DEADLINE, expiresAt: '2026-11-24T13:30:01.000Z', series, ...change });
  return nominationId;
}
async function report(): Promise<string> {
  const reportId = newId();
  const wattHours = Array.from({ length: 2980 }, () => 4123);
  await hear(MabisReportReady, { reportId, ...PARTIES, gridAreaCode: '11YSTROM-NORD--9', month: '2026-10-01', version: 1, deadlineAt: '2026-11-25T23:00:00Z', expiresAt: '2027-06-01T00:00:00Z', measuredWattHours: wattHours, profiledWattHours: wattHours });
  return reportId;
}
const told = async (type: string, where = '{}') => (await database.owner.query(`SELECT payload FROM market.outbox WHERE type = $1 AND payload @> $2::jsonb ORDER BY position`, [type, where])).rows.map(({ payload }) => payload);
/** Callbacks have no gateway to come through here: what the market says is polled. */
const fact = (type: string, where: object) =>
  waitFor(`${type} ${JSON.stringify(where)}`, async () => {
    await poll(runtime, runtime.tenants.get('demo')!);
    return (await told(type, JSON.stringify(where)))[0];
  });
async function message(processId: string): Promise<any> {
  const { data, errors } = await ask(url, staff, 'query ($processId: ID) { marketMessages(filter: { processId: $processId }) { nodes { messageType maloId balancingGroupCode sequence status attempts lastError lateSince deadlineAt contract { id } partner { code role } answer { outcome codeList code reason } } } }', { processId });
  if (errors) throw new Error(JSON.stringify(errors));
  return data.marketMessages.nodes[0];
}
const received = async () => ((await (await fetch(`${house.url}/_messages`)).json()) as { messages: any[] }).messages.filter(({ direction }) => direction === 'received');

test('a schedule is delivered and accepted', async () => {
  const nominationId = await nominate();
  expect(await fact('market.MarketMessageAcknowledged', { processId: nominationId })).toMatchObject({ status: 'DELIVERED', messageType: 'SCHEDULE' });
  expect(await fact('market.ScheduleAnswered', { nominationId })).toMatchObject({ outcome: 'ACCEPTED', codeList: 'ESS_REASON', code: 'A06', reason: 'The schedule was accepted.' });
  expect(await message(nominationId)).toMatchObject({ messageType: 'SCHEDULE', maloId: null, balancingGroupCode: GROUP, status: 'DELIVERED', attempts: 1, contract: null, deadlineAt: DEADLINE, partner: { code: PARTIES.coordinatorCode, role: 'UENB' }, answer: { outcome: 'CONFIRMED' } });
  const [sent] = await received();
  expect(sent.body.transaktionsdaten).toMatchObject({ nachrichtentyp: 'SCHEDULE', zeitintervall: '2026-11-24T23:00Z/2026-11-25T23:00Z', prozesstyp: 'A01', absender: { rollencodenummer: PARTIES.responsibleCode, marktrolle: 'BKV' } });
  expect(sent.body.stammdaten.FAHRPLANZEITREIHE).toMatchObject([{ inParty: GROUP, outParty: 'EEX', werte: expect.arrayContaining(['0.005']) }, { businessType: 'A04' }]);
  const { data } = await ask(url, staff, `{ marketMessages(filter: { balancingGroupCode: "${GROUP}" }) { nodes { messageType } } }`);
  expect(data.marketMessages.nodes.every(({ messageType }: { messageType: string }) => messageType === 'SCHEDULE')).toBe(true);
});

test('a version of a schedule makes one message', async () => {
  const nominationId = await nominate();
  await fact('market.ScheduleAnswered', { nominationId });
  const again = `INSERT INTO market.message_prepared (id, message_type, balancing_group_code, sequence, process_id, partner_code, document_number, transaction_number, payload, deadline_at, expires_at, prepared_at)
    SELECT uuidv7(), message_type, balancing_group_code, 1000, process_id, partner_code, 'again', 'again', payload, deadline_at, expires_at, prepared_at FROM market.message_prepared WHERE process_id = $1`;
  await expect(database.owner.query(again, [nominationId])).rejects.toMatchObject({ code: '23505', constraint: 'message_prepared_process_id_message_type_key' });
});

test('an anomaly is a refusal with its reason; one that nobody knows goes to a person, and nothing is dead', async () => {
  await control({ rejectNext: { count: 1, code: 'A54', codeList: 'ESS_REASON' } });
  expect(await fact('market.ScheduleAnswered', { nominationId: await nominate() })).toMatchObject({ outcome: 'REJECTED', code: 'A54', reason: 'The balancing group is not in balance.' });
  await control({ rejectNext: { count: 1, code: 'Z99', codeList: 'ESS_REASON' } });
  const strange = await nominate();
  expect(await fact('market.ScheduleAnswered', { nominationId: strange })).toMatchObject({ outcome: 'MANUAL', code: 'Z99' });
  const { data } = await ask(url, staff, '{ marketMessages(filter: { messageType: "SCHEDULE", outcomes: [MANUAL] }) { nodes { processId } } }');
  expect(data.marketMessages.nodes).toEqual([{ processId: strange }]);
  expect((await database.owner.query('SELECT 1 FROM market.dead_letter')).rowCount).toBe(0);
});

test('an answer of another kind confirms no schedule', async () => {
  await control({ silentNext: 1 });
  const nominationId = await nominate();
  await fact('market.MarketMessageAcknowledged', { processId: nominationId });
  const { rows } = await database.owner.query('SELECT transaction_number FROM market.message_prepared WHERE process_id = $1', [nominationId]);
  await publish({ stammdaten: {}, transaktionsdaten: { pruefidentifikator: '55005', antwortstatus: 'A11', antwortstatusCodeliste: 'E_0607', referenzVorgangsnummer: rows[0].transaction_number } });
  expect(await fact('market.ScheduleAnswered', { nominationId })).toMatchObject({ outcome: 'MANUAL', reason: 'For a person to decide: 55005 is no answer to SCHEDULE.' });
});

test('what does not leave is late half an hour before its deadline, and given up a second after it', async () => {
  await control({ fail: { status: 503 } });
  const nominationId = await nominate();
  await waitFor('the first try', async () => (await message(nominationId)).attempts === 1);
  await setTime('2026-11-24T13:00:00Z', null);
  await wakeDue(runtime, 'demo', 'market');
  await waitFor('the alert', async () => (await message(nominationId)).lateSince !== null);
  await setTime('2026-11-24T13:30:01Z', null);
  await wakeDue(runtime, 'demo', 'market');
  expect(await fact('market.MarketMessageAcknowledged', { processId: nominationId })).toMatchObject({ status: 'EXPIRED', reason: 'it could not be sent before 2026-11-24T13:30:01.000Z' });
});

test('a message that nobody acknowledges within half an hour is late', async () => {
  await control({ answerDelayMs: 600_000 });
  const nominationId = await nominate();
  await waitFor('it to be sent', async () => (await message(nominationId)).status === 'SENT');
  await setTime('2026-11-24T12:30:00Z', null);
  await wakeDue(runtime, 'demo', 'market');
  await waitFor('the alert', async () => (await message(nominationId)).lateSince === '2026-11-24T12:30:00.000Z');
});

test('a report is acknowledged, and the sums that come back are told, one fact a series', async () => {
  await control({ sumsDiffer: { quarterHours: 2, wattHours: 250 } });
  const reportId = await report();
  const [measured, profiled] = [await fact('market.BalancingSumsReceived', { kind: 'MEASURED' }), await fact('market.BalancingSumsReceived', { kind: 'PROFILE' })];
  expect(measured).toMatchObject({ balancingGroupCode: GROUP, gridAreaCode: '11YSTROM-NORD--9', month: '2026-10-01', formedAt: '2026-11-24T12:00:00.000Z' });
  expect([measured.wattHours.length, ...measured.wattHours.slice(0, 3), profiled.wattHours[0]]).toEqual([2980, 4373, 4373, 4123, 4123]);
  expect(await message(reportId)).toMatchObject({ messageType: 'MABIS_REPORT', status: 'DELIVERED', partner: { role: 'UENB' }, answer: null });
  expect((await database.owner.query(`SELECT 1 FROM market.due WHERE kind = 'look-for-answer' AND subject = (SELECT id::text FROM market.message_prepared WHERE process_id = $1)`, [reportId])).rowCount).toBe(0);
});

test('sums that cannot be read wait for a person', async () => {
  await publish({ stammdaten: { SUMMENZEITREIHE: [{ bilanzkreis: GROUP }] }, transaktionsdaten: { pruefidentifikator: '13003', monat: '2026-10-01' } });
  await poll(runtime, runtime.tenants.get('demo')!);
  await waitFor('a person to decide', async () => (await database.owner.query(`SELECT 1 FROM market.inbound_message WHERE status = 'MANUAL' AND note = 'sums that cannot be read: series 0: its grid area is missing'`)).rowCount === 1);
});

/** The market writes unasked. */
async function publish({ stammdaten, transaktionsdaten }: { stammdaten: object; transaktionsdaten: object }): Promise<void> {
  const nachricht = { stammdaten, transaktionsdaten: { vorgangsnummer: randomUUID(), dokumentennummer: randomUUID(), absender: { rollencodenummer: PARTIES.coordinatorCode }, ...transaktionsdaten }, zusatzdaten: {} };
  const response = await fetch(`${house.url}/_publish`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ nachricht }) });
  if (!response.ok) throw new Error(await response.text());
}
