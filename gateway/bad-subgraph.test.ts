// A subgraph that answers with anything but an answer: a clear word to the client, and nothing left behind.
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ask, startToyGraph, type ToyGraph } from './toys/graph.ts';
import { shop } from './toys/shop.ts';

const RESPONSE_BYTES = 1_000_000;
const SECRET_WORDS = 'postgres://app:hunter2@10.0.0.7/prod';
const warnings: string[] = [];
const heard = (warning: Error) => void warnings.push(warning.message);

/** What this process holds open; idle keep-alive connections are among it. */
function held(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
const sockets = () => held()['TCPSocketWrap'] ?? 0;
const before = sockets();
/** Pools and clocks keep a few of their own; each of the bad answers would leave one. */
const FEW = 5;

let graph: ToyGraph;
beforeAll(async () => {
  process.on('warning', heard);
  graph = await startToyGraph(shop, { subgraphLimits: { timeoutMs: 500, responseBytes: RESPONSE_BYTES, breaker: { calls: 20, failures: 21, probeEveryMs: 1_000 } } });
});
beforeEach(() => graph.toys.catalog!.misbehave(null));
afterAll(async () => {
  process.off('warning', heard);
  await graph.stop();
});

const whole = '{"data":{"product":{"__typename":"Product","id":"p1","name":"Lamp"}}}';
const headed = (type: string, body: string | Buffer) => (response: ServerResponse) => void response.writeHead(200, { 'content-type': type }).end(body);
const json = (body: string | Buffer) => headed('application/json', body);
const megabytes = (count: number) => Readable.from(spaces(count));
const megabyte = Buffer.alloc(1_000_000, ' ');
function* spaces(count: number): Generator<Buffer> {
  for (let sent = 0; sent < count; sent++) yield megabyte;
}

const bad: [string, (response: ServerResponse) => void, string][] = [
  ['HTML', headed('text/html', `<h1>${SECRET_WORDS}</h1>`), 'SUBGRAPH_UNAVAILABLE'],
  ['HTML that says it is JSON', json(`<h1>${SECRET_WORDS}</h1>`), 'SUBGRAPH_UNAVAILABLE'],
  ['JSON that says it is text', headed('text/plain', whole), 'SUBGRAPH_UNAVAILABLE'],
  ['JSON cut in the middle', json(whole.slice(0, -9)), 'SUBGRAPH_UNAVAILABLE'],
  ['two answers', json(whole + whole), 'SUBGRAPH_UNAVAILABLE'],
  ['nothing', json(''), 'SUBGRAPH_UNAVAILABLE'],
  ['null', json('null'), 'SUBGRAPH_UNAVAILABLE'],
  ['a list', json('[]'), 'SUBGRAPH_UNAVAILABLE'],
  ['a byte order mark', json(`\u{feff}${whole}`), 'SUBGRAPH_UNAVAILABLE'],
  ['another charset', headed('application/json; charset=iso-8859-1', whole), 'SUBGRAPH_UNAVAILABLE'],
  ['UTF-16', json(Buffer.from(whole, 'utf16le')), 'SUBGRAPH_UNAVAILABLE'],
  ['bytes that are no UTF-8', json(Buffer.from(whole.replace('Lamp', 'L\u00e4mp'), 'latin1')), 'SUBGRAPH_UNAVAILABLE'],
  ['compressed, unasked', (response) => void response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(Buffer.from([0x1f, 0x8b, 8, 0])), 'SUBGRAPH_UNAVAILABLE'],
  ['status 500 with a body', (response) => void response.writeHead(500, { 'content-type': 'application/json' }).end(whole), 'SUBGRAPH_UNAVAILABLE'],
  ['status 500 with words of its own', (response) => void response.writeHead(500).end(SECRET_WORDS), 'SUBGRAPH_UNAVAILABLE'],
  ['status 204', (response) => void response.writeHead(204).end(), 'SUBGRAPH_UNAVAILABLE'],
  ['that there is no time left', (response) => void response.writeHead(504).end(SECRET_WORDS), 'SUBGRAPH_TIMEOUT'],
  ['200 MB, announced', (response) => void megabytes(200).pipe(response.writeHead(200, { 'content-type': 'application/json', 'content-length': 200_000_000 })), 'SUBGRAPH_UNAVAILABLE'],
  ['200 MB, unannounced', (response) => void megabytes(200).pipe(response.writeHead(200, { 'content-type': 'application/json' })), 'SUBGRAPH_UNAVAILABLE'],
  ['headers without an end', (response) => void response.writeHead(200, { 'x-long': 'x'.repeat(200_000) }).end(whole), 'SUBGRAPH_UNAVAILABLE'],
  ['no HTTP at all', (response) => void response.socket!.end(SECRET_WORDS), 'SUBGRAPH_UNAVAILABLE'],
  ['closed before an answer', (response) => void response.socket!.destroy(), 'SUBGRAPH_UNAVAILABLE'],
  ['closed in the middle', (response) => void response.writeHead(200, { 'content-length': whole.length }).write(whole.slice(0, 9), () => response.socket!.destroy()), 'SUBGRAPH_UNAVAILABLE'],
  ['headers, and then nothing', (response) => void response.writeHead(200).flushHeaders(), 'SUBGRAPH_TIMEOUT'],
  ['nothing at all', () => {}, 'SUBGRAPH_TIMEOUT'],
];

const refusal = (code: string) => ({ message: expect.any(String), path: ['product'], extensions: { code, requestId: expect.any(String) } });

describe('instead of an answer', { timeout: 30_000 }, () => {
  test.each(bad)('%s', async (_, how, code) => {
    graph.toys.catalog!.misbehave((text, response) => (text.includes('"product"') ? how(response) : void response.end(text)));
    const answered = await ask(graph.gateway, '{ product(id: "p1") { name } makers { id } }');
    expect(answered.errors).toEqual([refusal(code)]);
    expect(answered.data).toMatchObject({ product: null, makers: expect.any(Array) });
    expect(JSON.stringify(answered)).not.toContain('hunter2');
    graph.toys.catalog!.misbehave(null);
    expect(await ask(graph.gateway, '{ product(id: "p1") { name } }')).toEqual({ data: { product: { name: 'Lamp' } } });
  });

  test('a fetch of entities fares the same', async () => {
    for (const [, how, code] of bad) {
      graph.toys.stock!.misbehave((_, response) => how(response));
      const { data, errors } = await ask(graph.gateway, '{ product(id: "p1") { name reviews { text } } }');
      expect([data, errors![0]!.extensions.code]).toEqual([{ product: { name: 'Lamp', reviews: null } }, code]);
    }
    graph.toys.stock!.misbehave(null);
  });
});

test('the place of an error is told only where it can be one', async () => {
  for (const path of [[SECRET_WORDS], ['product', SECRET_WORDS], ['product', -1], ['product', 1.5], ['product', {}], 'product']) {
    graph.toys.catalog!.misbehave((_, response) => json(JSON.stringify({ data: { product: null }, errors: [{ message: 'x', path }] }))(response));
    const { errors } = await ask(graph.gateway, '{ product(id: "p1") { name } }');
    expect(errors).toEqual([{ message: expect.any(String), extensions: { code: 'INTERNAL', requestId: expect.any(String) } }]);
  }
});

test.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])('%s as a key changes nobody’s prototype', async (key) => {
  const names = Object.getOwnPropertyNames(Object.prototype);
  const poison = `{"polluted":true,"${key}":{"polluted":true,"constructor":{"prototype":{"polluted":true}}}}`;
  const answers = [
    `{"${key}":{"polluted":true},"data":{"product":{"name":"Lamp"}}}`,
    `{"data":{"${key}":${poison},"product":{"__typename":"Product","id":"p1","name":"Lamp","${key}":${poison}}}}`,
    `{"data":{"product":{"name":"Lamp"}},"errors":[{"message":"x","path":["${key}","x"],"extensions":{"${key}":${poison}}}]}`,
    `{"data":{"product":${poison}}}`,
    `{"data":{"product":{"name":${poison}}}}`,
  ];
  for (const text of answers) {
    graph.toys.catalog!.misbehave((_, response) => json(text)(response));
    const answered = await ask(graph.gateway, `{ product(id: "p1") { name ${key === '__proto__' ? '' : `${key}: name`} } }`);
    expect(JSON.stringify(answered)).not.toContain('polluted');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(names);
  }
  graph.toys.catalog!.misbehave(null);
  expect(await ask(graph.gateway, `{ ${key === '__proto__' ? 'a' : key}: product(id: "p1") { name } }`)).toEqual({ data: { [key === '__proto__' ? 'a' : key]: { name: 'Lamp' } } });
});

test('of all that nothing is left behind: no socket, no timer, no listener', async () => {
  const good = () => ask(graph.gateway, '{ product(id: "p1") { name inStock maker { name } } }');
  await good();
  const ofTheProcess = { sockets: sockets(), timers: held()['Timeout'] ?? 0 };
  for (const [, how] of bad) {
    graph.toys.catalog!.misbehave((_, response) => how(response));
    await good();
  }
  graph.toys.catalog!.misbehave(null);
  expect(await good()).toMatchObject({ data: { product: { name: 'Lamp' } } });
  await expect.poll(sockets, { timeout: 15_000 }).toBeLessThan(ofTheProcess.sockets + FEW);
  await expect.poll(() => held()['Timeout'] ?? 0, { timeout: 15_000 }).toBeLessThan(ofTheProcess.timers + FEW);
  expect(warnings).toEqual([]);
  await graph.stop();
  await expect.poll(() => held()['TCPServerWrap'] ?? 0, { timeout: 15_000 }).toBe(0);
  await expect.poll(sockets, { timeout: 15_000 }).toBeLessThanOrEqual(before + 1); // the test's own client keeps one for a while
}, 60_000);
