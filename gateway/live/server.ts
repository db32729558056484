import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { isForeign } from '../origin.ts';
import { serveConnection, type ConnectionTools } from './connection.ts';
import { makeCounter } from './sockets.ts';

const PROTOCOL = 'graphql-transport-ws';
const STOP_MS = 1_000;

export type Live = Readonly<{
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  sockets: () => number;
  stop: () => Promise<void>;
}>;

type Settings = Readonly<{ connection: ConnectionTools; allowedOrigins: ReadonlySet<string> }>;

/** Takes upgrades of /graphql: one protocol, own site or no browser, so many per address. */
export function makeLive({ connection, allowedOrigins }: Settings): Live {
  const { limits } = connection;
  const addresses = makeCounter();
  const alive = new WeakSet<WebSocket>();
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.messageBytes,
    maxFragments: limits.fragments,
    perMessageDeflate: false,
    handleProtocols: () => PROTOCOL,
  });
  const ping = setInterval(() => {
    for (const socket of server.clients) {
      if (!alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }, limits.pingMs);
  ping.unref();

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const address = request.socket.remoteAddress ?? '';
    if (isForeign(request, allowedOrigins)) return refuse(socket, '403 Forbidden');
    if (!protocolsOf(request).includes(PROTOCOL)) return refuse(socket, '400 Bad Request');
    if (!addresses.take(address, limits.socketsPerAddress)) return refuse(socket, '429 Too Many Requests');
    let accepted = false;
    socket.once('close', () => accepted || addresses.release(address));
    server.handleUpgrade(request, socket, head, (client) => {
      accepted = true;
      alive.add(client);
      client.on('pong', () => alive.add(client));
      client.once('close', () => addresses.release(address));
      serveConnection(connection, client);
    });
  }

  async function stop(): Promise<void> {
    clearInterval(ping);
    for (const socket of server.clients) socket.close(1001, 'Going away');
    const closed = Promise.all([...server.clients].map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    const late = setTimeout(() => server.clients.forEach((socket) => socket.terminate()), STOP_MS);
    await closed;
    clearTimeout(late);
    server.close();
  }

  return { upgrade, sockets: () => server.clients.size, stop };
}

function protocolsOf(request: IncomingMessage): string[] {
  return (request.headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
