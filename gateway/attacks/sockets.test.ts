// S16, S18, S19 on the WebSocket: who may open one, how many, and what may come through it.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startAttackedGraph, type AttackedGraph } from './attacked-graph.ts';
import { openRaw, refusedStatus, type RawSocket } from '../toys/raw-socket.ts';
import { LIVE_LIMITS } from '../live/sockets.ts';

let attacked: AttackedGraph;
let opened: RawSocket[] = [];
beforeAll(async () => {
  attacked = await startAttackedGraph({ liveLimits: { initMs: 2_000, bufferedBytes: 200_000 } });
});
beforeEach(async () => {
  for (const { socket } of opened) socket.terminate();
  opened = [];
  await expect.poll(() => metric('gateway_sockets')).toBe(0);
});
afterAll(() => attacked.stop());

async function metric(name: string): Promise<number> {
  const text = await (await fetch(attacked.url.replace('/graphql', '/metrics'))).text();
  return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1]);
}
async function open(): Promise<RawSocket> {
  const raw = await openRaw(attacked.url);
  opened.push(raw);
  return raw;
}
async function signedIn(claims: Record<string, unknown> = {}): Promise<RawSocket> {
  const raw = await open();
  raw.send({ type: 'connection_init', payload: { authorization: await attacked.authorization(claims) } });
  expect(await raw.next()).toEqual({ type: 'connection_ack' });
  return raw;
}
const SUBSCRIBE = { id: '1', type: 'subscribe', payload: { query: 'subscription { changes(first: 1) { id } }' } };

describe('S16: who opens a socket', () => {
  test.each<[string, { protocol?: string; headers?: Record<string, string> }, number]>([
    ['another site', { headers: { origin: 'https://evil.test' } }, 403],
    ['a hidden site', { headers: { origin: 'null' } }, 403],
    ['a site that has our name in its own', { headers: { origin: 'http://127.0.0.1.evil.test' } }, 403],
    ['the legacy subprotocol', { protocol: 'graphql-ws' }, 400],
    ['no subprotocol', { protocol: '' }, 400],
    ['no origin', {}, 101],
  ])('%s', async (_, options, status) => expect(await refusedStatus(attacked.url, options)).toBe(status));

  test.each<[string, (raw: RawSocket) => void | Promise<void>, number]>([
    ['no token', (raw) => raw.send({ type: 'connection_init' }), 4403],
    ['a bad token', (raw) => raw.send({ type: 'connection_init', payload: { authorization: 'Bearer a.b.c' } }), 4403],
    ['a token for others', async (raw) => raw.send({ type: 'connection_init', payload: { authorization: await attacked.authorization({ aud: 'other' }) } }), 4403],
    ['a subscription before the ack', (raw) => raw.send(SUBSCRIBE), 4401],
    ['silence', () => {}, 4408],
  ])('%s closes it', async (_, begin, code) => {
    const raw = await open();
    await begin(raw);
    expect(await raw.next()).toBe(code);
  });

  test('a second init', async () => {
    const raw = await signedIn();
    raw.send({ type: 'connection_init' });
    expect(await raw.next()).toBe(4429);
  });

  test('the end of its token', async () => {
    const raw = await signedIn({ exp: Math.floor(Date.now() / 1_000) - 3 });
    expect((await raw.closed())[0]).toBe(4403);
  });
});

describe('S18: how much one client may hold', () => {
  test('20 subscriptions a socket: thousands more are refused one by one, and hold nothing', async () => {
    const raw = await signedIn();
    for (let n = 0; n < 2_020; n++) raw.send({ ...SUBSCRIBE, id: String(n), payload: { query: 'subscription { never }' } });
    const told: Record<string, number> = {};
    for (let n = 20; n < 2_020; n++) {
      const { payload } = (await raw.next()) as { payload: { extensions: { limit?: string } }[] };
      const limit = payload[0]?.extensions.limit ?? 'none';
      told[limit] = (told[limit] ?? 0) + 1;
    }
    expect(told).toEqual({ subscriptionsPerSocket: 2_000 });
    await expect.poll(() => metric('gateway_subscribers')).toBe(20); // the first ones are still being planned
  });

  test('5 sockets a user, whatever their tokens', async () => {
    for (let n = 0; n < 5; n++) await signedIn({ sub: 'greedy' });
    const raw = await open();
    raw.send({ type: 'connection_init', payload: { authorization: await attacked.authorization({ sub: 'greedy' }) } });
    expect((await raw.closed())[0]).toBe(4491);
    await signedIn({ sub: 'modest' });
  });

  test('50 sockets an address', async () => {
    for (let n = 0; n < 50; n++) await open();
    expect(await refusedStatus(attacked.url)).toBe(429);
  });

  test('the limits that hold unless somebody changes them', () => {
    expect(LIVE_LIMITS).toMatchObject({ subscriptionsPerSocket: 20, socketsPerUser: 5, socketsPerAddress: 50, messageBytes: 64_000, fragments: 16 });
  });
});

describe('S19: what may come through it', () => {
  test('a frame of more than 64 kB', async () => {
    const raw = await signedIn();
    raw.socket.send('x'.repeat(64_001));
    expect(await raw.next()).toBe(1009);
  });

  test('a message in fragments of one byte', async () => {
    const raw = await signedIn();
    for (let n = 0; n < 20; n++) raw.socket.send('x', { fin: false });
    expect(await raw.next()).toBe(1008);
  });

  test.each<[string, string | Buffer, number]>([
    ['no JSON', '{', 4400],
    ['bytes', Buffer.from('{"type":"ping"}'), 4400],
    ['a kind that there is not', '{"type":"start"}', 4400],
    ['JSON 20,000 arrays deep', '['.repeat(20_000), 4400],
  ])('%s', async (_, message, code) => {
    const raw = await signedIn();
    raw.socket.send(message, { binary: typeof message !== 'string' });
    expect(await raw.next()).toBe(code);
  });

  test('pings that a client sends and does not read the answers of end its socket; another is served', async () => {
    const flooder = await upgraded();
    const frame = Buffer.concat([Buffer.from([0x89, 0x80 | 125, 0, 0, 0, 0]), Buffer.alloc(125)]);
    const many = Buffer.concat(Array.from({ length: 500 }, () => frame));
    flooder.pause();
    const closed = new Promise((resolve) => flooder.once('close', resolve));
    while (!flooder.destroyed) {
      flooder.write(many);
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (flooder.writableLength > 50_000_000) throw new Error('It is never closed.');
    }
    await closed;
    const raw = await signedIn();
    raw.send({ type: 'ping' });
    expect(await raw.next()).toEqual({ type: 'pong' });
  }, 60_000);
});

/** A socket below any library, which would read by itself. */
async function upgraded(): Promise<Socket> {
  const { port, host } = new URL(attacked.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => socket.destroy());
  socket.write(
    `GET /graphql HTTP/1.1\r\nhost: ${host}\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${Buffer.alloc(16).toString('base64')}\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n`,
  );
  await once(socket, 'data');
  return socket;
}
