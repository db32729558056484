// Builds the demo of one tenant and ends. The database is marked before, so that a half-built demo is told from a finished one.
import pg from 'pg';
import { seedDemo } from '@stromgraph/demo/seed';
import { parseKeyring } from '@stromgraph/kernel/seal';
import { dayOf } from '@stromgraph/kernel/time';
import { runTask, say } from './child.ts';
import type { Connections } from './databases.ts';

type Task = Readonly<{ tenant: string; ownerUrl: string; connections: Connections; customers: number; days: number; businessNow: string }>;

await runTask(async () => {
  const { tenant, ownerUrl, connections, customers, days, businessNow } = JSON.parse(process.env['STROMGRAPH_DEMO']!) as Task;
  const owner = new pg.Client(ownerUrl);
  await owner.connect();
  await owner.query('INSERT INTO platform.demo (customers, days, started_at) VALUES ($1, $2, clock_timestamp())', [customers, days]);
  const seeded = await seedDemo({ ownerUrl, connections, tenant, customers, days, keyring: parseKeyring(process.env['STROMGRAPH_KEYS']!), today: dayOf(new Date(businessNow)), say: (line) => say({ progress: line }) });
  await owner.query('UPDATE platform.demo SET finished_at = clock_timestamp()');
  await owner.end();
  return { supplied: seeded?.supplied ?? [] };
});
