import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { startClearingHouse, type ClearingHouseOptions } from './server.ts';

const SECRET = `whsec_${Buffer.from('a secret of the test').toString('base64')}`;
const QUIET = { rejected: 0, twice: 0, outOfOrder: 0, loseCallbacks: 0, answerDelayMs: 0, retryFirstMs: 5 };
const running: { stop(): unknown }[] = [];

afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
});

type Call = { headers: IncomingHttpHeaders; raw: string; body: any }; // eslint-disable-line @typescript-eslint/no-explicit-any -- bodies are asserted, not typed

/** Our side: keeps what is called back and answers with the statuses given, then 200. */
async function listenForCallbacks(statuses: number[] = []) {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks).toString('utf8');
      calls.push({ headers: request.headers, raw, body: JSON.parse(raw) });
      response.writeHead(statuses.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  running.push({ stop: () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))) });
  return { calls, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/clearing-house` };
}

async function start(control: object, options: ClearingHouseOptions = {}) {
  const house = await startClearingHouse({ now: '2026-11-24T09:00:00Z', ...options });
  running.unshift(house);
  const json = async (method: string, path: string, body?: object) =>
    (
      await fetch(house.url + path, {
        method,
        ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      })
    ).json();
  await json('PUT', '/_control', { ...QUIET, ...control });
  const apply = (malo: string, vorgangsnummer: string) =>
    fetch(`${house.url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': vorgangsnummer },
      body: JSON.stringify({
        stammdaten: { MARKTLOKATION: [{ marktlokationsId: malo }] },
        transaktionsdaten: {
          pruefidentifikator: '55001',
          transaktionsgrund: 'E03',
          vertragsbeginn: '2026-12-15',
          vorgangsnummer,
          dokumentennummer: `D-${vorgangsnummer}`,
          nachrichtendatum: '2026-11-24T09:00:00Z',
          absender: { rollencodenummer: '9999000900016' },
        },
        zusatzdaten: { prozessId: vorgangsnummer },
      }),
    });
  const idle = () =>
    expect.poll(async () => json('GET', '/_idle'), { interval: 10, timeout: 5000 }).toEqual({ idle: true, pending: 0 });
  return { json, apply, idle };
}

const typesOf = (calls: Call[]) => calls.map(({ body }) => body.type);

test('callbacks are signed as Standard Webhooks say, in order', async () => {
  const { calls, url } = await listenForCallbacks();
  const house = await start({ webhook: { url, secret: SECRET } });
  await house.apply('41373559241', 'V1');
  await house.idle();
  expect(typesOf(calls)).toEqual(['ACKNOWLEDGEMENT', 'MARKET_MESSAGE']);
  for (const { headers, raw, body } of calls) {
    expect(headers['webhook-id']).toBe(body.id);
    const seconds = Number(headers['webhook-timestamp']);
    expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(30);
    const expected = createHmac('sha256', 'a secret of the test').update(`${body.id}.${seconds}.${raw}`).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${expected}`);
  }
  const polled = await house.json('GET', '/v1/messages?after=0');
  expect(polled.messages).toEqual(calls.map(({ body }) => body));
});

test('a callback is repeated with the same id until it is taken', async () => {
  const { calls, url } = await listenForCallbacks([500, 503, 401]);
  const house = await start({ webhook: { url, secret: 'plain' } });
  await house.apply('41373559241', 'V1');
  await house.idle();
  expect(calls).toHaveLength(5);
  expect(new Set(calls.map(({ headers }) => headers['webhook-id'])).size).toBe(2);
  const { messages } = await house.json('GET', '/_messages');
  const sent = messages.filter(({ direction }: { direction: string }) => direction === 'sent');
  expect(sent.map(({ status }: { status: string }) => status)).toEqual(['delivered', 'delivered']);
  expect(sent.reduce((sum: number, { attempts }: { attempts: number }) => sum + attempts, 0)).toBe(5);
});

test('a webhook that never answers well is given up; polling still has everything', async () => {
  const { calls, url } = await listenForCallbacks(Array.from({ length: 100 }, () => 500));
  const house = await start({ webhook: { url, secret: 'plain' }, retryFirstMs: 1 });
  await house.apply('41373559241', 'V1');
  await expect.poll(() => calls.length, { timeout: 5000 }).toBeGreaterThan(4);
  expect((await house.json('GET', '/_idle')).idle).toBe(false);
  await expect.poll(async () => (await house.json('GET', '/v1/messages?after=0')).messages.length).toBe(2);
});

test('twice, lost and out of order', async () => {
  const { calls, url } = await listenForCallbacks();
  const house = await start({ webhook: { url, secret: 'plain' }, twice: 1 });
  for (const [index, malo] of [
    '41373559241',
    '51238696781',
    '57685676748',
    '10024073272',
    '20072281644',
    '84443210210',
  ].entries())
    await house.apply(malo, `V${index}`);
  await house.idle();
  const answers = calls.filter(({ body }) => body.type === 'MARKET_MESSAGE');
  expect(answers).toHaveLength(12);
  const ids = new Set(answers.map(({ body }) => body.id));
  expect(ids.size).toBeGreaterThan(6);
  expect(ids.size).toBeLessThan(12);
  expect(new Set(answers.map(({ body }) => body.nachricht.transaktionsdaten.dokumentennummer)).size).toBe(6);

  calls.length = 0;
  await house.json('PUT', '/_control', { reset: true, ...QUIET, outOfOrder: 1 });
  await house.apply('41373559241', 'V1');
  await house.idle();
  expect(typesOf(calls)).toEqual(['MARKET_MESSAGE', 'ACKNOWLEDGEMENT']);

  calls.length = 0;
  await house.json('PUT', '/_control', { reset: true, ...QUIET, loseCallbacks: 1 });
  await house.apply('41373559241', 'V1');
  await house.idle();
  expect(calls).toEqual([]);
  const { messages } = await house.json('GET', '/v1/messages?after=0');
  expect(messages.map(({ type }: { type: string }) => type)).toEqual(['ACKNOWLEDGEMENT', 'MARKET_MESSAGE']);
});

test('a late answer keeps the simulator from being idle', async () => {
  const { calls, url } = await listenForCallbacks();
  const house = await start({ webhook: { url, secret: 'plain' }, late: { probability: 1, ms: 150 } });
  const begun = performance.now();
  await house.apply('41373559241', 'V1');
  await expect.poll(() => typesOf(calls)).toEqual(['ACKNOWLEDGEMENT']);
  expect(await house.json('GET', '/_idle')).toEqual({ idle: false, pending: 1 });
  await house.idle();
  expect(performance.now() - begun).toBeGreaterThan(140);
  expect(typesOf(calls)).toEqual(['ACKNOWLEDGEMENT', 'MARKET_MESSAGE']);
});

test('what the market writes unasked is called back and polled', async () => {
  const { calls, url } = await listenForCallbacks();
  const house = await start({ webhook: { url, secret: 'plain' } });
  const nachricht = { stammdaten: {}, transaktionsdaten: { pruefidentifikator: '55010', vorgangsnummer: 'X' }, zusatzdaten: {} };
  const published = await house.json('POST', '/_publish', { nachricht });
  await house.idle();
  expect(calls.map(({ body }) => body)).toEqual([published]);
  expect(published).toMatchObject({ type: 'MARKET_MESSAGE', ticketId: null, nachricht });
  expect((await house.json('GET', '/v1/messages?after=0')).messages).toEqual([published]);
});
