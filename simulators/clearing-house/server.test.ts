import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { makeMalo, maloFault, meloFault } from '../world/identifiers.ts';
import { startClearingHouse, type ClearingHouseOptions } from './server.ts';

const QUIET = { rejected: 0, twice: 0, outOfOrder: 0, loseCallbacks: 0, answerDelayMs: 0 };
const running: { stop(): Promise<void> }[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

type Json = any; // eslint-disable-line @typescript-eslint/no-explicit-any -- bodies are asserted, not typed
type Message = { malo?: string; data?: object; key?: string; stammdaten?: object };

async function start(control: object = QUIET, options: ClearingHouseOptions = {}) {
  const house = await startClearingHouse({ now: '2026-11-24T09:00:00Z', ...options });
  running.push(house);
  const call = async (method: string, path: string, body?: unknown, key?: string) => {
    const response = await fetch(house.url + path, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...(key !== undefined && { 'idempotency-key': key }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Json };
  };
  await call('PUT', '/_control', control);
  const send = ({ malo = '41373559241', data = {}, key = `key-${Math.random()}`, stammdaten }: Message = {}) => call('POST', '/v1/messages', envelope({ malo, data, stammdaten }), key);
  const inbound = async () => (await call('GET', '/v1/messages?after=0&limit=1000')).body.messages as Json[];
  const idle = () => expect.poll(async () => (await call('GET', '/_idle')).body.pending, { interval: 10, timeout: 5000 }).toBe(0);
  return { ...house, call, send, inbound, idle };
}

function envelope({ malo, data, stammdaten }: { malo: string; data: object; stammdaten?: object | undefined }) {
  return {
    stammdaten: { MARKTLOKATION: [{ marktlokationsId: malo, lokationsadresse: { postleitzahl: '24103', ort: 'Kiel' } }], ...stammdaten },
    transaktionsdaten: {
      pruefidentifikator: '55001',
      transaktionsgrund: 'E03',
      vertragsbeginn: '2026-12-15',
      vorgangsnummer: 'V1',
      dokumentennummer: 'D1',
      nachrichtendatum: '2026-11-24T09:00:00Z',
      absender: { rollencodenummer: '9999000900016', rollencodetyp: 'BDEW', marktrolle: 'LF' },
      empfaenger: { rollencodenummer: '9999000100012', rollencodetyp: 'BDEW', marktrolle: 'NB' },
      ...data,
    },
    zusatzdaten: { prozessId: 'p-1', eventname: 'START_LIEFERBEGINN' },
  };
}

test('a start of supply is acknowledged, then confirmed with the master data', async () => {
  const house = await start();
  const { status, body } = await house.send({ stammdaten: { ZAEHLER: [{ zaehlernummer: '1EMH0012345678' }], BILANZIERUNG: [{ bilanzkreis: '11XSTROMGRAPH--B', lastprofil: 'G25', jahresverbrauchsprognose: 8000 }] } });
  expect(status).toBe(202);
  expect(body).toMatchObject({ status: 'ACCEPTED', ticketId: expect.stringMatching(/^tck_/) });
  await house.idle();
  const [acknowledged, confirmed] = await house.inbound();
  expect(acknowledged).toMatchObject({
    type: 'ACKNOWLEDGEMENT',
    ticketId: body.ticketId,
    acknowledgement: { status: 'DELIVERED', pruefidentifikator: '55001', vorgangsnummer: 'V1', dokumentennummer: 'D1', edifactHash: expect.stringMatching(/^[0-9a-f]{64}$/), faults: [] },
  });
  expect(confirmed).toMatchObject({ type: 'MARKET_MESSAGE', ticketId: body.ticketId });
  expect(confirmed.cursor).toBeGreaterThan(acknowledged.cursor);
  const { stammdaten, transaktionsdaten, zusatzdaten } = confirmed.nachricht;
  expect(transaktionsdaten).toMatchObject({ pruefidentifikator: '55002', antwortstatus: 'A51', antwortstatusCodeliste: 'E_0623', vertragsbeginn: '2026-12-15', referenzVorgangsnummer: 'V1', absender: { rollencodenummer: '9999000100012', marktrolle: 'NB' }, empfaenger: { rollencodenummer: '9999000900016' } });
  expect(stammdaten.MARKTLOKATION[0]).toMatchObject({ marktlokationsId: '41373559241', netzbetreibercodenr: '9999000100012', bilanzierungsgebiet: '11YSTROM-NORD--9', bilanzierungsmethode: 'SLP' });
  expect(meloFault(stammdaten.MESSLOKATION[0].messlokationsId)).toBeNull();
  expect(stammdaten.MESSLOKATION[0].messstellenbetreibercodenr).toBe('9999000200010');
  expect(stammdaten.ZAEHLER[0]).toMatchObject({ zaehlernummer: '1EMH0012345678' });
  expect(stammdaten.BILANZIERUNG[0]).toMatchObject({ bilanzkreis: '11XSTROMGRAPH--B', lastprofil: 'G25', jahresverbrauchsprognose: 8000, bilanzierungsbeginn: '2026-12-15' });
  expect(zusatzdaten).toEqual({ prozessId: 'p-1', eventname: 'BESTAETIGUNG_LIEFERBEGINN' });
  expect((await house.call('GET', `/v1/tickets/${body.ticketId}`)).body).toMatchObject({ status: 'DELIVERED' });
});

test('without meter and address the market knows its own, always the same', async () => {
  const house = await start();
  for (const key of ['a', 'b']) {
    await house.call('POST', '/v1/messages', { ...envelope({ malo: '51238696781', data: { vorgangsnummer: key } }), stammdaten: { MARKTLOKATION: [{ marktlokationsId: '51238696781' }] } }, key);
    await house.idle();
  }
  const [one, two] = (await house.inbound()).filter(({ type }) => type === 'MARKET_MESSAGE').map(({ nachricht }) => nachricht.stammdaten);
  expect(one).toEqual(two);
  expect(one.ZAEHLER[0].zaehlernummer).toMatch(/^1SGM00\d{8}$/);
});

test('the same key gives the same ticket and is answered once; with another body it is refused', async () => {
  const house = await start();
  const [first, again] = [await house.send({ key: 'k' }), await house.send({ key: 'k' })];
  expect(again.body).toEqual(first.body);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(await house.send({ key: 'k', malo: '51238696781' })).toMatchObject({ status: 409, body: { status: 409 } });
  await house.idle();
  expect(await house.inbound()).toHaveLength(2);
  expect(await house.call('POST', '/v1/messages', envelope({ malo: '41373559241', data: {} }))).toMatchObject({ status: 400, body: { faults: [{ path: 'headers.idempotency-key' }] } });
  expect((await house.send({ key: 'x'.repeat(256) })).status).toBe(400);
});

test('a message whose 202 was lost is not taken twice', async () => {
  const house = await start({ ...QUIET, dropAnswerNext: 1 });
  await expect(house.send({ key: 'k' })).rejects.toThrow('fetch failed');
  expect((await house.send({ key: 'k' })).headers.get('idempotency-replayed')).toBe('true');
  await house.idle();
  expect(await house.inbound()).toHaveLength(2);
});

test.each([
  ['too late', { vertragsbeginn: '2026-12-01', nachrichtendatum: '2026-11-29T23:30:00Z' }, '55003', 'A07'],
  ['on the last day', { vertragsbeginn: '2026-12-01', nachrichtendatum: '2026-11-29T22:30:00Z' }, '55002', 'A51'],
  ['as the instant of German midnight', { vertragsbeginn: '2026-11-30T23:00:00Z', nachrichtendatum: '2026-11-24T09:00:00Z' }, '55002', 'A51'],
  ['for the past', { vertragsbeginn: '2026-11-01', nachrichtendatum: '2026-11-24T09:00:00Z' }, '55003', 'A07'],
  ['end of supply', { pruefidentifikator: '55004', vertragsende: '2026-12-31' }, '55005', 'A11'],
  ['termination', { pruefidentifikator: '55016', vertragsende: '2026-12-31' }, '55017', 'A09'],
  ['cancellation of nothing', { pruefidentifikator: '55022', referenzVorgangsnummer: 'unknown' }, '55024', 'A02'],
  ['block', { pruefidentifikator: '17115' }, '19116', undefined],
])('answer to %s', async (_, data, identifier, code) => {
  const house = await start();
  await house.send({ data });
  await house.idle();
  const { transaktionsdaten } = (await house.inbound())[1].nachricht;
  expect(transaktionsdaten.pruefidentifikator).toBe(identifier);
  expect(transaktionsdaten.antwortstatus).toBe(code);
});

test('a known application can be cancelled', async () => {
  const house = await start();
  await house.send({ data: { vorgangsnummer: 'V7' } });
  await house.send({ data: { pruefidentifikator: '55022', vorgangsnummer: 'V8', referenzVorgangsnummer: 'V7' } });
  await house.idle();
  expect((await house.inbound()).map(({ nachricht }) => nachricht?.transaktionsdaten.pruefidentifikator)).toContain('55023');
});

test('a second application while the first is answered is refused with A06', async () => {
  const house = await start({ ...QUIET, answerDelayMs: 90 });
  await house.send({ data: { vorgangsnummer: 'V1' } });
  await house.send({ data: { vorgangsnummer: 'V2' } });
  await house.idle();
  await house.send({ data: { vorgangsnummer: 'V3' } });
  await house.idle();
  const answers = (await house.inbound()).filter(({ type }) => type === 'MARKET_MESSAGE').map(({ nachricht: { transaktionsdaten: data } }) => [data.referenzVorgangsnummer, data.antwortstatus]);
  expect(Object.fromEntries(answers)).toEqual({ V1: 'A51', V2: 'A06', V3: 'A51' });
});

test.each(['SCHEDULE', 'MABIS_REPORT', 'USAGE_REQUEST'])('a %s is acknowledged', async (nachrichtentyp) => {
  const house = await start();
  const { pruefidentifikator: _, ...transaktionsdaten } = envelope({ malo: '41373559241', data: { nachrichtentyp } }).transaktionsdaten;
  await house.call('POST', '/v1/messages', { stammdaten: { FAHRPLAN: [{ werte: ['1.5'] }] }, transaktionsdaten, zusatzdaten: {} }, 'k');
  await house.idle();
  expect(await house.inbound()).toMatchObject([{ type: 'ACKNOWLEDGEMENT', acknowledgement: { status: 'DELIVERED', pruefidentifikator: nachrichtentyp } }]);
});

test.each([
  ['41373559242', {}, 'stammdaten.MARKTLOKATION[0].marktlokationsId', 'CHECKDIGIT'],
  ['4137355924', {}, 'stammdaten.MARKTLOKATION[0].marktlokationsId', 'LENGTH'],
  ['41373559241', { pruefidentifikator: '99999' }, 'transaktionsdaten.pruefidentifikator', 'UNKNOWN'],
  ['41373559241', { absender: { rollencodenummer: '9999000900017' } }, 'transaktionsdaten.absender.rollencodenummer', 'CHECKDIGIT'],
  ['41373559241', { vertragsbeginn: '2026-02-30' }, 'transaktionsdaten.vertragsbeginn', 'DATE'],
  ['41373559241', { vertragsbeginn: undefined }, 'transaktionsdaten.vertragsbeginn', 'REQUIRED'],
  ['41373559241', { transaktionsgrund: 'E99' }, 'transaktionsdaten.transaktionsgrund', 'UNKNOWN'],
  ['41373559241', { vorgangsnummer: '' }, 'transaktionsdaten.vorgangsnummer', 'REQUIRED'],
  ['41373559241', { nachrichtendatum: '2026-11-24' }, 'transaktionsdaten.nachrichtendatum', 'DATE'],
])('%s with %j is a VALIDATION_ERROR at %s', async (malo, data, path, fault) => {
  const house = await start();
  const { body } = await house.send({ malo, data });
  await house.idle();
  expect(await house.inbound()).toMatchObject([{ type: 'ACKNOWLEDGEMENT', acknowledgement: { status: 'VALIDATION_ERROR', faults: [{ path, fault }] } }]);
  expect((await house.call('GET', `/v1/tickets/${body.ticketId}`)).body.status).toBe('VALIDATION_ERROR');
});

test.each([
  [{}, 'body'],
  [{ stammdaten: [], transaktionsdaten: {}, zusatzdaten: {} }, 'body.stammdaten'],
  [{ stammdaten: { MARKTLOKATION: {} }, transaktionsdaten: {}, zusatzdaten: {} }, 'body.stammdaten.MARKTLOKATION'],
  [{ stammdaten: {}, transaktionsdaten: {}, zusatzdaten: {}, links: {} }, 'body.links'],
])('the shape %j is refused at %s and nothing is kept', async (body, path) => {
  const house = await start();
  const answer = await house.call('POST', '/v1/messages', body, 'k');
  expect(answer.status).toBe(400);
  expect(answer.body.faults.map((fault: { path: string }) => fault.path)).toContain(path);
  expect((await house.call('GET', '/_messages')).body.messages).toEqual([]);
});

test('the control rejects, refuses and silences the next message', async () => {
  const house = await start({ ...QUIET, rejectNext: { count: 1, code: 'X42', codeList: 'E_0622' }, nackNext: 0 });
  await house.send({ data: { vorgangsnummer: 'V1' } });
  await house.idle();
  await house.call('PUT', '/_control', { nackNext: 1 });
  await house.send({ data: { vorgangsnummer: 'V2' } });
  await house.idle();
  await house.call('PUT', '/_control', { silentNext: 1 });
  await house.send({ data: { vorgangsnummer: 'V3' } });
  await house.idle();
  await house.send({ data: { vorgangsnummer: 'V4' } });
  await house.idle();
  const said = (await house.inbound()).map(({ acknowledgement, nachricht }) => acknowledgement?.code ?? acknowledgement?.status ?? nachricht.transaktionsdaten.antwortstatus);
  expect(said).toEqual(['DELIVERED', 'X42', 'Z29', 'DELIVERED', 'DELIVERED', 'A51']);
});

test('the same seed decides the same in any order, another seed otherwise', async () => {
  const malos = Array.from({ length: 120 }, (_, index) => makeMalo(String(4_000_000_000 + index * 7919)));
  const decide = async (seed: string, order: string[]) => {
    const house = await start({ seed, answerDelayMs: 0, loseCallbacks: 0, rejected: 0.2 });
    await Promise.all(order.map((malo) => house.send({ malo, key: malo, data: { vorgangsnummer: malo } })));
    await house.idle();
    const answers = (await house.inbound()).filter(({ type }) => type === 'MARKET_MESSAGE');
    return answers.map(({ id, nachricht: { transaktionsdaten: data } }) => `${data.referenzVorgangsnummer} ${data.antwortstatus} ${id}`).toSorted();
  };
  const one = await decide('s', malos);
  expect(await decide('s', malos.toReversed())).toEqual(one);
  expect(await decide('t', malos)).not.toEqual(one);
  const rejected = one.filter((line) => !line.includes(' A51 ')).length;
  expect(rejected).toBeGreaterThan(10);
  expect(rejected).toBeLessThan(45);
});

test('every inbound message is polled once, page by page', async () => {
  const house = await start();
  for (let index = 0; index < 7; index += 1) await house.send({ data: { vorgangsnummer: `V${index}` }, malo: makeMalo(String(4_000_000_000 + index)) });
  await house.idle();
  const ids = [];
  for (let after = 0, more = true; more; ) {
    const { body } = await house.call('GET', `/v1/messages?after=${after}&limit=4`);
    ids.push(...body.messages.map(({ id }: { id: string }) => id));
    [after, more] = [body.next, body.more];
  }
  expect(ids).toEqual((await house.inbound()).map(({ id }) => id));
  expect(new Set(ids).size).toBe(14);
});

const IDENT = { identificationDateTime: '2026-11-23T23:00:00Z', energyDirection: 'consumption' };

test.each([
  ['an address', { identificationParameterAddress: { address: { zipCode: '90402', city: 'Nürnberg', street: 'Königstraße', houseNumber: 1 } } }, true],
  ['a given MaLo', { identificationParameterId: { maloId: '57685676748' } }, true],
  ['a wrong MaLo', { identificationParameterId: { maloId: '57685676749' } }, false],
  ['an unknown postal code', { identificationParameterAddress: { address: { zipCode: '12117', city: 'Berlin' } } }, false],
])('identification by %s', async (_, parameters, isFound) => {
  const house = await start();
  const { status } = await house.call('POST', '/v1/malo-ident', { ...IDENT, ...parameters }, 'k');
  expect(status).toBe(202);
  await house.idle();
  const [{ type, result }] = await house.inbound();
  expect(type).toBe('MALO_IDENT');
  if (!isFound) return expect(result).toMatchObject({ decisionTree: 'E_0594', responseCode: 'A10', reason: expect.any(String) });
  expect(maloFault(result.dataMarketLocation.maloId)).toBeNull();
  expect(meloFault(result.dataMeterLocations[0].meloId)).toBeNull();
});

test('identification refuses a request without anything to look for', async () => {
  const house = await start();
  expect((await house.call('POST', '/v1/malo-ident', IDENT, 'k')).status).toBe(400);
});

test('with a folder it remembers tickets and inbound messages, and finishes what it had begun', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'clearing-house-'));
  folders.push(folder);
  const first = await start(QUIET, { folder });
  const done = await first.send({ key: 'done' });
  await first.idle();
  const before = await first.inbound();
  await first.call('PUT', '/_control', { answerDelayMs: 400 });
  await first.send({ key: 'begun', malo: '51238696781' });
  await first.stop();

  const second = await start(QUIET, { folder });
  expect((await second.send({ key: 'done' })).body).toEqual(done.body);
  expect((await second.inbound()).slice(0, 2)).toEqual(before);
  expect((await second.call('GET', '/_idle')).body).toEqual({ idle: false, pending: 1 });
  await second.idle();
  expect((await second.inbound()).map(({ type }) => type)).toEqual(['ACKNOWLEDGEMENT', 'MARKET_MESSAGE', 'ACKNOWLEDGEMENT', 'MARKET_MESSAGE']);
});
