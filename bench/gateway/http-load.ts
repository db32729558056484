import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { quantile } from '../statistics.ts';

/** One request over and over on kept-alive connections, so long and at least so often; `mostSeconds` end it all the same. */
export type LoadOrder = Readonly<{
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  connections: number;
  seconds: number;
  atLeast?: number;
  mostSeconds?: number;
}>;

export type Load = Readonly<{ requests: number; seconds: number; p50: number; p99: number }>;

const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');
const LENGTH = /\r\ncontent-length: *(\d+)/i;

/**
 * Sends the next request on a connection when its answer is in. Bare sockets, one write and one look at each piece: on
 * two cores, what the client costs is what it takes from those it measures. Any answer but 200 ends the run.
 */
export async function loadWith({ url, headers, body, connections, seconds, atLeast = 0, mostSeconds = seconds }: LoadOrder): Promise<Load> {
  const { hostname, port, host, pathname } = new URL(url);
  const request = requestText(pathname, { host, 'content-type': 'application/json', ...headers }, body);
  const sockets = await Promise.all(Array.from({ length: connections }, () => opened(hostname, Number(port))));
  const milliseconds: number[] = [];
  const startedAt = performance.now();
  const isOver = (now: number) => {
    const passed = (now - startedAt) / 1_000;
    return passed >= mostSeconds || (passed >= seconds && milliseconds.length >= atLeast);
  };
  try {
    await Promise.all(sockets.map((socket) => ask(socket, request, isOver, milliseconds)));
  } finally {
    for (const socket of sockets) socket.destroy();
  }
  const took = (performance.now() - startedAt) / 1_000;
  return { requests: milliseconds.length, seconds: took, p50: quantile(milliseconds, 0.5), p99: quantile(milliseconds, 0.99) };
}

function requestText(path: string, headers: Readonly<Record<string, string>>, body: string): Buffer {
  const lines = Object.entries({ ...headers, 'content-length': String(Buffer.byteLength(body)) }).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from([`POST ${path} HTTP/1.1`, ...lines, '', body].join('\r\n'));
}

async function opened(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true });
  await once(socket, 'connect');
  return socket;
}

function ask(socket: Socket, request: Buffer, isOver: (now: number) => boolean, milliseconds: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let askedAt = performance.now();
    let missing = -1; // bytes of the answer that are still to come; below zero before its head is read
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('The server closed a connection.')));
    socket.on('data', (piece: Buffer) => {
      try {
        missing = missing < 0 ? missingAfterHead(piece) : missing === Infinity ? missingOfChunked(piece) : missing - piece.length;
      } catch (error) {
        return reject(error as Error);
      }
      if (missing > 0) return;
      const now = performance.now();
      milliseconds.push(now - askedAt);
      if (isOver(now)) return resolve();
      askedAt = now;
      missing = -1;
      socket.write(request);
    });
    socket.write(request);
  });
}

function missingAfterHead(piece: Buffer): number {
  const headEnd = piece.indexOf(HEAD_END);
  const head = piece.toString('latin1', 0, headEnd < 0 ? 1_000 : headEnd);
  if (headEnd < 0 || !head.startsWith('HTTP/1.1 200')) throw new Error(`An answer that is not 200: ${head.slice(0, 300)}`);
  const length = LENGTH.exec(head)?.[1];
  return length === undefined ? missingOfChunked(piece) : headEnd + HEAD_END.length + Number(length) - piece.length;
}

function missingOfChunked(piece: Buffer): number {
  return piece.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK) ? 0 : Infinity;
}
