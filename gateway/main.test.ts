import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { composeToys } from './toys/compose.ts';
import { startToy, type Toy } from './toys/toy.ts';

let folder = '';
let toy: Toy;
let env: NodeJS.ProcessEnv = {};
const SLOW = {
  name: 'slow',
  sdl: 'type Query { slow: Int @scope(needs: []) }',
  resolvers: { Query: { slow: () => new Promise((resolve) => setTimeout(resolve, 300, 1)) } },
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gateway-'));
  toy = await startToy(SLOW, { signed: false });
  writeFileSync(join(folder, 'supergraph.graphql'), composeToys([SLOW]));
  writeFileSync(join(folder, 'routes.json'), '[]');
  env = {
    PATH: process.env.PATH,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    STROMGRAPH_PORT: '0',
    STROMGRAPH_GATEWAY_SECRET: 'x'.repeat(32),
    STROMGRAPH_SUPERGRAPH: join(folder, 'supergraph.graphql'),
    STROMGRAPH_ROUTES: join(folder, 'routes.json'),
    STROMGRAPH_SUBGRAPHS: JSON.stringify({ slow: toy.url }),
    STROMGRAPH_JWKS_URL: 'http://127.0.0.1:9/jwks',
    STROMGRAPH_API_KEY_URL: 'http://127.0.0.1:9/keys',
    STROMGRAPH_LOG_LEVEL: 'silent',
  };
});
afterAll(async () => {
  await toy.stop();
  rmSync(folder, { recursive: true });
});

type Started = { child: ChildProcess; ready: Promise<{ url: string }>; ended: Promise<{ code: number | null; said: string }> };
function start(changes: NodeJS.ProcessEnv = {}): Started {
  const child = fork(join(import.meta.dirname, 'main.ts'), {
    env: { ...env, ...changes },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  let said = '';
  child.stderr!.on('data', (chunk: Buffer) => (said += String(chunk)));
  return {
    child,
    ready: new Promise((resolve) => child.once('message', (message) => resolve(message as { url: string }))),
    ended: new Promise((resolve) => child.once('close', (code) => resolve({ code, said }))),
  };
}
const ask = (url: string) =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"{ slow }"}' }).then((response) =>
    response.json(),
  );

test('says where it listens; told to stop, it finishes what runs and takes no more', async () => {
  const { child, ready, ended } = start();
  const { url } = await ready;
  expect(await ask(url)).toEqual({ data: { slow: 1 } });
  const running = ask(url);
  await expect.poll(() => toy.requests.length).toBe(2);
  child.kill('SIGTERM');
  expect(await running).toEqual({ data: { slow: 1 } });
  expect(await ended).toEqual({ code: 0, said: '' });
  await expect(ask(url)).rejects.toThrow();
}, 60_000);

describe('a wrong start ends in one line', () => {
  test.each<[string, NodeJS.ProcessEnv, RegExp]>([
    ['a supergraph that does not parse', { STROMGRAPH_SUPERGRAPH: 'SELF' }, /^the gateway does not start: .+\n$/],
    ['no supergraph', { STROMGRAPH_SUPERGRAPH: '/nothing' }, /^the gateway does not start: ENOENT.+\n$/],
  ])('%s', async (_, changes, line) => {
    const broken = join(folder, 'broken.graphql');
    writeFileSync(broken, 'type {');
    const { said, code } = await start({ ...changes, ...(changes.STROMGRAPH_SUPERGRAPH === 'SELF' && { STROMGRAPH_SUPERGRAPH: broken }) })
      .ended;
    expect([code, said]).toEqual([1, expect.stringMatching(line)]);
  }, 60_000);

  test('a port in use', async () => {
    const { child, ready } = start();
    const { url } = await ready;
    expect(await start({ STROMGRAPH_PORT: new URL(url).port }).ended).toEqual({
      code: 1,
      said: expect.stringMatching(/^the gateway does not start: .*EADDRINUSE.*\n$/),
    });
    child.kill();
  }, 60_000);
});

test.each<[string, NodeJS.ProcessEnv, string]>([
  ['a port of letters', { STROMGRAPH_PORT: 'abc' }, 'STROMGRAPH_PORT'],
  ['a short secret', { STROMGRAPH_GATEWAY_SECRET: 'x' }, 'STROMGRAPH_GATEWAY_SECRET'],
  ['no secret', { STROMGRAPH_GATEWAY_SECRET: undefined }, 'STROMGRAPH_GATEWAY_SECRET'],
  ['addresses that are none', { STROMGRAPH_SUBGRAPHS: '{"a":"x"}' }, 'STROMGRAPH_SUBGRAPHS.a'],
  ['an address that is none', { STROMGRAPH_WITHDRAWALS_URL: 'x' }, 'STROMGRAPH_WITHDRAWALS_URL'],
  ['no JSON', { STROMGRAPH_SUBGRAPHS: '{' }, 'STROMGRAPH_SUBGRAPHS: not JSON'],
  ['a limit that there is not', { STROMGRAPH_LIMITS: '{"dept":9}' }, 'STROMGRAPH_LIMITS'],
  ['what would be allowed instead', { STROMGRAPH_LIMITS: 'nope' }, 'STROMGRAPH_LIMITS: not JSON (allowed: a JSON object of numbers by the names bodyBytes'],
  ['a limit of letters', { STROMGRAPH_LIMITS: '{"depth":"9"}' }, 'STROMGRAPH_LIMITS.depth'],
])('%s is named', (_, changes, name) => {
  expect(() => readConfig({ ...env, ...changes })).toThrow(name);
});

test('limits are taken by name', () => {
  const config = readConfig({
    ...env,
    STROMGRAPH_LIMITS: '{"depth":12,"patientFieldsMs":{"Mutation.a":60000}}',
    STROMGRAPH_LIVE_LIMITS: '{"socketsPerUser":9}',
  });
  expect([config.limits, config.liveLimits]).toEqual([{ depth: 12, patientFieldsMs: { 'Mutation.a': 60_000 } }, { socketsPerUser: 9 }]);
});
