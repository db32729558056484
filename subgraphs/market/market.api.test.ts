// An application on its way through the market, with the clearing house as simulator: in the event, out the event.
import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { SwitchRequested } from '@stromgraph/events/contracts';
import { wakeDue } from '@stromgraph/kernel/due';
import { applyEvents } from '@stromgraph/kernel/hearer';
import { newId } from '@stromgraph/kernel/ids';
import { startRelay } from '@stromgraph/kernel/relay';
import { seal } from '@stromgraph/kernel/seal';
import { hearersOf } from '@stromgraph/events/subscriptions';
import { PrismaClient } from '@stromgraph/prisma-market/client';
import { startClearingHouse } from '@stromgraph/simulators/clearing-house/server';
import { makeMalo } from '@stromgraph/simulators/world/identifiers';
import { actorWith, ask, sendSigned } from '../../tests/ask.ts';
import { type TestDatabase, testDatabase } from '../../tests/database.ts';
import { tell } from '../../tests/facts.ts';
import { listen } from '../../tests/listen.ts';
import { waitFor } from '../../tests/wait.ts';
import { handlers } from './handlers/index.ts';
import type { MarketRuntime } from './runtime.ts';
import { startServer } from './server.ts';
import { startWorkers } from './worker.ts';

const NOW = '2026-11-24T09:00:00Z';
const SECRET = 'whsec_dGhlIG5ldyBzZWNyZXQ=';
const OLD_SECRET = 'the old secret';
const QUIET = { reset: true, rejected: 0, twice: 0, outOfOrder: 0, loseCallbacks: 0, answerDelayMs: 0, retryFirstMs: 50 };
const staff = actorWith('market:read');

let database: TestDatabase;
let runtime: MarketRuntime;
let url: string;
let house: { url: string; stop: () => Promise<void> };
let gateway: Server;
const stops: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  database = await testDatabase();
  await database.setClock(NOW);
  house = await startClearingHouse({ now: NOW });
  runtime = await database.runtime('market', PrismaClient, { STROMGRAPH_CLEARING_HOUSE_URL: house.url, STROMGRAPH_WEBHOOK_SECRETS: `${OLD_SECRET},${SECRET}` });
  const subgraph = await startServer(runtime);
  url = subgraph.url;
  gateway = createServer((request, response) => void forward(request).then(({ status, text }) => response.writeHead(status).end(text)));
  await new Promise<void>((done) => gateway.listen(0, '127.0.0.1', done));
  const workers = await startWorkers(runtime);
  const relay = await startRelay({ url: await database.urlOf('relay', 'relay'), tenant: 'demo', hearersOf });
  stops.push(() => house.stop(), relay.stop, workers.stop, subgraph.stop, async () => gateway.close());
});
afterAll(async () => {
  for (const stop of stops) await stop();
  await database.drop();
});
beforeEach(async () => {
  await database.setClock(NOW);
  await database.owner.query('UPDATE market.provider SET failures = 0, open_until = NULL'); // the clock went back, unlike in life
  await control({ ...QUIET, now: NOW, running: false, fail: null, webhook: { url: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/`, secret: SECRET } });
});

/** As the gateway hands the webhook on: signed by itself, the caller's proof in its headers. */
async function forward(request: import('node:http').IncomingMessage): Promise<{ status: number; text: string }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return call(Buffer.concat(chunks).toString('utf8'), Object.fromEntries(Object.entries(request.headers).filter(([name]) => name.startsWith('webhook-'))) as Record<string, string>);
}
async function call(body: string, headers: Record<string, string>): Promise<{ status: number; text: string }> {
  const response = await sendSigned(new URL('/webhooks/clearing-house', url).href, 'POST', body, { actor: null, headers: { 'content-type': 'application/json', ...headers } });
  return { status: response.status, text: await response.text() };
}
async function control(changes: object): Promise<void> {
  const response = await fetch(`${house.url}/_control`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(changes) });
  if (!response.ok) throw new Error(await response.text());
}
const received = async () => ((await (await fetch(`${house.url}/_messages`)).json()) as { messages: any[] }).messages.filter(({ direction }) => direction === 'received');

let malos = 0;
async function requestSwitch(changes: object = {}) {
  const request = {
    contractId: newId(), customerId: newId(), processId: newId(), maloId: makeMalo(`51${String(++malos).padStart(8, '0')}`), meterNumber: '1EMH0012345678', gridOperatorCode: '9999000100012',
    meteringOperatorCode: null, reason: 'SUPPLIER_CHANGE' as const, startOn: '2026-12-08', expectedWattHours: '3500499', household: true, signedAt: NOW, sealed: null as string | null, ...changes,
  };
  const address = { street: 'Holstenstraße', houseNumber: '1', postalCode: '24103', city: 'Kiel', district: null, country: 'DE' };
  const parties = {
    salutation: null, firstName: 'Änne', lastName: 'Großmann', company: null, email: 'aenne@example.test', phone: null, locale: 'de-DE',
    deliveryAddress: address, billingAddress: address, iban: null, mandateReference: null, mandateSignedAt: null,
  };
  if (!('sealed' in changes)) request.sealed = await seal(runtime.tenants.get('demo')!.db, runtime.keyring, request.customerId, JSON.stringify(parties));
  await tell(database.owner, SwitchRequested, { aggregateType: 'contract', aggregateId: request.contractId, data: request });
  await applyEvents(runtime, handlers);
  await wakeDue(runtime, 'demo', 'market');
  return request;
}

/** Timers of a second would find it too. */
async function advanceTo(at: string): Promise<void> {
  await database.setClock(at);
  await wakeDue(runtime, 'demo', 'market');
}

async function events(type: string, processId: string): Promise<any[]> {
  const { rows } = await database.owner.query(`SELECT payload FROM market.outbox WHERE type = $1 AND payload ->> 'processId' = $2 ORDER BY position`, [type, processId]);
  return rows.map(({ payload }) => payload);
}
const event = (type: string, processId: string) => waitFor(`${type}`, async () => (await events(type, processId))[0]);
async function message(processId: string): Promise<any> {
  const query = `query ($processId: ID) { marketMessages(filter: { processId: $processId }) { nodes {
    id messageType maloId sequence processId status ticketId attempts nextAttemptAt lastError lateSince contract { id } partner { code role } answer { outcome codeList code reason } } } }`;
  const { data, errors } = await ask(url, staff, query, { processId });
  if (errors) throw new Error(JSON.stringify(errors));
  return data.marketMessages.nodes[0];
}
const messageWith = (processId: string, wanted: object) =>
  waitFor(JSON.stringify(wanted), async () => {
    const found = await message(processId);
    return found && Object.entries(wanted).every(([key, value]) => found[key] === value) && found;
  });

test('an application is delivered and confirmed', async () => {
  const { processId, maloId, contractId } = await requestSwitch();
  const confirmed = await event('market.SwitchConfirmed', processId);
  expect(confirmed).toMatchObject({ contractId, processId, maloId, startOn: '2026-12-08', gridOperatorCode: '9999000100012', meteringOperatorCode: '9999000200010', gridAreaCode: '11YSTROM-NORD--9', profile: 'H25', meterNumber: '1EMH0012345678' });
  expect(await event('market.MarketMessageAcknowledged', processId)).toMatchObject({ status: 'DELIVERED', messageType: '55001', reason: null });
  expect(await messageWith(processId, { status: 'DELIVERED' })).toMatchObject({
    messageType: '55001', maloId, sequence: 1, attempts: 1, lastError: null, contract: { id: contractId }, partner: { code: '9999000100012', role: 'NB' },
    answer: { outcome: 'CONFIRMED', codeList: 'E_0623', code: 'A51', reason: 'The grid operator assigned the market location to us.' },
  });
  const [sent] = await received();
  expect(sent.body.stammdaten).toMatchObject({ GESCHAEFTSPARTNER: [{ name1: 'Großmann', name2: 'Änne' }], BILANZIERUNG: [{ bilanzkreis: '11XSTROMGRAPH--B', jahresverbrauchsprognose: 3500 }] });
  expect(sent.body.transaktionsdaten).toMatchObject({ pruefidentifikator: '55001', transaktionsgrund: 'E03', absender: { rollencodenummer: '9999000900016' }, nachrichtendatum: '2026-11-24T09:00:00.000Z' });
});

test('personal data lie nowhere in clear: not in rows, not in events, not in jobs', async () => {
  const { processId } = await requestSwitch();
  await event('market.SwitchConfirmed', processId);
  const { rows } = await database.owner.query<{ text: string }>(`
    SELECT string_agg(t::text, ' ') AS text FROM (
      SELECT to_jsonb(p) t FROM market.message_prepared p UNION ALL SELECT to_jsonb(m) FROM market.message m UNION ALL SELECT to_jsonb(a) FROM market.message_audit a
      UNION ALL SELECT to_jsonb(i) FROM market.inbound_message i UNION ALL SELECT payload FROM market.outbox UNION ALL SELECT to_jsonb(d) FROM market.due d) x`);
  expect(rows[0]!.text).not.toMatch(/Großmann|Änne|Holstenstra|aenne@/);
  const { rows: proofs } = await database.owner.query(`SELECT kind FROM market.message_audit a JOIN market.message_prepared p ON p.id = a.message_id WHERE p.process_id = $1 ORDER BY kind`, [processId]);
  expect(proofs.map(({ kind }) => kind)).toEqual(['ACKNOWLEDGED', 'ANSWERED', 'SUBMITTED']);
});

test('a rejection carries list and code; a code that nobody knows goes to a person', async () => {
  await control({ rejectNext: { count: 1, code: 'A02', codeList: 'E_0622' } });
  const known = await requestSwitch();
  expect(await event('market.SwitchRejected', known.processId)).toMatchObject({ contractId: known.contractId, codeList: 'E_0622', code: 'A02', known: true, reason: 'The market location does not take part in market communication.' });
  await control({ rejectNext: { count: 1, code: 'Z99', codeList: 'E_0622' } });
  const unknown = await requestSwitch();
  expect(await event('market.SwitchRejected', unknown.processId)).toMatchObject({ code: 'Z99', known: false });
  expect(await messageWith(unknown.processId, { status: 'DELIVERED' })).toMatchObject({ answer: { outcome: 'MANUAL' } });
  expect(await events('market.SwitchConfirmed', unknown.processId)).toEqual([]);
});

test('answers that come twice or before their acknowledgement count once', async () => {
  await control({ twice: 1, outOfOrder: 1 });
  const requests = await Promise.all([1, 2, 3, 4].map(() => requestSwitch()));
  for (const { processId } of requests) {
    await event('market.SwitchConfirmed', processId);
    await event('market.MarketMessageAcknowledged', processId);
  }
  await waitFor('the clearing house to be quiet', async () => ((await (await fetch(`${house.url}/_idle`)).json()) as { idle: boolean }).idle);
  await waitFor('everything to be applied', async () => (await database.owner.query(`SELECT 1 FROM market.inbound_message WHERE status = 'RECEIVED'`)).rowCount === 0);
  for (const { processId } of requests) {
    expect(await events('market.SwitchConfirmed', processId)).toHaveLength(1);
    expect(await events('market.MarketMessageAcknowledged', processId)).toHaveLength(1);
  }
  const { rows } = await database.owner.query(`SELECT DISTINCT status FROM market.inbound_message WHERE message_id IS NULL AND status <> 'DUPLICATE'`);
  expect(rows).toEqual([]);
});

test('callbacks that never came are polled', async () => {
  await control({ loseCallbacks: 1 });
  const { processId } = await requestSwitch();
  await messageWith(processId, { status: 'SENT' });
  await advanceTo('2026-11-24T09:01:30Z');
  await event('market.SwitchConfirmed', processId);
  await messageWith(processId, { status: 'DELIVERED' });
  expect((await database.owner.query(`SELECT 1 FROM market.due WHERE kind IN ('look-for-answer', 'watch-queue', 'watch-deadline', 'expire')`)).rowCount).toBe(0);
});

test('a provider that is down loses nothing, and its answer that got lost makes no second message', async () => {
  await control({ fail: { status: 503 } });
  const { processId } = await requestSwitch();
  expect(await messageWith(processId, { attempts: 1 })).toMatchObject({ status: 'PENDING', lastError: 'the clearing house answered 503' });
  await control({ fail: { status: 0 } });
  await advanceTo('2026-11-24T09:00:40Z');
  await messageWith(processId, { attempts: 2 });
  await advanceTo('2026-11-24T09:02:00Z');
  await messageWith(processId, { attempts: 3 });
  expect((await database.owner.query('SELECT failures, open_until FROM market.provider')).rows).toEqual([{ failures: 3, open_until: new Date('2026-11-24T09:02:30Z') }]);
  const second = await requestSwitch();
  expect(await messageWith(second.processId, { lastError: 'the clearing house is left alone for a while' })).toMatchObject({ attempts: 0, nextAttemptAt: '2026-11-24T09:02:30.000Z' });
  await control({ fail: null, dropAnswerNext: 1 });
  await advanceTo('2026-11-24T09:05:00Z');
  await waitFor('the probe', async () => (await database.owner.query('SELECT 1 FROM market.provider WHERE failures = 4')).rowCount === 1);
  expect(await received()).toHaveLength(1);
  await advanceTo('2026-11-24T09:40:00Z');
  await Promise.all([processId, second.processId].map((one) => event('market.SwitchConfirmed', one)));
  expect(await received()).toHaveLength(2);
  expect((await database.owner.query('SELECT failures, open_until FROM market.provider')).rows).toEqual([{ failures: 0, open_until: null }]);
});

test('a message that waits too long makes an alert, and one that makes no sense any more is given up', async () => {
  await control({ fail: { status: 503 } });
  const { processId } = await requestSwitch({ startOn: '2026-11-26' });
  await messageWith(processId, { attempts: 1 });
  await advanceTo('2026-11-24T09:30:00Z');
  await waitFor('the alert', async () => (await message(processId)).lateSince === '2026-11-24T09:30:00.000Z');
  const { data } = await ask(url, staff, '{ marketMessages(filter: { late: true, statuses: [PENDING] }) { nodes { processId } } }');
  expect(data.marketMessages.nodes).toEqual([{ processId }]);
  await advanceTo('2026-11-26T00:00:00+01:00');
  expect(await event('market.MarketMessageAcknowledged', processId)).toMatchObject({ status: 'EXPIRED' });
  await messageWith(processId, { status: 'EXPIRED', nextAttemptAt: null });
});

test('what the database refuses for a moment is tried again in a moment: nobody waits until a claim runs out', async () => {
  await control({ fail: { status: 503 } });
  await database.owner.query(`CREATE SEQUENCE market.stumble;
    CREATE FUNCTION market.stumble() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
      IF nextval('market.stumble') = 1 THEN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END IF;
      RETURN NEW; END $$;
    CREATE TRIGGER stumble BEFORE UPDATE OF attempts ON market.message FOR EACH ROW EXECUTE FUNCTION market.stumble()`);
  const { processId } = await requestSwitch();
  expect(await messageWith(processId, { attempts: 1 })).toMatchObject({ status: 'PENDING', lastError: 'the clearing house answered 503' });
  await database.owner.query('DROP FUNCTION market.stumble() CASCADE; DROP SEQUENCE market.stumble');
});

test('a message of an erased customer is not sent', async () => {
  const { processId } = await requestSwitch({ sealed: null });
  expect(await event('market.MarketMessageAcknowledged', processId)).toMatchObject({ status: 'VALIDATION_ERROR', reason: 'the data of the customer were erased' });
  expect(await received()).toEqual([]);
});

test('what the clearing house refuses or the receiver rejects is told', async () => {
  const invalid = await requestSwitch({ maloId: '51238696780' });
  expect(await event('market.MarketMessageAcknowledged', invalid.processId)).toMatchObject({ status: 'VALIDATION_ERROR', reason: 'stammdaten.MARKTLOKATION[0].marktlokationsId CHECKDIGIT' });
  await control({ nackNext: 1 });
  const refused = await requestSwitch();
  expect(await event('market.MarketMessageAcknowledged', refused.processId)).toMatchObject({ status: 'NACK', reason: expect.stringContaining('Z29') });
});

test('the webhook believes nobody else', async () => {
  const body = JSON.stringify({ id: 'in_forged', cursor: 1, type: 'ACKNOWLEDGEMENT', ticketId: 't', occurredAt: NOW, acknowledgement: { status: 'DELIVERED' } });
  const seconds = Math.floor(Date.now() / 1000);
  const signed = (secret: string | Buffer, { id = 'in_forged', at = seconds, of = body } = {}) => ({
    'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${createHmac('sha256', secret).update(`${id}.${at}.${of}`).digest('base64')}`,
  });
  const key = Buffer.from('the new secret');
  const cases: [string, Record<string, string>, string, number][] = [
    ['unsigned', {}, body, 401],
    ['another secret', signed('guess'), body, 401],
    ['an altered byte', signed(key), body.replace('"t"', '"u"'), 401],
    ['too old', signed(key, { at: seconds - 400 }), body, 401],
    ['from the future', signed(key, { at: seconds + 400 }), body, 401],
    ['another id', signed(key, { id: 'in_other' }), body, 400],
    ['no JSON', signed(key, { of: 'x' }), 'x', 400],
    ['5 MB', signed(key, { of: 'x'.repeat(5_000_000) }), 'x'.repeat(5_000_000), 413],
  ];
  for (const [name, headers, sent, status] of cases) expect((await call(sent, headers)).status, name).toBe(status);
  expect((await database.owner.query(`SELECT 1 FROM market.inbound_message WHERE id IN ('in_forged', 'in_other')`)).rowCount).toBe(0);
  expect((await call(body, signed(OLD_SECRET))).status).toBe(200);
  expect((await call(body, signed(OLD_SECRET))).status).toBe(409);
  expect(await call(body, signed(key, { at: seconds - 1 }))).toMatchObject({ status: 200, text: expect.stringContaining('"known":true') });
  await waitFor('a person to decide', async () => (await database.owner.query(`SELECT 1 FROM market.inbound_message WHERE id = 'in_forged' AND status = 'MANUAL'`)).rowCount === 1);
});

test('what came unasked is kept for a person', async () => {
  const nachricht = { stammdaten: {}, transaktionsdaten: { pruefidentifikator: '55010', vorgangsnummer: randomUUID(), dokumentennummer: randomUUID(), absender: { rollencodenummer: '9999000100012' } }, zusatzdaten: {} };
  await fetch(`${house.url}/_publish`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ nachricht }) });
  await waitFor('a person to decide', async () => (await database.owner.query(`SELECT 1 FROM market.inbound_message WHERE note = '55010 came unasked' AND status = 'MANUAL'`)).rowCount === 1);
});

test('measured values are told on once a document; what cannot be read is kept for a person', async () => {
  const [maloId, dokumentennummer] = [makeMalo('5170000001'), randomUUID()];
  const quarter = (nth: number, wert: unknown) => ({ obisKennzahl: '1-0:1.29.0', startdatum: new Date(Date.UTC(2026, 10, 22, 23, 15 * nth)).toISOString(), enddatum: new Date(Date.UTC(2026, 10, 22, 23, 15 * (nth + 1))).toISOString(), wert, einheit: 'KWH', messwertstatus: 'ABGELESEN' });
  const publish = (number: string, values: object[]) => fetch(`${house.url}/_publish`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ nachricht: {
    stammdaten: { MARKTLOKATION: [{ marktlokationsId: maloId }], ENERGIEMENGE: [{ energieverbrauch: values }] }, zusatzdaten: {},
    transaktionsdaten: { pruefidentifikator: '13025', vorgangsnummer: 'V1', dokumentennummer: number, absender: { rollencodenummer: '9999000200010' } } } }) });
  const settled = (number: string, count: number) =>
    waitFor(`${count} of ${number}`, async () => {
      const { rows } = await database.owner.query(`SELECT status, note FROM market.inbound_message WHERE document_number = $1 AND status <> 'RECEIVED' ORDER BY status`, [number]);
      return rows.length === count && rows;
    });
  for (let twice = 0; twice < 2; twice++) await publish(dokumentennummer, [quarter(0, 0.125), quarter(1, '0.25')]);
  expect(await settled(dokumentennummer, 2)).toMatchObject([{ status: 'APPLIED' }, { status: 'DUPLICATE' }]);
  const { rows } = await database.owner.query(`SELECT aggregateid, payload FROM market.outbox WHERE type = 'market.MarketValuesReceived'`);
  expect(rows).toMatchObject([{ aggregateid: maloId, payload: { senderCode: '9999000200010', documentNumber: dokumentennummer, maloId, registers: [], intervals: [{ meterNumber: null, start: '2026-11-22T23:00:00.000Z', minutes: 15, wattHours: [125, 250], status: 'TRUE' }] } }]);
  const unread = randomUUID();
  await publish(unread, [quarter(0, 'much')]);
  expect(await settled(unread, 1)).toEqual([{ status: 'MANUAL', note: expect.stringMatching(/^measured values that cannot be read: .*wert "much"/) }]);
});

test('a subscriber sees the state first, then every change of the contract', async () => {
  const contractId = newId();
  const stream = listen(url, staff, `subscription ($contractId: ID) { marketMessageUpdated(filter: { contractId: $contractId }, maxHz: 50) { seq reset messages { processId status answer { outcome } } } }`, { contractId });
  const first = (await stream.next()).marketMessageUpdated;
  expect(first).toMatchObject({ reset: true, messages: [] });
  const { processId } = await requestSwitch({ contractId });
  let last = first;
  while (last.messages[0]?.status !== 'DELIVERED' || !last.messages[0].answer) {
    const { marketMessageUpdated: update } = await stream.next();
    expect(update.seq).toBeGreaterThan(last.seq);
    last = update;
  }
  expect(last).toMatchObject({ reset: false, messages: [{ processId, status: 'DELIVERED', answer: { outcome: 'CONFIRMED' } }] });
  await stream.stop();
});

test('pages, contracts, and who may read', async () => {
  const { contractId, processId } = await requestSwitch();
  await event('market.SwitchConfirmed', processId);
  const first = await ask(url, staff, '{ marketMessages(first: 2) { nodes { id } pageInfo { hasNextPage endCursor } } }');
  const second = await ask(url, staff, 'query ($after: String) { marketMessages(first: 2, after: $after) { nodes { id } } }', { after: first.data.marketMessages.pageInfo.endCursor });
  expect(first.data.marketMessages.pageInfo.hasNextPage).toBe(true);
  expect(second.data.marketMessages.nodes[0].id < first.data.marketMessages.nodes[1].id).toBe(true);
  const entities = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Contract { marketMessages { nodes { processId } } } ... on MarketMessage { processId } } }`;
  const { id } = await message(processId);
  const joined = await ask(url, staff, entities, { r: [{ __typename: 'Contract', id: contractId }, { __typename: 'MarketMessage', id }] });
  expect(joined.data._entities).toEqual([{ marketMessages: { nodes: [{ processId }] } }, { processId }]);
  for (const [query, variables] of [['{ marketMessages { nodes { id } } }', {}], [entities, { r: [{ __typename: 'Contract', id: contractId }] }], [entities, { r: [{ __typename: 'MarketMessage', id }] }]] as const)
    expect((await ask(url, actorWith('contracts:read'), query, variables)).errors?.[0]?.extensions.code, query).toBe('FORBIDDEN');
  expect((await ask(url, null, '{ marketMessages { nodes { id } } }')).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  for (const bad of ['first: 0', 'first: 501', 'after: "x"', 'filter: { contractId: "7" }'])
    expect((await ask(url, staff, `{ marketMessages(${bad}) { nodes { id } } }`)).errors?.[0]?.extensions.code, bad).toBe('BAD_USER_INPUT');
});
