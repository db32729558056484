import { Redis } from 'ioredis';
import { isInboxQueue } from '@stromgraph/kernel/inbox';
import { queuesOf } from '@stromgraph/kernel/queue';
import type { Runtime, Tenant } from '@stromgraph/kernel/runtime';
import { LIVE_JOBS } from './glance.ts';

export type QueueState = Readonly<{ name: string; waiting: number; active: number; delayed: number; failed: number }>;

const SCAN_COUNT = 1_000;

export async function queueStates(runtime: Runtime<any>, tenant: Tenant<any>): Promise<QueueState[]> {
  const names = await queueNames(runtime, tenant);
  return Promise.all(
    names.map(async (name) => {
      const counts = await queuesOf(runtime, tenant).queueOf(name).getJobCounts('waiting', 'prioritized', 'waiting-children', 'active', 'delayed', 'failed');
      const count = (state: string) => counts[state] ?? 0;
      return { name, waiting: count('waiting') + count('prioritized') + count('waiting-children'), active: count('active'), delayed: count('delayed'), failed: count('failed') };
    }),
  );
}

/**
 * Names of the queues with work that is waiting, running or about to be tried again. Those that wake hearers do not count: a hearer
 * stays awake for a while after its last event, and what it has not heard is seen by its cursor.
 */
export async function busyQueues(runtime: Runtime<any>, tenant: Tenant<any>): Promise<string[]> {
  return (await withWork(runtime, tenant)).filter((name) => !isInboxQueue(name));
}

async function withWork(runtime: Runtime<any>, tenant: Tenant<any>): Promise<string[]> {
  if (runtime.redisUrl) return (await queueStates(runtime, tenant)).filter(({ waiting, active }) => waiting + active > 0).map(({ name }) => name);
  const { rows } = await tenant.db.query<{ queue: string }>(`SELECT DISTINCT queue FROM (${LIVE_JOBS}) live ORDER BY queue`);
  return rows.map(({ queue }) => queue);
}

/** Every queue that has ever had a job or a worker in this tenant. */
export async function queueNames(runtime: Runtime<any>, tenant: Tenant<any>): Promise<string[]> {
  if (runtime.redisUrl) return namesOnRedis(runtime.redisUrl, tenant.name);
  const rows = await tenant.db.sql<{ queue: string }>`SELECT queue FROM jobs.meta UNION SELECT queue FROM jobs.job ORDER BY queue`;
  return rows.map(({ queue }) => queue);
}

async function namesOnRedis(url: string, tenant: string): Promise<string[]> {
  const client = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1 });
  client.on('error', () => {}); // reported by the command that meets it
  try {
    const names = new Set<string>();
    let cursor = '0';
    do {
      const [next, keys] = await client.scan(cursor, 'MATCH', `{${tenant}.*}:*:meta`, 'COUNT', SCAN_COUNT);
      for (const key of keys) names.add(/^\{[^}]*\}:(.*):meta$/.exec(key)![1]!);
      cursor = next;
    } while (cursor !== '0');
    return [...names].sort();
  } finally {
    client.disconnect();
  }
}
