import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { openRaw, type RawSocket } from '@stromgraph/gateway/toys/raw-socket';

/** What one socket is filled with: S18 and S19 of the promises. Resolves when the gateway has dealt with all of it. */
export type SocketFlood = Readonly<{ name: string; mostMegabytes: number; run: (url: string, authorization: string) => Promise<void> }>;

const SUBSCRIBES = 100_000;
const PINGS = 1_000_000;

export const SOCKET_FLOODS: readonly SocketFlood[] = [
  {
    name: `${SUBSCRIBES.toLocaleString('en')} subscriptions on one socket (20 are taken)`,
    mostMegabytes: 50,
    async run(url, authorization) {
      const raw = await begun(url, authorization);
      for (let n = 0; n < SUBSCRIBES; n += 500) {
        for (let k = n; k < n + 500; k++) raw.send({ id: String(k), type: 'subscribe', payload: { query: 'subscription { never }' } });
        for (let k = Math.max(n, 20); k < n + 500; k++) await raw.next();
      }
      raw.socket.terminate();
    },
  },
  {
    name: `${PINGS.toLocaleString('en')} pings of 125 bytes whose answers nobody reads`,
    mostMegabytes: 20,
    async run(url) {
      const socket = await upgraded(url);
      const frames = Buffer.concat(Array.from({ length: 500 }, () => Buffer.concat([Buffer.from([0x89, 0x80 | 125, 0, 0, 0, 0]), Buffer.alloc(125)])));
      socket.pause();
      for (let n = 0; n < PINGS && !socket.destroyed; n += 500)
        if (!socket.write(frames)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => {});
      socket.destroy();
    },
  },
  {
    name: '2,000 sockets, each with a message in fragments of one byte',
    mostMegabytes: 20,
    async run(url, authorization) {
      for (let n = 0; n < 2_000; n++) {
        const raw = await begun(url, authorization);
        for (let k = 0; k < 20; k++) raw.socket.send('x', { fin: false });
        await raw.closed();
      }
    },
  },
];

async function begun(url: string, authorization: string): Promise<RawSocket> {
  const raw = await openRaw(url);
  raw.send({ type: 'connection_init', payload: { authorization } });
  await raw.next();
  return raw;
}

/** Below any library, which would read by itself. */
async function upgraded(url: string): Promise<Socket> {
  const { port, host } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => socket.destroy());
  const key = Buffer.alloc(16).toString('base64');
  socket.write(`GET /graphql HTTP/1.1\r\nhost: ${host}\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n`);
  await once(socket, 'data');
  return socket;
}
