import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'vitest';
import { WebSocketServer } from 'ws';
import { waitFor } from '../wait.ts';
import { startFollower } from './follower.ts';

test('a follower whose connection dies before it is greeted comes again, and stops when it is told to', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  let came = 0;
  new WebSocketServer({ server }).on('connection', (socket) => {
    came++;
    socket.on('message', () => socket.terminate());
  });
  const follower = startFollower(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, 'graphql-transport-ws', { leavesAfter: 1 });
  try {
    await waitFor('a second attempt', async () => came > 1, 5_000);
  } finally {
    await follower.stop();
    server.close();
  }
});
