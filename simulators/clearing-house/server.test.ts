import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeMalo, meloFault } from '../world/identifiers.ts';
import { envelope, QUIET, start } from './under-test.ts';

test('a start of supply is acknowledged, then confirmed with the master data', async () => {
  const house = await start();
  const { status, body } = await house.send({
    stammdaten: {
      ZAEHLER: [{ zaehlernummer: '1EMH0012345678' }],
      BILANZIERUNG: [{ bilanzkreis: '11XSTROMGRAPH--B', lastprofil: 'G25', jahresverbrauchsprognose: 8000 }],
    },
  });
  expect(status).toBe(202);
  expect(body).toMatchObject({ status: 'ACCEPTED', ticketId: expect.stringMatching(/^tck_/) });
  await house.idle();
  const [acknowledged, confirmed] = await house.inbound();
  expect(acknowledged).toMatchObject({
    type: 'ACKNOWLEDGEMENT',
    ticketId: body.ticketId,
    acknowledgement: {
      status: 'DELIVERED',
      pruefidentifikator: '55001',
      vorgangsnummer: 'V1',
      dokumentennummer: 'D1',
      edifactHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      faults: [],
    },
  });
  expect(confirmed).toMatchObject({ type: 'MARKET_MESSAGE', ticketId: body.ticketId });
  expect(confirmed.cursor).toBeGreaterThan(acknowledged.cursor);
  const { stammdaten, transaktionsdaten, zusatzdaten } = confirmed.nachricht;
  expect(transaktionsdaten).toMatchObject({
    pruefidentifikator: '55002',
    antwortstatus: 'A51',
    antwortstatusCodeliste: 'E_0623',
    vertragsbeginn: '2026-12-15',
    referenzVorgangsnummer: 'V1',
    absender: { rollencodenummer: '9999000100012', marktrolle: 'NB' },
    empfaenger: { rollencodenummer: '9999000900016' },
  });
  expect(stammdaten.MARKTLOKATION[0]).toMatchObject({
    marktlokationsId: '41373559241',
    netzbetreibercodenr: '9999000100012',
    bilanzierungsgebiet: '11YSTROM-NORD--9',
    bilanzierungsmethode: 'SLP',
  });
  expect(meloFault(stammdaten.MESSLOKATION[0].messlokationsId)).toBeNull();
  expect(stammdaten.MESSLOKATION[0].messstellenbetreibercodenr).toBe('9999000200010');
  expect(stammdaten.ZAEHLER[0]).toMatchObject({ zaehlernummer: '1EMH0012345678' });
  expect(stammdaten.BILANZIERUNG[0]).toMatchObject({
    bilanzkreis: '11XSTROMGRAPH--B',
    lastprofil: 'G25',
    jahresverbrauchsprognose: 8000,
    bilanzierungsbeginn: '2026-12-15',
  });
  expect(zusatzdaten).toEqual({ prozessId: 'p-1', eventname: 'BESTAETIGUNG_LIEFERBEGINN' });
  expect((await house.call('GET', `/v1/tickets/${body.ticketId}`)).body).toMatchObject({ status: 'DELIVERED' });
});

test('without meter and address the market knows its own, always the same', async () => {
  const house = await start();
  for (const key of ['a', 'b']) {
    await house.call(
      'POST',
      '/v1/messages',
      {
        ...envelope({ malo: '51238696781', data: { vorgangsnummer: key } }),
        stammdaten: { MARKTLOKATION: [{ marktlokationsId: '51238696781' }] },
      },
      key,
    );
    await house.idle();
  }
  const [one, two] = (await house.inbound())
    .filter(({ type }) => type === 'MARKET_MESSAGE')
    .map(({ nachricht }) => nachricht.stammdaten);
  expect(one).toEqual(two);
  expect(one.ZAEHLER[0].zaehlernummer).toMatch(/^1SGM00\d{8}$/);
});

test.each([
  ['too late', { vertragsbeginn: '2026-12-01', nachrichtendatum: '2026-11-29T23:30:00Z' }, '55003', 'A07'],
  ['on the last day', { vertragsbeginn: '2026-12-01', nachrichtendatum: '2026-11-29T22:30:00Z' }, '55002', 'A51'],
  [
    'as the instant of German midnight',
    { vertragsbeginn: '2026-11-30T23:00:00Z', nachrichtendatum: '2026-11-24T09:00:00Z' },
    '55002',
    'A51',
  ],
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
  const answers = (await house.inbound())
    .filter(({ type }) => type === 'MARKET_MESSAGE')
    .map(({ nachricht: { transaktionsdaten: data } }) => [data.referenzVorgangsnummer, data.antwortstatus]);
  expect(Object.fromEntries(answers)).toEqual({ V1: 'A51', V2: 'A06', V3: 'A51' });
});

test.each(['USAGE_REQUEST'])('a %s is acknowledged', async (nachrichtentyp) => {
  const house = await start();
  const { pruefidentifikator: _, ...transaktionsdaten } = envelope({
    malo: '41373559241',
    data: { nachrichtentyp },
  }).transaktionsdaten;
  await house.call(
    'POST',
    '/v1/messages',
    { stammdaten: { FAHRPLAN: [{ werte: ['1.5'] }] }, transaktionsdaten, zusatzdaten: {} },
    'k',
  );
  await house.idle();
  expect(await house.inbound()).toMatchObject([
    { type: 'ACKNOWLEDGEMENT', acknowledgement: { status: 'DELIVERED', pruefidentifikator: nachrichtentyp } },
  ]);
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
  const said = (await house.inbound()).map(
    ({ acknowledgement, nachricht }) =>
      acknowledgement?.code ?? acknowledgement?.status ?? nachricht.transaktionsdaten.antwortstatus,
  );
  expect(said).toEqual(['DELIVERED', 'X42', 'Z29', 'DELIVERED', 'DELIVERED', 'A51']);
});

test('the same seed decides the same in any order, another seed otherwise', async () => {
  const malos = Array.from({ length: 120 }, (_, index) => makeMalo(String(4_000_000_000 + index * 7919)));
  const decide = async (seed: string, order: string[]) => {
    const house = await start({ seed, answerDelayMs: 0, loseCallbacks: 0, rejected: 0.2 });
    await Promise.all(order.map((malo) => house.send({ malo, key: malo, data: { vorgangsnummer: malo } })));
    await house.idle();
    const answers = (await house.inbound()).filter(({ type }) => type === 'MARKET_MESSAGE');
    return answers
      .map(({ id, nachricht: { transaktionsdaten: data } }) => `${data.referenzVorgangsnummer} ${data.antwortstatus} ${id}`)
      .toSorted();
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
  for (let index = 0; index < 7; index += 1)
    await house.send({ data: { vorgangsnummer: `V${index}` }, malo: makeMalo(String(4_000_000_000 + index)) });
  await house.idle();
  const ids = [];
  for (let after = 0, more = true; more;) {
    const { body } = await house.call('GET', `/v1/messages?after=${after}&limit=4`);
    ids.push(...body.messages.map(({ id }: { id: string }) => id));
    [after, more] = [body.next, body.more];
  }
  expect(ids).toEqual((await house.inbound()).map(({ id }) => id));
  expect(new Set(ids).size).toBe(14);
});

test('with a folder it remembers tickets and inbound messages, and finishes what it had begun', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'clearing-house-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
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
  expect((await second.inbound()).map(({ type }) => type)).toEqual([
    'ACKNOWLEDGEMENT',
    'MARKET_MESSAGE',
    'ACKNOWLEDGEMENT',
    'MARKET_MESSAGE',
  ]);
});
