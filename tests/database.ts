// A database of its own for a test file, cloned from the migrated template, with the roles the product has.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { type Db, openDb, type PrismaClientType } from '@stromgraph/kernel/database';
import { openRuntime, type Runtime } from '@stromgraph/kernel/runtime';
import { TEMPLATE } from './migrated-cluster.ts';

export const TEST_KEYS = `1:${Buffer.alloc(32, 7).toString('base64')}`;
export const TEST_SECRET = 'a secret that only tests know';

export type TestDatabase = Readonly<{
  /** The owner's address. */
  url: string;
  owner: pg.Client;
  /** Address of a domain's login role. */
  urlOf: (domain: string, kind?: 'staff' | 'own' | 'relay') => Promise<string>;
  /** Connections as the domain has them. */
  open: <Prisma = unknown>(domain: string, Prisma?: PrismaClientType<Prisma>) => Promise<Db<Prisma>>;
  runtime: <Prisma = unknown>(domain: string, Prisma?: PrismaClientType<Prisma>, env?: Record<string, string>) => Promise<Runtime<Prisma>>;
  /** Business time stands still at this instant until it is set again. */
  setClock: (at: Date | string) => Promise<void>;
  drop: () => Promise<void>;
}>;

export async function testDatabase(): Promise<TestDatabase> {
  const cluster = inject('clusterUrl');
  const name = `t_${randomUUID().replaceAll('-', '')}`;
  const admin = new pg.Client(cluster);
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE} STRATEGY file_copy`);
  const url = cluster.replace(/\/postgres$/, `/${name}`);
  const owner = new pg.Client(url);
  await owner.connect();
  owner.on('error', () => {});
  const closing: { close: () => Promise<void> }[] = [];
  const urlOf: TestDatabase['urlOf'] = async (domain, kind = 'staff') => {
    const { rows } = await owner.query<{ role_name: string; password: string }>('SELECT role_name, password FROM platform.role_credential WHERE domain = $1 AND kind = $2', [domain, kind]);
    const address = new URL(url);
    address.username = rows[0]!.role_name;
    address.password = rows[0]!.password;
    return address.toString();
  };
  return {
    url,
    owner,
    urlOf,
    open: async (domain, Prisma) => {
      const db = openDb({ url: await urlOf(domain), domain, tenant: 'demo', Prisma });
      closing.push(db);
      return db;
    },
    runtime: async (domain, Prisma, env = {}) => {
      const connections = { demo: { [domain]: { staff: await urlOf(domain), own: await urlOf(domain, 'own') } } };
      const runtime = openRuntime(domain, Prisma, {
        STROMGRAPH_CONNECTIONS: JSON.stringify(connections),
        STROMGRAPH_KEYS: TEST_KEYS,
        STROMGRAPH_GATEWAY_SECRET: TEST_SECRET,
        ...env,
      });
      closing.push(runtime);
      return runtime;
    },
    setClock: async (at) => void (await owner.query(`UPDATE platform.clock SET mode = 'STANDING', ahead = '0', stands_at = $1`, [at])),
    drop: async () => {
      await Promise.all(closing.map((part) => part.close()));
      await owner.end();
      await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}
