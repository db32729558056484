// What a process of one domain stands on: its connections per tenant, its keys, its log.
import { causeOf } from './cause.ts';
import { type Actor, notForCustomers, withoutPerson } from './auth.ts';
import { businessNow } from './clock.ts';
import { connectionOf, type Db, openDb, type PrismaClientType, typedRead, types } from './database.ts';
import { outOfTime } from './deadline.ts';
import type { Keyring } from './seal.ts';
import { parseKeyring } from './seal.ts';
import { type Logger, makeLog } from './log.ts';
import { dayOf, type LocalDate } from './time.ts';

export type Tenant<Prisma = unknown> = Readonly<{
  name: string;
  /** Staff and workers. */
  db: Db<Prisma>;
  /** The rows of one customer, by row-level security. */
  own: (customerId: string) => Db<Prisma>;
  /** The staff role's address, for what brings its own connections (queues, LISTEN). */
  url: string;
}>;

export type Runtime<Prisma = unknown> = Readonly<{
  domain: string;
  tenants: ReadonlyMap<string, Tenant<Prisma>>;
  keyring: Keyring;
  /** Shared with the gateway: signs every request to a subgraph. */
  gatewaySecret: string;
  /** Queues run on Redis when it is set, on PostgreSQL otherwise. */
  redisUrl: string | null;
  env: Readonly<Record<string, string | undefined>>;
  log: Logger;
  /** What was opened beside the database (queues, tails) and ends with the runtime, before the pools. */
  atClose: (close: () => Promise<void>) => void;
  close: () => Promise<void>;
}>;

/** What handlers of events and of due work get beside the transaction. */
export type Tools = Readonly<{ keyring: Keyring; log: Logger }>;

/** What every resolver, action and job gets. */
export type Context<Prisma = unknown, Loaders = unknown> = Readonly<{
  db: Db<Prisma>;
  actor: Actor | null;
  tenant: string;
  requestId: string;
  /** Null for work without a client. */
  clientAddress: string | null;
  /** System time, milliseconds. */
  deadlineAt: number;
  /** A stream ends there; null for one that goes on. */
  untilSeq: number | null;
  /** Business time, read once per request. */
  now: () => Promise<Date>;
  today: () => Promise<LocalDate>;
  loaders: Loaders;
  keyring: Keyring;
  runtime: Runtime<Prisma>;
  log: Logger;
}>;

type Addresses = Readonly<{ staff: string; own: string | null }>;
type Env = Readonly<Record<string, string | undefined>>;

/** Opens the connections that the environment names; a missing or malformed variable ends the start with one line. */
export function openRuntime<Prisma = unknown>(domain: string, Prisma?: PrismaClientType<Prisma>, env: Env = process.env): Runtime<Prisma> {
  const pools: { close: () => Promise<void> }[] = [];
  const beside: (() => Promise<void>)[] = [];
  const tenants = new Map(
    [...connectionsOf(domain, env)].map(([name, { staff, own }]) => {
      const db = openDb<Prisma>({ url: staff, domain, tenant: name, Prisma });
      pools.push(db);
      let ownDb: ReturnType<typeof openDb<Prisma>> | undefined;
      const ownRows = (customerId: string): Db<Prisma> => {
        if (!own) throw new Error(`${domain} has no role for own rows`);
        if (!ownDb) pools.push((ownDb = openDb<Prisma>({ url: own, domain, tenant: name, Prisma, maxConnections: 4 })));
        return viewOf(ownDb, customerId);
      };
      return [name, { name, db, own: ownRows, url: staff }] as const;
    }),
  );
  return {
    domain,
    tenants,
    keyring: parseKeyring(required(env, 'STROMGRAPH_KEYS')),
    gatewaySecret: required(env, 'STROMGRAPH_GATEWAY_SECRET'),
    redisUrl: env['REDIS_URL'] || null,
    env,
    log: makeLog(domain),
    atClose: (close) => void beside.push(close),
    close: async () => {
      await Promise.all(beside.splice(0).map((close) => close()));
      await Promise.all(pools.map((pool) => pool.close()));
    },
  };
}

/** A context for work without a request: jobs, due work, start-up. */
export function backgroundContext<Prisma, Loaders>(runtime: Runtime<Prisma>, tenant: Tenant<Prisma>, loaders: (db: Db<Prisma>) => Loaders, cause: { correlationId: string; causationId?: string | null }): Context<Prisma, Loaders> {
  const db = tenant.db.causedBy(cause);
  return contextOn(runtime, db, { actor: null, requestId: cause.correlationId, deadlineAt: Number.MAX_SAFE_INTEGER }, loaders);
}

export function contextOn<Prisma, Loaders>(
  runtime: Runtime<Prisma>,
  db: Db<Prisma>,
  { actor, requestId, deadlineAt, clientAddress, untilSeq }: { actor: Actor | null; requestId: string; deadlineAt: number; clientAddress?: string | null; untilSeq?: number },
  loaders: (db: Db<Prisma>) => Loaders,
): Context<Prisma, Loaders> {
  let read: Promise<Date> | undefined;
  const now = () => (read ??= businessNow(db));
  return {
    db, requestId, deadlineAt, now, runtime,
    actor: actor?.group ? withoutPerson(actor) : actor,
    clientAddress: clientAddress ?? null,
    untilSeq: untilSeq ?? null,
    tenant: db.tenant,
    today: async () => dayOf(await now()),
    loaders: loaders(db),
    keyring: runtime.keyring,
    log: runtime.log.child(causeOf() ? { tenant: db.tenant } : { requestId, tenant: db.tenant }),
  };
}

const INSUFFICIENT_PRIVILEGE = '42501';

/** Typed reads of a customer's session run in a transaction that names the customer; the database shows nothing else. */
function viewOf<Prisma>(db: Db<Prisma>, customerId: string): Db<Prisma> {
  const client = db.prisma as { $extends?: (extension: unknown) => Prisma; $executeRaw: (...args: unknown[]) => unknown; $transaction: (steps: unknown[]) => Promise<unknown[]> } | undefined;
  const prisma = client?.$extends?.({
    query: {
      $allOperations: async ({ args, query }: { args: unknown; query: (args: unknown) => unknown }) => {
        const steps = [client.$executeRaw(Object.assign([`SELECT set_config('stromgraph.customer', `, `, true)`], { raw: [] }), customerId), query(args)];
        const read = () => client.$transaction(steps);
        const [, rows] = await (db.deadline ? typedRead(db.deadline, read) : read()).catch(refuseCustomer);
        return rows;
      },
    },
  });
  const inTransaction: Db<Prisma>['query'] = async (text, values = []) => {
    const connection = await connectionOf(db);
    try {
      await connection.query('BEGIN READ ONLY');
      await connection.query(`SELECT set_config('stromgraph.customer', $1, true)`, [customerId]);
      const result = await connection.query({ text, values: values as unknown[], types });
      await connection.query('COMMIT');
      return { rows: result.rows, rowCount: result.rowCount ?? 0 };
    } catch (error) {
      await connection.query('ROLLBACK').catch(() => {});
      if (db.deadline?.passed()) throw outOfTime();
      return refuseCustomer(error);
    } finally {
      connection.release();
    }
  };
  return {
    ...db,
    ownCustomer: customerId,
    prisma: prisma ?? db.prisma,
    query: inTransaction,
    sql: async (strings, ...values) => (await inTransaction(strings.reduce((text, part, index) => `${text}$${index}${part}`), values)).rows as never,
    causedBy: () => viewOf(db, customerId),
    within: (deadline) => viewOf({ ...db, deadline }, customerId),
  };
}

/** A table that was granted to no customer is an answer, not a failure. */
function refuseCustomer(error: unknown): never {
  const { code, meta } = error as { code?: string; meta?: { driverAdapterError?: { cause?: { originalCode?: string } } } };
  throw code === INSUFFICIENT_PRIVILEGE || meta?.driverAdapterError?.cause?.originalCode === INSUFFICIENT_PRIVILEGE ? notForCustomers() : error;
}

/**
 * STROMGRAPH_CONNECTIONS (JSON, from `npm start`: tenant → domain → {staff, own}), or per domain
 * STROMGRAPH_<DOMAIN>_DATABASE_URL and STROMGRAPH_<DOMAIN>_OWN_DATABASE_URL: one address, or `<tenant>=<address>` separated by commas.
 */
export function connectionsOf(domain: string, env: Env): Map<string, Addresses> {
  const all = env['STROMGRAPH_CONNECTIONS'];
  if (all) {
    const said = JSON.parse(all) as Record<string, Record<string, Addresses>>;
    return new Map(Object.entries(said).flatMap(([tenant, domains]) => (domains[domain] ? [[tenant, domains[domain]] as const] : [])));
  }
  const name = `STROMGRAPH_${domain.toUpperCase()}_DATABASE_URL`;
  const own = byTenant(env[name.replace('_DATABASE', '_OWN_DATABASE')] ?? '', env);
  return new Map([...byTenant(required(env, name), env)].map(([tenant, staff]) => [tenant, { staff, own: own.get(tenant) ?? null }]));
}

function byTenant(text: string, env: Env): Map<string, string> {
  return new Map(
    text.split(',').filter(Boolean).map((part) => {
      const [, tenant, address] = /^([a-z][a-z0-9-]*)=(postgres.*)$/.exec(part) ?? [];
      return [tenant ?? env['STROMGRAPH_TENANT'] ?? 'demo', address ?? part] as const;
    }),
  );
}

function required(env: Env, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is not set.`);
  return value;
}
