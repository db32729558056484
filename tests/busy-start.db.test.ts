import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDomain } from '../scripts/start/domain-modules.ts';
import { TEST_KEYS, TEST_SECRET, type TestDatabase, testDatabase } from './database.ts';

let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database?.drop());

/** A way to the database that drops the first connections. */
async function startIdentity(dropped: number): Promise<Awaited<ReturnType<typeof startDomain>>> {
  const address = new URL(await database.urlOf('identity'));
  const own = new URL(await database.urlOf('identity', 'own'));
  const target = { port: Number(address.port), host: address.hostname };
  let came = 0;
  const way = createServer((socket) => {
    socket.on('error', () => {});
    if (came++ < dropped) return void socket.destroy();
    const on = connect(target).on('error', () => socket.destroy());
    socket.pipe(on).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(way, 'listening');
  for (const url of [address, own]) [url.hostname, url.port] = ['127.0.0.1', String((way.address() as AddressInfo).port)];
  const STROMGRAPH_CONNECTIONS = JSON.stringify({ demo: { identity: { staff: String(address), own: String(own) } } });
  const started = startDomain('identity', { parts: 'all', env: { STROMGRAPH_CONNECTIONS, STROMGRAPH_KEYS: TEST_KEYS, STROMGRAPH_GATEWAY_SECRET: TEST_SECRET } });
  return started.finally(() => void way.close());
}

test('a domain whose database is busy when it starts asks again', async () => {
  const identity = await startIdentity(2);
  expect(identity.url).toMatch(/^http:/);
  await identity.stop();
});

test('a database that stays away ends the start, by the domain’s name', () => expect(startIdentity(Infinity)).rejects.toThrow(/^identity did not start: /));
