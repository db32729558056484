// A server that answers in every way but the expected one: each request gets its own answer or a fault, and nothing stays.
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Asker } from '../asker.ts';
import { makeRandom } from '../differential/random.ts';
import { exchange } from '../exchange.ts';
import { makeWire, type Wire } from './pool.ts';

const REQUESTS = 3_000;
const AT_ONCE = 40;
const CONNECTIONS = 8;
const seed = Number(process.env.STROMGRAPH_SEED ?? 20_261_121);
const random = makeRandom(seed);

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const sized = (body: string, ...headers: string[]) => ['HTTP/1.1 200 OK', ...headers, `content-length: ${body.length}`, '', body].join('\r\n');
function chunked(body: string): string {
  const size = 1 + random.below(4_000);
  const chunks = Array.from({ length: Math.ceil(body.length / size) }, (_, nth) => body.slice(nth * size, (nth + 1) * size));
  return `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')}0\r\nx: y\r\n\r\n`;
}
async function inPieces(socket: Socket, text: string): Promise<void> {
  for (let at = 0, size = 0; at < text.length; at += size) {
    size = 1 + random.below(2_000);
    socket.write(text.slice(at, at + size));
    if (random.below(4) === 0) await pause(random.below(3));
  }
}

/** Those that bring an answer, and those that bring none. */
const WAYS: readonly ((socket: Socket, body: string) => unknown)[] = [
  (socket, body) => socket.write(sized(body)),
  (socket, body) => inPieces(socket, sized(body)),
  (socket, body) => socket.write(chunked(body)),
  (socket, body) => inPieces(socket, chunked(body)),
  (socket, body) => socket.write(`HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${sized(body)}`),
  (socket, body) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${body}`),
  (socket, body) => socket.write(sized(body, 'connection: close')),
  (socket, body) => socket.write(sized(body) + sized('{"id":"of nobody"}')),
  (socket, body) => socket.write(sized(body), () => setTimeout(() => socket.end(), random.below(3))),
  (socket, body) => socket.write(sized(body), () => setImmediate(() => socket.destroy())),
  (socket) => socket.end(),
  (socket) => socket.resetAndDestroy(),
  (socket, body) => socket.end(sized(body).slice(0, -5)),
  (socket, body) => socket.end(chunked(body).slice(0, -5)),
  (socket, body) => socket.write(`no HTTP\r\n\r\n${body}`),
];

let server: Server;
let wire: Wire;
let open = 0;
let mostOpen = 0;
beforeAll(async () => {
  server = createServer((socket) => {
    mostOpen = Math.max(mostOpen, ++open);
    socket.on('error', () => {}).on('close', () => open--);
    let text = '';
    socket.on('data', (piece) => {
      text += String(piece);
      const end = text.indexOf('\r\n\r\n') + 4;
      if (end < 4 || text.length < end + Number(/content-length: (\d+)/.exec(text)![1])) return;
      const body = JSON.stringify({ id: text.slice(end).trim(), rest: 'x'.repeat(random.below(10) === 0 ? random.below(100_000) : random.below(50)) });
      text = '';
      void WAYS[random.below(WAYS.length)]!(socket, body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  wire = makeWire({ host: '127.0.0.1', port: (server.address() as { port: number }).port, secure: false }, CONNECTIONS);
});
afterAll(() => {
  wire.stop();
  server.close();
});

const EXPECTED = new Set(['answered', 'timeout', 'abandoned', 'ECONNRESET', 'EPIPE', 'The answer is no HTTP.']);

/** What became of it: answered, or why not. */
async function ask(id: string): Promise<string> {
  const asker: Asker = { gone: false, ends: new Set() };
  const leaves = random.below(20) === 0 ? setTimeout(() => asker.ends.forEach((end) => end()), random.below(10)) : undefined;
  const request = { head: 'POST / HTTP/1.1\r\nhost: x\r\n', body: id + ' '.repeat(random.below(30) === 0 ? random.below(300_000) : 0) };
  const outcome = await exchange(wire, request, { ms: random.below(20) === 0 ? random.below(15) : 20_000, bytes: 1_000_000, asker }).then(
    ({ text }) => ((JSON.parse(text) as { id: string }).id === id ? 'answered' : `WRONG: ${id} got ${text.slice(0, 40)}`),
    (error: Error & { fault?: string; code?: string }) => error.fault ?? error.code ?? error.message,
  );
  clearTimeout(leaves);
  expect(asker.ends.size).toBe(0);
  return outcome;
}

test('each request has its own answer or none, and no connection is left', async () => {
  const outcomes = new Map<string, number>();
  let next = 0;
  async function askOn(): Promise<void> {
    while (next < REQUESTS) {
      const outcome = await ask(`id ${next++}`);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, askOn));
  expect([...outcomes.keys()].filter((outcome) => !EXPECTED.has(outcome)), `STROMGRAPH_SEED=${seed}`).toEqual([]);
  expect(outcomes.get('answered')).toBeGreaterThan(REQUESTS / 2);
  expect(mostOpen).toBeLessThanOrEqual(CONNECTIONS);
  // A connection that was given up is told of its end a moment later.
  await expect.poll(() => wire.running()).toBe(0);
  await expect.poll(() => open, { timeout: 20_000 }).toBe(0);
}, 120_000);
