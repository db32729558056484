// `npm start` as people meet it: what stops it with one line, and how it starts, goes on, and ends, however it ends.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { commandLineOf, isAlive } from '../scripts/process-table.ts';
import { freePort } from '../scripts/postgres.ts';
import { COMPILED } from '../scripts/start/compiled.ts';
import { scratchFolder } from './scratch.ts';
import { waitFor } from './wait.ts';

const ROOT = join(import.meta.dirname, '..');
const A_START_MS = 240_000;

type Start = Readonly<{ process: ChildProcess; pid: number; output: () => string; ended: Promise<number | null>; ready: () => Promise<string> }>;

function start(env: Record<string, string>): Start {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'scripts/start.ts'], { cwd: ROOT, env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: COMPILED, ...env } });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const readyLine = () => /^ready (\S+)$/m.exec(output)?.[1];
  return {
    process: child,
    pid: child.pid!,
    output: () => output,
    ended,
    ready: () => Promise.race([waitFor('ready', async () => readyLine(), A_START_MS), ended.then(() => Promise.reject(new Error(output)))]),
  };
}

const folders: string[] = [];
const newFolder = () => {
  const folder = scratchFolder('start');
  folders.push(folder);
  return folder;
};
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

describe('a wrong value stops the start with one line', () => {
  let occupied: Server;
  let occupiedPort: number;
  beforeAll(async () => {
    occupiedPort = await freePort();
    occupied = createServer().listen(occupiedPort, '127.0.0.1');
  });
  afterAll(() => occupied.close());

  const cases: [string, () => Record<string, string>, RegExp][] = [
    ['a port that is none', () => ({ STROMGRAPH_PORT: 'abc' }), /STROMGRAPH_PORT: abc is not a whole number from 1 to 65535\./],
    ['a port in use', () => ({ STROMGRAPH_PORT: String(occupiedPort) }), /STROMGRAPH_PORT: port \d+ is in use by another program; choose another, for example STROMGRAPH_PORT=\d+\./],
    ['less free disk than the minimum', () => ({ STROMGRAPH_MIN_FREE_MB: '900000000' }), /STROMGRAPH_MIN_FREE_MB: \S+ has \d+ MB left, less than the 900000000 MB that must be free\./],
    ['a folder that cannot be', () => ({ STROMGRAPH_DATA: '/proc/nothing' }), /STROMGRAPH_DATA: \/proc\/nothing cannot be made \(ENOENT\)\./],
    ['a database that does not answer', () => ({ DATABASE_URL: 'postgresql://x:secret@127.0.0.1:1/x' }), /DATABASE_URL: no PostgreSQL answers at 127\.0\.0\.1:1 \(tenant demo\)\./],
    ['a database that is not there', () => ({ DATABASE_URL: inject('clusterUrl').replace(/postgres$/, 'nothing') }), /DATABASE_URL: there is no database nothing at /],
    ['a wrong password', () => ({ DATABASE_URL: inject('clusterUrl').replace(/:postgres@/, ':wrong@') }), /DATABASE_URL: \S+ refuses the password of postgres/],
    ['queues that do not answer', () => ({ REDIS_URL: 'redis://127.0.0.1:1' }), /REDIS_URL: no Redis answers at 127\.0\.0\.1:1/],
    ['the demo in production', () => ({ NODE_ENV: 'production', DATABASE_URL: inject('clusterUrl'), STROMGRAPH_DEMO_CUSTOMERS: '5' }), /STROMGRAPH_DEMO_CUSTOMERS: NODE_ENV=production refuses the demo and its sign-ins/],
    ['the embedded database in production', () => ({ NODE_ENV: 'production' }), /DATABASE_URL: NODE_ENV=production needs a database of yours/],
    ['no secrets in production', () => ({ NODE_ENV: 'production', DATABASE_URL: inject('clusterUrl') }), /STROMGRAPH_KEYS, .*: not set, and production makes no secrets of its own\./],
  ];
  test.each(cases)('%s', async (_, env, message) => {
    const run = start({ STROMGRAPH_DATA: newFolder(), STROMGRAPH_PORT: String(await freePort()), ...env() });
    expect(await run.ended).toBeGreaterThan(0);
    const lines = run.output().split('\n').filter((line) => line !== '' && !/^ +\d+\.\d s /.test(line));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^npm start stopped: /);
    expect(lines[0]).toMatch(message);
    expect(lines[0]).not.toContain('secret@');
  });
});

describe('two copies side by side', () => {
  const first = { STROMGRAPH_DATA: newFolder(), STROMGRAPH_DEMO_CUSTOMERS: '3', STROMGRAPH_DEMO_DAYS: '2', STROMGRAPH_TENANTS: 'demo,north' };
  const second = { STROMGRAPH_DATA: newFolder(), STROMGRAPH_DEMO_CUSTOMERS: '0', STROMGRAPH_DEMO_DAYS: '1' };
  let port: string;
  let run: Start;

  test('start, each with its own data, and write their addresses before they are ready', { timeout: 2 * A_START_MS }, async () => {
    port = String(await freePort());
    run = start({ ...first, STROMGRAPH_PORT: port });
    const other = start({ ...second, STROMGRAPH_PORT: String(await freePort()) });
    expect(await run.ready()).toBe(`http://127.0.0.1:${port}/graphql`);
    await other.ready();
    const addresses = JSON.parse(readFileSync(join(first.STROMGRAPH_DATA, 'addresses.json'), 'utf8'));
    expect(addresses.gateway.graphql).toBe(`http://127.0.0.1:${port}/graphql`);
    for (const simulator of ['enet', 'clearingHouse', 'mail']) expect((await fetch(`${addresses.simulators[simulator].url}/health`)).status).toBe(200);
    expect(run.output()).toContain('admin@demo.test');
    // One Ctrl-C under npm: the terminal's signal and npm's own of it.
    other.process.kill('SIGINT');
    await setTimeout(50);
    other.process.kill('SIGINT');
    expect(await other.ended).toBe(0);
    expect(other.output()).toContain('ending; once more to force it');
    expect(await partsOf(second.STROMGRAPH_DATA)).toEqual([]);
  });

  test('a third on the same data is refused', async () => {
    const third = start({ ...first, STROMGRAPH_PORT: String(await freePort()) });
    expect(await third.ended).toBe(1);
    expect(third.output()).toMatch(/^npm start stopped: STROMGRAPH_DATA: \S+ is in use by another start \(process \d+\)\.$/m);
  });

  test('when the parent is killed, its parts end by themselves', async () => {
    const parts = childrenOf(run.pid);
    expect(parts.length).toBe(4);
    run.process.kill('SIGKILL');
    await waitFor('the parts to end', async () => parts.every((pid) => !isAlive(pid)), 30_000);
    expect(await partsOf(first.STROMGRAPH_DATA)).toEqual([]);
  });

  test('when everything is killed, the next start goes on with the same data', { timeout: 2 * A_START_MS }, async () => {
    run = start({ ...first, STROMGRAPH_PORT: port });
    await run.ready();
    const postmaster = Number(readFileSync(join(clusterOf(first.STROMGRAPH_DATA), 'pg', 'postmaster.pid'), 'utf8').split('\n')[0]);
    for (const pid of [run.pid, ...childrenOf(run.pid), postmaster]) process.kill(pid, 'SIGKILL');
    await run.ended;
    expect(existsSync(join(clusterOf(first.STROMGRAPH_DATA), 'pg', 'postmaster.pid'))).toBe(true);
    run = start({ ...first, STROMGRAPH_PORT: port });
    await run.ready();
    expect(run.output()).not.toContain('building the demo');
  });

  test('a part that fails is named, everything else ends, and the exit code is not 0', async () => {
    const gateway = childrenOf(run.pid).find((pid) => commandLineOf(pid).includes('gateway/main.ts'))!;
    process.kill(gateway, 'SIGKILL');
    expect(await run.ended).toBe(1);
    expect(run.output()).toMatch(/^npm start stopped: gateway failed: it was ended by SIGKILL/m);
    expect(await partsOf(first.STROMGRAPH_DATA)).toEqual([]);
  });
});

const childrenOf = (pid: number): number[] => (spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' }).stdout ?? '').trim().split(/\s+/).filter(Boolean).map(Number);

/** Where the cluster of a data folder lies: below it, or where its pointer says. */
function clusterOf(dataFolder: string): string {
  const pointer = join(dataFolder, 'postgres', 'lies-in');
  return existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : join(dataFolder, 'postgres');
}

/** Servers that still run on a data folder. */
async function partsOf(dataFolder: string): Promise<string[]> {
  const listed = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).stdout ?? '';
  return listed.split('\n').filter((line) => line.includes(clusterOf(dataFolder)));
}
