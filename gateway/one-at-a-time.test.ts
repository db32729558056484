// Connections that send ahead: requests before the last one is answered, bytes after their answer.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { oneAtATime } from './one-at-a-time.ts';
import { ask, startToyGraph, type ToyGraph } from './toys/graph.ts';

const begun: string[] = [];
let release = () => {};
let held = Promise.resolve();
const slow = {
  name: 'slow',
  sdl: 'type Query { say(word: String!): String @scope(needs: []) slow: Int @scope(needs: []) }',
  resolvers: {
    Query: {
      say: (_: unknown, { word }: { word: string }) => (begun.push(word), word),
      slow: async () => {
        begun.push('slow');
        await held;
        return 1;
      },
    },
  },
};

let graph: ToyGraph;
const sockets: Socket[] = [];
beforeAll(async () => {
  graph = await startToyGraph([slow], { limits: { concurrentOperations: 3 } });
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  begun.length = 0;
});
afterAll(() => graph.stop());

type Client = Readonly<{ socket: Socket; closed: Promise<unknown>; heard: () => string; statuses: () => string[] }>;

async function open(port = graph.gateway.port): Promise<Client> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  let text = '';
  socket.on('error', () => {}).on('data', (piece) => (text += String(piece)));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await once(socket, 'connect');
  return { socket, closed, heard: () => text, statuses: () => text.match(/(?<=HTTP\/1\.1 )\d{3}/g) ?? [] };
}

function post(query: string): string {
  const body = JSON.stringify({ query });
  return `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

async function running(): Promise<number> {
  const text = await (await fetch(new URL('/metrics', graph.gateway.url))).text();
  return Number(/^gateway_requests_running (\d+)/m.exec(text)?.[1]);
}

test('a few requests ahead are answered one after the other, in their order', async () => {
  const client = await open();
  const words = ['a', 'b', 'c', 'd', 'e'];
  client.socket.write(words.map((word) => post(`{ say(word: "${word}") }`)).join(''));
  await expect.poll(() => client.heard().match(/(?<="say":")\w/g)).toEqual(words);
  expect(begun).toEqual(words);
});

test('what waits behind a request whose client leaves is never begun, and holds no place', async () => {
  held = new Promise((resolve) => (release = resolve));
  const client = await open();
  client.socket.write(post('{ slow }') + post('{ say(word: "b") }') + post('{ say(word: "c") }'));
  await expect.poll(() => begun).toContain('slow');
  client.socket.destroy();
  await expect.poll(running).toBe(1);
  release();
  const answers = await Promise.all(['1', '2', '3'].map((word) => ask(graph.gateway, `{ say(word: "${word}") }`)));
  expect(answers.map(({ data }) => data)).toEqual(['1', '2', '3'].map((say) => ({ say })));
  expect(begun.filter((word) => /[bc]/.test(word))).toEqual([]);
});

test('what waits behind an answer that is the last of its connection is never begun', async () => {
  const paths: (string | undefined)[] = [];
  const server = createServer(oneAtATime(({ url }, response) => {
    paths.push(url);
    setTimeout(() => response.setHeader('connection', 'close').end(), 20);
  })).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = await open((server.address() as AddressInfo).port);
  client.socket.write(['/a', '/b', '/c'].map((path) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`).join(''));
  await client.closed;
  await new Promise((resolve) => server.close(resolve));
  expect(client.statuses()).toEqual(['200']);
  expect(paths).toEqual(['/a']);
});

test.each([
  ['/graphql', 'GET /graphql HTTP/1.1\r\nhost: x\r\n\r\n'],
  ['/health/live', 'GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n'],
  ['nowhere', 'GET /nowhere HTTP/1.1\r\nhost: x\r\n\r\n'],
  ['operations', post('{ say(word: "a") }')],
])('a flood of requests to %s on one connection ends it', async (_, request) => {
  const client = await open();
  client.socket.write(request.repeat(2_000));
  await client.closed;
  expect(client.statuses().length).toBeLessThanOrEqual(20);
  expect(await ask(graph.gateway, '{ say(word: "x") }')).toEqual({ data: { say: 'x' } });
  await expect.poll(running).toBe(1);
});

describe('a body that goes on after its answer ends the connection', () => {
  test.each([
    ['refused by its type', 'POST /graphql', 'content-type: text/plain\r\n', '415'],
    ['refused by its method', 'PUT /graphql', '', '405'],
    ['sent nowhere', 'POST /nowhere', '', '404'],
    ['of a request that needs none', 'GET /health/live', '', '200'],
  ])('%s', async (_, line, headers, status) => {
    const client = await open();
    client.socket.write(`${line} HTTP/1.1\r\nhost: x\r\n${headers}transfer-encoding: chunked\r\n\r\n1\r\nx\r\n`);
    const crumbs = setInterval(() => client.socket.write('1\r\nx\r\n'), 5);
    await client.closed;
    clearInterval(crumbs);
    expect(client.statuses()).toEqual([status]);
  });

  test('but not one of a stated length that is only late', async () => {
    const client = await open();
    client.socket.write('POST /nowhere HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\n');
    await expect.poll(client.statuses).toEqual(['404']);
    client.socket.write(`12345${post('{ say(word: "late") }')}`);
    await expect.poll(client.statuses).toEqual(['404', '200']);
  });

  test('and one that never comes whole, after a while', async () => {
    const client = await open();
    client.socket.write('POST /nowhere HTTP/1.1\r\nhost: x\r\ncontent-length: 500000\r\n\r\n');
    const crumbs = setInterval(() => client.socket.write('x'), 5);
    await client.closed;
    clearInterval(crumbs);
    expect(client.statuses()).toEqual(['404']);
  });
});
