import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDb, transact } from './database.ts';
import { makeDeadline } from './deadline.ts';

const message = (type: string, body: Buffer): Buffer => {
  const head = Buffer.from(`${type}....`);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const SIGNED_IN = Buffer.concat([message('R', Buffer.alloc(4)), message('K', Buffer.alloc(8)), message('Z', Buffer.from('I'))]);

/** Takes connections as PostgreSQL does, then answers nothing, not even a cancellation: as one that hangs. */
const sockets = new Set<Socket>();
const server = createServer((socket) => {
  sockets.add(socket);
  socket.on('error', () => {}).on('close', () => sockets.delete(socket)).once('data', () => socket.write(SIGNED_IN)).resume();
});
beforeEach(() => once(server.listen(0, '127.0.0.1'), 'listening'));
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

const open = () => openDb({ url: `postgres://x:y@127.0.0.1:${(server.address() as AddressInfo).port}/x`, domain: 'contracts', tenant: 'stromgraph' });

test.each([
  ['a statement', (db: ReturnType<typeof open>) => db.within(makeDeadline(Date.now() + 100)).query('SELECT 1')],
  ['a transaction', (db: ReturnType<typeof open>) => transact(db.within(makeDeadline(Date.now() + 100)), (tx) => tx.query('SELECT 1'))],
])('%s ends at its deadline also where the database answers nothing any more', async (_, run) => {
  const db = open();
  await expect(run(db)).rejects.toMatchObject({ extensions: { code: 'SUBGRAPH_TIMEOUT' } });
  await db.close();
}, 3_000);
