import { expect, test } from 'vitest';
import { envelope, QUIET, start } from './under-test.ts';

test('the same key gives the same ticket and is answered once; with another body it is refused', async () => {
  const house = await start();
  const [first, again] = [await house.send({ key: 'k' }), await house.send({ key: 'k' })];
  expect(again.body).toEqual(first.body);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(await house.send({ key: 'k', malo: '51238696781' })).toMatchObject({ status: 409, body: { status: 409 } });
  await house.idle();
  expect(await house.inbound()).toHaveLength(2);
  expect(await house.call('POST', '/v1/messages', envelope({ malo: '41373559241', data: {} }))).toMatchObject({
    status: 400,
    body: { faults: [{ path: 'headers.idempotency-key' }] },
  });
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
  ['41373559242', {}, 'stammdaten.MARKTLOKATION[0].marktlokationsId', 'CHECKDIGIT'],
  ['4137355924', {}, 'stammdaten.MARKTLOKATION[0].marktlokationsId', 'LENGTH'],
  ['41373559241', { pruefidentifikator: '99999' }, 'transaktionsdaten.pruefidentifikator', 'UNKNOWN'],
  ['41373559241', { pruefidentifikator: 'constructor' }, 'transaktionsdaten.pruefidentifikator', 'UNKNOWN'],
  [
    '41373559241',
    { absender: { rollencodenummer: '9999000900017' } },
    'transaktionsdaten.absender.rollencodenummer',
    'CHECKDIGIT',
  ],
  ['41373559241', { vertragsbeginn: '2026-02-30' }, 'transaktionsdaten.vertragsbeginn', 'DATE'],
  ['41373559241', { vertragsbeginn: undefined }, 'transaktionsdaten.vertragsbeginn', 'REQUIRED'],
  ['41373559241', { transaktionsgrund: 'E99' }, 'transaktionsdaten.transaktionsgrund', 'UNKNOWN'],
  ['41373559241', { vorgangsnummer: '' }, 'transaktionsdaten.vorgangsnummer', 'REQUIRED'],
  ['41373559241', { nachrichtendatum: '2026-11-24' }, 'transaktionsdaten.nachrichtendatum', 'DATE'],
])('%s with %j is a VALIDATION_ERROR at %s', async (malo, data, path, fault) => {
  const house = await start();
  const { body } = await house.send({ malo, data });
  await house.idle();
  expect(await house.inbound()).toMatchObject([
    { type: 'ACKNOWLEDGEMENT', acknowledgement: { status: 'VALIDATION_ERROR', faults: [{ path, fault }] } },
  ]);
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
