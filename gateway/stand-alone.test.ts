// `npm run gateway -- --supergraph FILE --port N --open`: any composed supergraph, over subgraphs that know nothing of us.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCommandLine } from './command-line.ts';
import { readConfig, readOpenConfig } from './config.ts';
import { ask } from './toys/graph.ts';
import { composeToys } from './toys/compose.ts';
import { makePond, stones } from './toys/pond.ts';
import { openRaw } from './toys/raw-socket.ts';
import { startToy, type Toy } from './toys/toy.ts';

const pond = makePond();
const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
const file = join(folder, 'supergraph.graphql');
const children: ChildProcess[] = [];
let toys: Toy[] = [];
beforeAll(async () => {
  const definitions = [pond.definition, stones];
  toys = await Promise.all(definitions.map((definition) => startToy(definition, { signed: false })));
  writeFileSync(file, composeToys(definitions.map(({ name, sdl }, index) => ({ name, sdl, url: toys[index]!.url }))));
});
afterAll(async () => {
  for (const child of children) child.kill();
  await Promise.all(toys.map((toy) => toy.stop()));
  rmSync(folder, { recursive: true });
});

async function start(words: readonly string[]): Promise<{ url: string; port: number }> {
  const child = fork(join(import.meta.dirname, 'main.ts'), words, {
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, STROMGRAPH_LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  children.push(child);
  const [ready] = (await once(child, 'message')) as [{ url: string; port: number }];
  return ready;
}

test('serves queries and subscriptions joined over foreign subgraphs, and signs nothing for them', async () => {
  const { url } = await start(['--supergraph', file, '--port', '0', '--open']);
  expect(await ask({ url }, '{ stone { id grams } pond }')).toEqual({
    data: { stone: { id: 's1', grams: 1 }, pond: null },
  });
  const raw = await openRaw(url);
  raw.send({ type: 'connection_init' });
  expect(await raw.next()).toEqual({ type: 'connection_ack' });
  raw.send({ id: 'a', type: 'subscribe', payload: { query: 'subscription { ripple { seq stone { grams } } }' } });
  pond.publish(2);
  for (const seq of [1, 2])
    expect(await raw.next()).toEqual({ id: 'a', type: 'next', payload: { data: { ripple: { seq, stone: { grams: seq } } } } });
  raw.socket.close();
  const sent = toys.flatMap(({ headers }) => headers.flatMap((names) => Object.keys(names)));
  expect(sent).toContain('x-request-id');
  expect(sent.filter((name) => name.startsWith('x-stromgraph'))).toEqual([]);
}, 60_000);

describe('what does not start says why in one line', () => {
  const readStart = (words: readonly string[], env: NodeJS.ProcessEnv = {}) => {
    const start = readCommandLine(['--supergraph', file, ...words], env);
    return start.open ? readOpenConfig(start.env) : readConfig(start.env);
  };

  test.each<[string, readonly string[], NodeJS.ProcessEnv, RegExp]>([
    ['open in production', ['--open'], { NODE_ENV: 'production' }, /^--open serves everybody: it is refused where NODE_ENV is production\.$/],
    ['not open, without our identity', [], {}, /STROMGRAPH_GATEWAY_SECRET.*STROMGRAPH_JWKS_URL.*STROMGRAPH_API_KEY_URL/],
    ['an unknown option', ['--opne'], {}, /'--opne'.*\(allowed: --supergraph FILE, --port NUMBER, --open\)$/],
    ['a port that is none', ['--open', '--port', 'x'], {}, /STROMGRAPH_PORT/],
    ['a file that is not there', ['--open', '--supergraph', '/nothing'], {}, /ENOENT.*\/nothing/],
  ])('%s', (_, words, env, line) => expect(() => readStart(words, env)).toThrow(line));

  test('the command line wins over the environment', () => {
    expect(readStart(['--open', '--port', '7'], { STROMGRAPH_PORT: '8', STROMGRAPH_LIMITS: '{"depth":50}' })).toMatchObject({
      port: 7,
      limits: { depth: 50, concurrentOperations: 1_000 },
      tokens: null,
      secret: null,
    });
  });
});
