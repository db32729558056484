import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeWire, placeOf, type Wire } from './pool.ts';

const reply = (body: string, ...headers: string[]) => ['HTTP/1.1 200 OK', `content-length: ${body.length}`, ...headers, '', body].join('\r\n');

let server: Server;
let sockets: Socket[];
let wire: Wire;
/** What the server does with a request. */
let serve: (socket: Socket, request: string) => void;
beforeEach(async () => {
  sockets = [];
  serve = (socket, request) => void socket.write(reply(request.split('\r\n')[0]!));
  server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes) => serve(socket, String(bytes)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  wire = makeWire({ host: '127.0.0.1', port: (server.address() as { port: number }).port, secure: false }, 4);
});
afterEach(() => {
  wire.stop();
  for (const socket of sockets) socket.destroy();
  server.close();
});

const sent: string[] = [];
const ask = (text: string) =>
  new Promise<string>((resolve) => {
    wire.ask({ text, encoding: 'latin1', mostBytes: 1_000, started: () => void sent.push(text), answered: ({ body }) => resolve(String(body)), failed: ({ message }) => resolve(message) });
  });
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('many more requests than connections are answered, each with its own answer', async () => {
  const names = Array.from({ length: 500 }, (_, nth) => `r${nth}`);
  expect(await Promise.all(names.map(ask))).toEqual(names);
  expect(sockets.length).toBeLessThanOrEqual(4);
  expect(wire.running()).toBe(0);
});

test('what a server says unasked ends its connection, and reaches nobody', async () => {
  expect(await ask('a')).toBe('a');
  const [first] = sockets;
  first!.write(reply('for nobody'));
  await once(first!, 'close');
  expect(await ask('b')).toBe('b');
  expect(sockets.length).toBe(2);
});

test('what comes beyond an answer, in its piece or the next, reaches nobody', async () => {
  serve = (socket, request) => void socket.write(reply(request) + reply('not asked for'));
  expect(await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(ask))).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  expect(await ask('g')).toBe('g');
  serve = (socket, request) => {
    socket.write(reply(request));
    setImmediate(() => socket.write(reply('not asked for')));
  };
  for (const name of ['h', 'i', 'j']) {
    expect(await ask(name)).toBe(name);
    await new Promise((resolve) => setTimeout(resolve, 5)); // the server's next turn is over: its word lies on a connection that is idle here
  }
});

test('a connection whose answer nobody waits for is not used again', async () => {
  const late: Socket[] = [];
  serve = (socket, request) => void (request === 'slow' ? late.push(socket) : socket.write(reply(request)));
  const cancel = wire.ask({ text: 'slow', encoding: 'latin1', mostBytes: 10, started: () => {}, answered: () => sent.push('answered'), failed: () => sent.push('failed') });
  await expect.poll(() => late.length).toBe(1);
  cancel();
  late[0]!.write(reply('slow'));
  expect(await ask('a')).toBe('a');
  await expect.poll(() => late[0]!.destroyed).toBe(true);
  expect(sent).not.toContain('answered');
  expect(sent).not.toContain('failed');
});

test('an answer before its request was whole ends the connection', async () => {
  serve = (socket) => {
    socket.pause();
    socket.write(reply('too much'));
  };
  expect(await ask('x'.repeat(50_000_000))).toBe('too much');
  serve = (socket, request) => void socket.write(reply(request));
  expect(await ask('a')).toBe('a');
  expect(sockets.length).toBe(2);
});

test('a request that is given up while it waits is never sent', async () => {
  serve = () => {};
  for (let nth = 0; nth < 4; nth++) void ask('busy');
  await expect.poll(() => wire.running()).toBe(4);
  wire.ask({ text: 'given up', encoding: 'latin1', mostBytes: 10, started: () => void sent.push('given up'), answered: () => {}, failed: () => {} })();
  serve = (socket, request) => void socket.write(reply(request));
  for (const socket of sockets) socket.destroy();
  expect(await ask('next')).toBe('next');
  expect(sent).not.toContain('given up');
});

test('a connection is closed here before the other side may close it', async () => {
  serve = (socket, request) => void socket.write(reply(request, 'keep-alive: timeout=1'));
  expect(await ask('a')).toBe('a');
  await turn();
  expect(await ask('b')).toBe('b');
  expect(sockets.length).toBe(2);
});

test.each<[string, (socket: Socket) => void]>([
  ['closed', (socket) => socket.destroy()],
  ['reset', (socket) => socket.resetAndDestroy()],
  ['spoken on, unasked', (socket) => socket.write(reply('for nobody'))],
])('a connection that was %s in the turn in which something is asked does not carry it', async (_, end) => {
  const bell = connect((server.address() as { port: number }).port, '127.0.0.1');
  await once(bell, 'connect');
  expect(await ask('a')).toBe('a');
  const asked = new Promise<string>((resolve) => {
    serve = (socket, request) => void (request === 'ring' ? resolve(ask('b')) : socket.write(reply(request)));
  });
  end(sockets.at(-1)!);
  bell.write('ring'); // both lie at the door when the next turn begins: the end is read, then something is asked
  expect(await asked).toBe('b');
  bell.destroy();
});

test('nobody there, and an end of this process, are told to all who wait', async () => {
  const gone = makeWire({ host: '127.0.0.1', port: 9, secure: false }, 2);
  const failures = await Promise.all([1, 2, 3, 4, 5].map(() => new Promise((resolve) => gone.ask({ text: 'x', encoding: 'latin1', mostBytes: 1, started: () => {}, answered: resolve, failed: ({ code }: NodeJS.ErrnoException) => resolve(code) }))));
  expect(failures).toEqual(Array(5).fill('ECONNREFUSED'));
  serve = () => {};
  const asked = Promise.all(Array.from({ length: 6 }, () => ask('x')));
  await expect.poll(() => wire.running()).toBe(4);
  wire.stop();
  expect(new Set([...(await asked), await ask('too late')])).toEqual(new Set(['The connections are closed: this process ends.']));
});

test.each([
  ['http://a', { host: 'a', port: 80, secure: false }],
  ['https://a:8443/x', { host: 'a', port: 8443, secure: true }],
  ['http://[::1]:9', { host: '::1', port: 9, secure: false }],
  ['unix:/x', null],
])('%s leads to %o', (url, place) => expect(placeOf(new URL(url))).toEqual(place));
