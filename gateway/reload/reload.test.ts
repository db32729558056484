// A new version of the graph is switched to while the old one works; a broken one changes nothing.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeLog } from '@stromgraph/kernel/log';
import { documentIdOf } from '../documents/document-id.ts';
import { startGateway, type Gateway, type GatewayOptions } from '../server.ts';
import { composeToys } from '../toys/compose.ts';
import { ask } from '../toys/graph.ts';
import { makePond, stones, type Pond } from '../toys/pond.ts';
import { openRaw } from '../toys/raw-socket.ts';
import { SECRET, startToy, type Toy, type ToyDefinition } from '../toys/toy.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

/** Goes with the first version; its answer waits until the test lets it go. */
const gone: ToyDefinition = {
  name: 'gone',
  sdl: 'type Query { wait: String @scope(needs: []) }',
  resolvers: { Query: { wait: () => new Promise((resolve) => (letGo = () => resolve('old'))) } },
};
/** Comes with the second. */
const fresh: ToyDefinition = {
  name: 'fresh',
  sdl: 'type Query { fresh: String @scope(needs: []) }',
  resolvers: { Query: { fresh: () => 'new' } },
};
let letGo: (() => void) | null = null;
let pond: Pond;
let toys: Record<string, Toy>;
let gateway: Gateway;
let urls: Record<string, string>;

beforeEach(async () => {
  letGo = null;
  pond = makePond();
  const started = await Promise.all([gone, fresh, stones, pond.definition].map((definition) => startToy(definition, { signed: false })));
  toys = Object.fromEntries(started.map((toy) => [toy.name, toy]));
  urls = Object.fromEntries(started.map(({ name, url }) => [name, url]));
});
afterEach(async () => {
  letGo?.();
  await gateway?.stop();
  await Promise.all(Object.values(toys).map((toy) => toy.stop()));
});

const first = () => ({ supergraphSdl: composeToys([gone, stones, pond.definition]), routes: [] });
const second = () => ({ supergraphSdl: composeToys([fresh, stones, pond.definition]), routes: [] });

async function start(options: Partial<GatewayOptions> = {}): Promise<void> {
  const log = makeLog('gateway', 'silent');
  gateway = await startGateway({ ...first(), subgraphs: urls, secret: SECRET, tokens: null, log, stopLimits: { noticeMs: 0 }, ...options });
}

async function read(series: string): Promise<number> {
  const text = await (await fetch(new URL('/metrics', gateway.url))).text();
  return Number(text.split('\n').find((line) => line.startsWith(`${series} `))?.split(' ')[1] ?? 0);
}
const plans = () => read('gateway_plan_seconds_count{outcome="ok"}');
const ready = async () => (await (await fetch(new URL('/health/ready', gateway.url))).json()) as { ready: boolean; warm: boolean };

test('a query that is under way ends in the old graph, and its connections close then', async () => {
  await start({ limits: { requestMs: 60_000 }, subgraphLimits: { timeoutMs: 60_000 } });
  const waiting = ask(gateway, '{ wait }');
  await expect.poll(() => letGo).toBeTruthy();
  expect((await ask(gateway, '{ fresh }')).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');

  expect(await gateway.reload(second)).toBe(true);
  expect(await ask(gateway, '{ fresh }')).toEqual({ data: { fresh: 'new' } });
  expect((await ask(gateway, '{ wait }')).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  expect([await read('gateway_graphs'), await toys.gone!.connections()]).toEqual([2, 1]);

  letGo!();
  expect(await waiting).toEqual({ data: { wait: 'old' } });
  await expect.poll(() => read('gateway_graphs')).toBe(1);
  await expect.poll(() => toys.gone!.connections()).toBe(0);
  expect(await ask(gateway, '{ stone { grams } }')).toEqual({ data: { stone: { grams: 1 } } });
});

test('a query whose body was still coming is run in the new graph', async () => {
  await start();
  const body = '{"query":"{ fresh stone { grams } }"}';
  const sent = request(gateway.url, { method: 'POST', agent: false, headers: { 'content-type': 'application/json', 'content-length': body.length } });
  sent.write(body.slice(0, 9));
  await expect.poll(() => read('gateway_requests_running')).toBe(2); // this one, and the one that asks for the metrics

  expect(await gateway.reload(second)).toBe(true);
  await expect.poll(() => read('gateway_graphs')).toBe(1);
  sent.end(body.slice(9));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  expect(await json(response)).toEqual({ data: { fresh: 'new', stone: { grams: 1 } } });
});

test('a subscription lives over it, joins included, and resumes in the new graph', async () => {
  await start();
  const query = 'subscription ($from: Int) { ripple(afterSeq: $from) { seq stone { grams } } }';
  const raw = await openRaw(gateway.url);
  raw.send({ type: 'connection_init' });
  await raw.next();
  const event = (id: string, seq: number) => ({ id, type: 'next', payload: { data: { ripple: { seq, stone: { grams: seq % 3 } } } } });
  raw.send({ id: 'a', type: 'subscribe', payload: { query } });
  pond.publish(1);
  expect(await raw.next()).toEqual(event('a', 1));

  expect(await gateway.reload(second)).toBe(true);
  pond.publish(1);
  expect(await raw.next()).toEqual(event('a', 2));
  expect(await read('gateway_graphs')).toBe(2);

  raw.send({ id: 'a', type: 'complete' });
  raw.send({ id: 'b', type: 'subscribe', payload: { query, variables: { from: 2 } } });
  pond.publish(1);
  expect(await raw.next()).toEqual(event('b', 3));
  await expect.poll(() => read('gateway_graphs')).toBe(1);
  expect(pond.listeners()).toBe(1);
  raw.socket.close();
});

const broken: [string, () => ReturnType<typeof first>][] = [
  ['a text that is no graph', () => ({ ...second(), supergraphSdl: 'type Query {' })],
  ['half a file', () => ({ ...second(), supergraphSdl: second().supergraphSdl.slice(0, -200) })],
  ['a subgraph without an address', () => ({ ...second(), supergraphSdl: composeToys([fresh, { ...stones, name: 'unknown', url: '' }]) })],
  ['routes that are none', () => ({ ...second(), routes: [7] }) as never],
  [
    'a file that cannot be read',
    () => {
      throw new Error('no such file');
    },
  ],
];

test('a broken one is refused, the old graph stays, and the alarm stands until it is mended', async () => {
  await start();
  expect(await read('gateway_supergraph_reload_failed')).toBe(0);
  for (const [fault, source] of broken) {
    expect([fault, await gateway.reload(source)]).toEqual([fault, false]);
    expect([await read('gateway_supergraph_reload_failed'), await read('gateway_graphs')]).toEqual([1, 1]);
    expect(await ask(gateway, '{ stone { grams } }')).toEqual({ data: { stone: { grams: 1 } } });
  }
  expect(await gateway.reload(first)).toBe(true);
  expect(await read('gateway_supergraph_reload_failed')).toBe(0);
});

test('known documents have their plans before it is ready, the hottest ones before a switch', async () => {
  const trusted = ['query Trusted { stone { grams } }', 'subscription Ripples { ripple { seq stone { grams } } }', 'query Later { fresh }'];
  const documents = new Map(trusted.map((text) => [documentIdOf(text), text]));
  await start({ secret: null, documents: { only: false, texts: documents } });
  await expect.poll(ready).toMatchObject({ ready: true, warm: true });
  expect(await plans()).toBe(2); // the third is not of this graph yet
  expect(await ask(gateway, trusted[0]!)).toEqual({ data: { stone: { grams: 1 } } });
  expect(await plans()).toBe(2);

  const free = 'query Free { stone { id grams } }';
  for (let n = 0; n < 3; n++) await ask(gateway, free);
  expect(await plans()).toBe(3);
  expect(await gateway.reload(() => ({ ...second(), documents }))).toBe(true);
  expect(await plans()).toBe(3 + 4);
  for (const query of [free, trusted[0]!, trusted[2]!]) expect((await ask(gateway, query)).errors).toBeUndefined();
  expect(await plans()).toBe(7);

  const added = 'query Added { stone { id } }';
  expect(await gateway.reload(() => ({ ...second(), documents: new Map([[documentIdOf(added), added]]) }))).toBe(true);
  const byId = async (documentId: string): Promise<unknown> =>
    (await fetch(gateway.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ documentId }) })).json();
  expect(await byId(documentIdOf(added))).toEqual({ data: { stone: { id: 's1' } } });
  expect(await byId(documentIdOf(trusted[0]!))).toMatchObject({ errors: [{ extensions: { code: 'PERSISTED_DOCUMENT_NOT_FOUND' } }] });
});

test('the process looks at its files, and looks at once when it is told to', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'reload-'));
  const supergraph = join(folder, 'supergraph.graphql');
  writeFileSync(supergraph, first().supergraphSdl);
  const child = fork(join(import.meta.dirname, '..', 'main.ts'), ['--open', '--port', '0', '--supergraph', supergraph], {
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, STROMGRAPH_SUBGRAPHS: JSON.stringify(urls), STROMGRAPH_LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  try {
    const [{ url }] = (await once(child, 'message')) as [{ url: string }];
    const serves = async (query: string) => (await ask({ url }, query)).errors === undefined;
    expect([await serves('{ pond }'), await serves('{ fresh }')]).toEqual([true, false]);
    writeFileSync(supergraph, second().supergraphSdl);
    await expect.poll(() => serves('{ fresh }'), { timeout: 120_000 }).toBe(true);
    writeFileSync(supergraph, composeToys([fresh, stones]));
    child.kill('SIGHUP');
    await expect.poll(() => serves('{ pond }'), { timeout: 120_000 }).toBe(false);
    expect(await serves('{ fresh }')).toBe(true);
  } finally {
    const ended = once(child, 'exit');
    child.kill();
    await ended;
    rmSync(folder, { recursive: true });
  }
});
