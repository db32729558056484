// A Redis of the test's own, where `redis-server` is installed; REDIS_URL is used as it is.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../scripts/postgres.ts';

export type RedisServer = Readonly<{ url: string; stop: () => Promise<void>; kill: () => Promise<void>; start: () => Promise<void> }>;

/** The backends that can be tested on this machine: PostgreSQL always, Redis where there is one. */
export const BACKENDS: readonly ('postgres' | 'redis')[] = process.env.REDIS_URL || isInstalled() ? ['postgres', 'redis'] : ['postgres'];

/** With an append-only file, as in production. */
export async function startRedis({ cluster = false } = {}): Promise<RedisServer> {
  const given = process.env.REDIS_URL;
  const nothing = async () => {};
  if (given && !cluster) return { url: given, stop: nothing, kill: nothing, start: nothing };
  const directory = mkdtempSync(join(tmpdir(), 'stromgraph-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let server: ReturnType<typeof spawn>;
  const start = async (): Promise<void> => {
    server = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--appendonly', 'yes', '--appendfsync', 'everysec', '--save', '', '--maxmemory-policy', 'noeviction', ...(cluster ? ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'] : [])], { stdio: 'ignore' });
    const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
    redis.on('error', () => {});
    await redis.ping();
    redis.disconnect();
  };
  const end = (signal: NodeJS.Signals) =>
    new Promise<void>((resolve) => {
      if (server.exitCode !== null || server.signalCode !== null) return resolve();
      server.once('exit', () => resolve());
      server.kill(signal);
    });
  await start();
  if (cluster) await makeCluster(url);
  return {
    url: cluster ? `${url},${url}` : url,
    start,
    kill: () => end('SIGKILL'),
    stop: async () => {
      await end('SIGTERM');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A cluster of one node that holds every slot: keys of two slots in one command fail as they would in a large one. */
async function makeCluster(url: string): Promise<void> {
  const redis = new Redis(url);
  await redis.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  while (!String(await redis.call('CLUSTER', 'INFO')).includes('cluster_state:ok')) await new Promise((resolve) => setTimeout(resolve, 20));
  redis.disconnect();
}

export function isInstalled(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
