import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { makeCounter } from '../counter.ts';
import { isForeign } from '../origin.ts';
import { serveConnection } from './connection.ts';
import { makeEventStreams, type EventStreams } from './event-streams.ts';
import type { LiveTools } from './tools.ts';

const PROTOCOL = 'graphql-transport-ws';
const STOP_MS = 1_000;

export type Live = Readonly<{
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  sockets: () => number;
  events: EventStreams;
  stop: () => Promise<void>;
}>;

type Settings = Readonly<{ tools: LiveTools; allowedOrigins: ReadonlySet<string> }>;

/** Both ways of subscriptions. Takes upgrades of /graphql: one protocol, own site or no browser, so many per address. */
export function makeLive({ tools, allowedOrigins }: Settings): Live {
  const { limits } = tools;
  const addresses = makeCounter();
  const events = makeEventStreams(tools, addresses);
  const alive = new WeakSet<WebSocket>();
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.messageBytes,
    maxFragments: limits.fragments,
    perMessageDeflate: false,
    allowSynchronousEvents: false, // one frame a turn: who sends thousands at once does not hold up the others
    autoPong: false,
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
      client.on('ping', (data) => pong(client, data));
      client.once('close', () => addresses.release(address));
      serveConnection(tools, client, address);
    });
  }

  /** Answers are not heaped up for a client that pings and does not read. */
  function pong(client: WebSocket, data: Buffer): void {
    if (client.bufferedAmount < limits.bufferedBytes) client.pong(data);
    else client.terminate();
  }

  async function stop(): Promise<void> {
    clearInterval(ping);
    events.stop();
    for (const socket of server.clients) socket.close(1001, 'Going away');
    const closed = Promise.all([...server.clients].map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    const late = setTimeout(() => server.clients.forEach((socket) => socket.terminate()), STOP_MS);
    await closed;
    clearTimeout(late);
    server.close();
  }

  return { upgrade, sockets: () => server.clients.size, events, stop };
}

function protocolsOf(request: IncomingMessage): string[] {
  return (request.headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
