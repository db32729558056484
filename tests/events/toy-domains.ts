// A small shop with three hearers, so that the way of events is tested without any domain of the product.
import pg from 'pg';
import { z } from 'zod';
import { event } from '@stromgraph/kernel/event';
import { on, onAll, type Handler } from '@stromgraph/kernel/hearer';
import { type Db, transact, type Tx } from '@stromgraph/kernel/database';
import { publishAll } from '@stromgraph/kernel/outbox';
import { openRuntime, type Runtime } from '@stromgraph/kernel/runtime';
import { createGroupRoles, createLoginRoles, loginRole } from '../../scripts/roles.ts';

export const TOYS = ['shop', 'stock', 'books', 'post'];
export const HEARERS = ['stock', 'books', 'post'];

/** One step of an order; `step` is the aggregate's version, written by whoever holds the order's row. */
export const OrderStepped = event('shop.OrderStepped', 1, z.strictObject({ orderId: z.string(), step: z.int(), poison: z.boolean().optional() }));
export const OrderNoted = event('shop.OrderNoted', 1, z.strictObject({ orderId: z.string(), step: z.int() }));
export const hearersOf = { 'shop.OrderStepped': HEARERS, 'shop.OrderNoted': ['books'] };

const TABLES = (hearer: string) => `
  CREATE TABLE ${hearer}.seen (nth bigint GENERATED ALWAYS AS IDENTITY, order_id text NOT NULL, step integer NOT NULL, kind text NOT NULL, event_id uuid NOT NULL);
  CREATE TABLE ${hearer}.last_step (order_id text PRIMARY KEY, step integer NOT NULL, times integer NOT NULL DEFAULT 1);`;

/** Equips a migrated database with the toy domains; returns the environment of their runtimes. */
export async function equipToys(ownerUrl: string): Promise<{ staff: (domain: string) => string; relay: string }> {
  const owner = new pg.Client(ownerUrl);
  await owner.connect();
  const { rows } = await owner.query<{ name: string }>('SELECT current_database() AS name');
  await createGroupRoles(owner, TOYS);
  for (const domain of TOYS) {
    await owner.query(`CREATE SCHEMA ${domain}`);
    await owner.query('SELECT platform.equip_domain($1)', [domain]);
    if (domain !== 'shop') await owner.query(TABLES(domain));
  }
  await owner.query('CREATE TABLE shop.basket (id text PRIMARY KEY, step integer NOT NULL)');
  await owner.query('CREATE TABLE shop.elsewhere (id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz DEFAULT now())');
  await createLoginRoles(owner, rows[0]!.name, [...TOYS, 'operations']);
  const credentials = new Map((await owner.query<{ role_name: string; password: string }>('SELECT role_name, password FROM platform.role_credential')).rows.map((row) => [row.role_name, row.password]));
  await owner.end();
  const urlOf = (domain: string, kind: string): string => {
    const url = new URL(ownerUrl);
    url.username = loginRole(rows[0]!.name, domain, kind);
    url.password = credentials.get(url.username)!;
    return url.toString();
  };
  return { staff: (domain) => urlOf(domain, 'staff'), relay: urlOf('relay', 'relay') };
}

export const toyRuntime = (domain: string, url: string, redisUrl?: string | null): Runtime =>
  openRuntime(domain, undefined, {
    STROMGRAPH_CONNECTIONS: JSON.stringify({ demo: { [domain]: { staff: url, own: null } } }),
    STROMGRAPH_KEYS: `1:${Buffer.alloc(32, 7).toString('base64')}`,
    STROMGRAPH_GATEWAY_SECRET: 'a secret that only tests know',
    ...(redisUrl ? { REDIS_URL: redisUrl } : {}),
  });

/** Takes each order one step further in one transaction of several statements and publishes it. */
export const stepOrders = (db: Db, orderIds: readonly string[], { poison = () => false, elsewhere = false }: { poison?: (orderId: string, step: number) => boolean; elsewhere?: boolean } = {}) =>
  transact(db, async (tx) => {
    if (elsewhere) await tx.sql`INSERT INTO shop.elsewhere DEFAULT VALUES`;
    for (const orderId of orderIds) {
      const [row] = await tx.sql<{ step: number }>`INSERT INTO shop.basket AS b VALUES (${orderId}, 1) ON CONFLICT (id) DO UPDATE SET step = b.step + 1 RETURNING step`;
      await publishStep(tx, orderId, row!.step, poison(orderId, row!.step));
    }
  });

export const publishStep = (tx: Tx, orderId: string, step: number, poison = false) =>
  publishAll(tx, OrderStepped, [{ aggregateType: 'order', aggregateId: orderId, data: { orderId, step, ...(poison ? { poison } : {}) } }]);

/** Notes each step and refuses one that does not follow: order and exactly-once are the table's own. */
export const toyHandlers = (domain: string, { heal = () => false }: { heal?: () => boolean } = {}): Handler[] => [
  on(OrderStepped, async (tx, { id, data }) => {
    if (data.poison && !heal()) throw new Error('this step is poisoned');
    await noteStep(tx, domain, { ...data, kind: 'stepped', eventId: id });
  }),
  ...(domain === 'books'
    ? [
        onAll(OrderNoted, async (tx, events) => {
          for (const { id, data } of events) await noteStep(tx, domain, { ...data, kind: 'noted', eventId: id });
        }),
      ]
    : []),
];

async function noteStep(tx: Tx, domain: string, { orderId, step, kind, eventId }: { orderId: string; step: number; kind: string; eventId: string }): Promise<void> {
  await tx.query(`INSERT INTO ${domain}.seen (order_id, step, kind, event_id) VALUES ($1, $2, $3, $4)`, [orderId, step, kind, eventId]);
  await tx.query(`INSERT INTO ${domain}.last_step AS l VALUES ($1, $2) ON CONFLICT (order_id) DO UPDATE SET step = excluded.step, times = l.times + 1`, [orderId, step]);
}
