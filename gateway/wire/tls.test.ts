// The same client over TLS: whom it trusts, and that nothing else changes.
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { makeCertificate } from '../toys/certificate.ts';
import { makeWire, type Wire } from './pool.ts';

const { key, cert } = makeCertificate('localhost');
const trusted = getCACertificates('default');
let server: Server;
let connections = 0;
const wires: Wire[] = [];
beforeAll(async () => {
  server = createServer({ key, cert }, (request, response) => {
    let bytes = 0;
    request.on('data', (piece: Buffer) => (bytes += piece.length));
    request.on('end', () => {
      if (request.url === '/cut') response.writeHead(200, { 'content-length': 100 }).write('x', () => response.socket!.destroy());
      else if (request.url === '/to-its-end') response.socket!.end('HTTP/1.1 200 OK\r\n\r\nto its end');
      else response.end(`${request.url} ${bytes}`);
    });
  });
  server.on('secureConnection', () => connections++).on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  for (const wire of wires.splice(0)) wire.stop();
  setDefaultCACertificates(trusted);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function open(host = 'localhost'): (path: string, body?: string) => Promise<string> {
  const wire = makeWire({ host, port: (server.address() as { port: number }).port, secure: true }, 4);
  wires.push(wire);
  return (path, body = '') =>
    new Promise((resolve) => {
      const text = `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
      wire.ask({ text, encoding: 'latin1', mostBytes: 1_000, started: () => {}, answered: (reply) => resolve(String(reply.body)), failed: ({ code }: NodeJS.ErrnoException) => resolve(String(code)) });
    });
}

test('who is not vouched for gets no request', async () => {
  let asked = 0;
  const look = () => void asked++;
  server.on('request', look);
  expect(await open()('/a')).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
  setDefaultCACertificates([cert]);
  expect(await open('127.0.0.1')('/a')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  server.off('request', look);
  expect(asked).toBe(0);
});

test('many requests are answered, each with its own answer, on connections that are kept', async () => {
  setDefaultCACertificates([cert]);
  connections = 0;
  const ask = open();
  const paths = Array.from({ length: 300 }, (_, nth) => `/${nth}`);
  expect(await Promise.all(paths.map((path) => ask(path)))).toEqual(paths.map((path) => `${path} 0`));
  for (const path of paths.slice(0, 50)) expect(await ask(path, 'x'.repeat(5_000))).toBe(`${path} 5000`);
  expect(connections).toBeLessThanOrEqual(4);
  expect(await ask('/large', 'x'.repeat(5_000_000))).toBe('/large 5000000');
});

test('an answer is whole or none', async () => {
  setDefaultCACertificates([cert]);
  const ask = open();
  expect(await ask('/cut')).toBe('ECONNRESET');
  expect(await ask('/to-its-end')).toBe('to its end');
  expect(await ask('/a')).toBe('/a 0');
});

test('a handshake that never ends is given up with its request', async () => {
  const silent: Socket[] = [];
  const plain = createTcpServer((socket) => void silent.push(socket.on('error', () => {}).resume()));
  plain.listen(0, '127.0.0.1');
  await once(plain, 'listening');
  const wire = makeWire({ host: 'localhost', port: (plain.address() as { port: number }).port, secure: true }, 1);
  const failed = new Promise((resolve) => wire.ask({ text: 'x', encoding: 'latin1', mostBytes: 1, started: () => {}, answered: resolve, failed: ({ message }) => resolve(message) }));
  await expect.poll(() => silent.length).toBe(1);
  wire.stop();
  expect(await failed).toBe('The connections are closed: this process ends.');
  await expect.poll(() => silent[0]!.destroyed).toBe(true);
  plain.close();
});
