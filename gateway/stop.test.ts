// SIGTERM to a real process beside a second one: nothing that runs is cut off, nothing new is begun, streams go on elsewhere.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { composeToys } from './toys/compose.ts';
import { openEvents } from './toys/event-source.ts';
import { makePond, stones } from './toys/pond.ts';
import { openRaw, refusedStatus } from './toys/raw-socket.ts';
import { startToy, type Toy } from './toys/toy.ts';

type Running = { child: ChildProcess; url: string; ended: Promise<number | null> };

/** Other tests run beside. */
const PATIENT = { timeout: 15_000 };
const folder = mkdtempSync(join(tmpdir(), 'gateway-stop-'));
const supergraph = join(folder, 'supergraph.graphql');
const pond = makePond();
let toys: Toy[] = [];
let gateways: Running[] = [];
beforeAll(async () => {
  const definitions = [pond.definition, stones];
  toys = await Promise.all(definitions.map((definition) => startToy(definition, { signed: false })));
  writeFileSync(supergraph, composeToys(definitions.map(({ name, sdl }, index) => ({ name, sdl, url: toys[index]!.url }))));
  gateways = await Promise.all([start({ noticeMs: 1_200 }), start({ noticeMs: 0, drainMs: 300 })]);
}, 60_000);
afterAll(async () => {
  for (const { child } of gateways) child.kill('SIGKILL');
  await Promise.all(toys.map((toy) => toy.stop()));
  rmSync(folder, { recursive: true });
});

async function start(stopLimits: object): Promise<Running> {
  const child = fork(join(import.meta.dirname, 'main.ts'), ['--supergraph', supergraph, '--port', '0', '--open'], {
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, STROMGRAPH_LOG_LEVEL: 'silent', STROMGRAPH_STOP_LIMITS: JSON.stringify(stopLimits) },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  return { child, url, ended: new Promise((resolve) => child.once('exit', resolve)) };
}

const ask = (url: string) =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"{ stone { grams } }"}' });

/** The subgraph's next answer, held until the test lets it go. */
function holdAnswer(): { asked: Promise<void>; letGo: () => void } {
  let letGo = () => {};
  const asked = new Promise<void>((resolve) =>
    toys[1]!.misbehave((text: string, response: ServerResponse) => {
      letGo = () => response.writeHead(200, { 'content-type': 'application/json' }).end(text);
      toys[1]!.misbehave(null);
      resolve();
    }),
  );
  return { asked, letGo: () => letGo() };
}

/** Takes `count` events after `afterSeq`, or those that come before the gateway closes the socket. */
async function watch(url: string, afterSeq: number, count: number, seen: (seq: number) => void): Promise<number | null> {
  const raw = await openRaw(url);
  raw.send({ type: 'connection_init' });
  await raw.next();
  raw.send({ id: 'a', type: 'subscribe', payload: { query: 'subscription ($after: Int) { ripple(afterSeq: $after) { seq stone { grams } } }', variables: { after: afterSeq } } });
  for (let n = 0; n < count; n++) {
    const frame = await raw.next();
    if (typeof frame === 'number') return frame;
    seen((frame as { payload: { data: { ripple: { seq: number } } } }).payload.data.ripple.seq);
  }
  raw.socket.close();
  return null;
}

/** The same as server-sent events; says whether the stream came to a clean end, which a client takes for a reason to come again. */
async function read(url: string, afterSeq: number, count: number, seen: (seq: number) => void): Promise<Readonly<{ whole: boolean; words: string[] }>> {
  const headers: Record<string, string> = afterSeq > 0 ? { 'last-event-id': String(afterSeq) } : {};
  const source = await openEvents(url, { query: 'subscription { ripple { seq stone { grams } } }', headers });
  const words: string[] = [];
  for (let n = 0; n < count; n++) {
    const event = await source.next();
    if (event === null) break;
    words.push(event.event);
    seen(Number(event.id));
  }
  const { complete } = source.response;
  source.close();
  return { whole: complete, words: [...new Set(words)] };
}

test('not ready first, what runs is finished, a new connection is refused, a stream is resumed at another gateway without loss', async () => {
  const [first, second] = gateways as [Running, Running];
  const ready = new URL('/health/ready', first.url);
  expect((await fetch(ready)).status).toBe(200);

  const seqs: number[] = [];
  const watching = watch(first.url, 0, 1_000, (seq) => seqs.push(seq));
  const ids: number[] = [];
  const reading = read(first.url, 0, 1_000, (seq) => ids.push(seq));
  await expect.poll(pond.listeners, PATIENT).toBe(2);
  pond.publish(5);
  await expect.poll(() => [seqs.length, ids.length], PATIENT).toEqual([5, 5]);
  const { asked, letGo } = holdAnswer();
  const running = ask(first.url);
  await asked;

  first.child.kill('SIGTERM');
  const notice = await until(async () => (await fetch(ready)).json().then((state) => (state as { stopping: boolean }).stopping ? state : null));
  expect(notice).toMatchObject({ ready: false, stopping: true });
  const late = await ask(first.url); // still served, and told not to come again on this connection
  expect([late.status, late.headers.get('connection')]).toEqual([200, 'close']);
  expect(await refusedStatus(first.url)).toBe(503);

  pond.publish(20);
  expect(await watching).toBe(1001);
  expect(await reading).toEqual({ whole: true, words: ['next'] });
  await expect(ask(first.url)).rejects.toThrow('fetch failed');
  letGo();
  expect(await (await running).json()).toEqual({ data: { stone: { grams: 1 } } });
  expect(await first.ended).toBe(0);

  pond.publish(10);
  await watch(second.url, seqs.at(-1)!, 35 - seqs.length, (seq) => seqs.push(seq));
  await read(second.url, ids.at(-1)!, 35 - ids.length, (seq) => ids.push(seq));
  const all = Array.from({ length: 35 }, (_, n) => n + 1);
  expect([seqs, ids]).toEqual([all, all]);
}, 30_000);

test('what does not end within its time is cut off, and the process ends all the same', async () => {
  const second = gateways[1]!;
  const { asked } = holdAnswer();
  const running = ask(second.url).then(
    () => 'answered',
    () => 'cut off',
  );
  await asked;
  second.child.kill('SIGTERM');
  expect(await running).toBe('cut off');
  expect(await second.ended).toBe(0);
}, 30_000);

/** Asks until there is an answer that counts. */
async function until<Value>(look: () => Promise<Value | null>): Promise<Value> {
  for (;;) {
    const found = await look();
    if (found !== null) return found;
  }
}
