// One domain's access to one tenant's database: typed reads through Prisma, everything else as SQL.
import pg from 'pg';
import { PrismaPg } from '@prisma/adapter-pg';
import { type Deadline, LendingPool, ofTypedReads, outOfTime } from './deadline.ts';
import { isProblem } from './problem.ts';
import { TracedClient } from './traced-client.ts';

/** Runs SQL; parameters are bound, never spliced. bigint comes back as bigint, numeric and date as text, timestamptz as Date. */
export type Sql = {
  <Row extends object = Record<string, unknown>>(strings: TemplateStringsArray, ...values: readonly unknown[]): Promise<Row[]>;
};
export type Queryable = Readonly<{
  sql: Sql;
  /** SQL text with $1… parameters, for statements that are built. */
  query: <Row extends object = Record<string, unknown>>(text: string, values?: readonly unknown[]) => Promise<{ rows: Row[]; rowCount: number }>;
}>;
/** A transaction of one domain, with what its events must say. */
export type Tx = Queryable & Readonly<{ client: pg.PoolClient; domain: string; tenant: string; correlationId: string; causationId: string | null; moment: { now?: Promise<Date> } }>;
export type Db<Prisma = unknown> = Queryable &
  Readonly<{
    prisma: Prisma;
    pool: pg.Pool;
    domain: string;
    tenant: string;
    correlationId: string;
    causationId: string | null;
    /** Set for a customer's session: every transaction shows the own rows only. */
    ownCustomer: string | null;
    /** Null for work that nobody waits for. */
    deadline: Deadline | null;
    /** The same connections for work that another request or event has caused. */
    causedBy: (cause: { correlationId: string; causationId?: string | null }) => Db<Prisma>;
    /** The same connections for as long as somebody waits; then statements that run are cancelled and no other begins. */
    within: (deadline: Deadline) => Db<Prisma>;
  }>;

const [TEXT_ARRAY, INT8_ARRAY, DATE_ARRAY, NUMERIC_ARRAY] = [1009, 1016, 1182, 1231];
const textArray = pg.types.getTypeParser(TEXT_ARRAY as never) as (text: string) => unknown;

export const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format === 'binary') return pg.types.getTypeParser(oid, 'binary');
    if (oid === pg.types.builtins.INT8) return BigInt;
    if (oid === pg.types.builtins.DATE || oid === pg.types.builtins.NUMERIC || oid === pg.types.builtins.INTERVAL) return String;
    if (oid === INT8_ARRAY) return (text: string) => (textArray(text) as (string | null)[]).map((item) => (item === null ? null : BigInt(item)));
    if (oid === DATE_ARRAY || oid === NUMERIC_ARRAY) return textArray;
    return pg.types.getTypeParser(oid);
  },
} as pg.CustomTypesConfig;

/** A waiter for a connection gives up, so that transactions that wait for one another's connections end instead of standing for ever. */
const CONNECT_MS = 2_000;

export type PrismaClientType<Prisma> = new (options: { adapter: PrismaPg }) => Prisma;

export type DbOptions<Prisma> = Readonly<{ url: string; domain: string; tenant: string; Prisma?: PrismaClientType<Prisma> | undefined; maxConnections?: number }>;

/** Opens a pool; `ownCustomer` views share it and differ in what their transactions may see. */
export function openDb<Prisma = unknown>({ url, domain, tenant, Prisma, maxConnections = 8 }: DbOptions<Prisma>): Db<Prisma> & { close: () => Promise<void> } {
  const schema = domain === 'operations' ? 'platform' : domain;
  const pool = new LendingPool({ Client: TracedClient, pipeline: true, connectionString: url, max: maxConnections, types, application_name: `stromgraph ${domain}`, idleTimeoutMillis: 30_000, connectionTimeoutMillis: CONNECT_MS });
  pool.on('error', () => {}); // an idle connection that died is replaced at its next use
  pool.on('connect', (client) => client.on('error', (error) => lost.has(client) || lost.set(client, error))); // one that dies in a transaction fails the next statement, not the process
  const prisma = Prisma ? new Prisma({ adapter: new PrismaPg(pool, { schema }) }) : (undefined as Prisma);
  const make = (correlationId: string, causationId: string | null, deadline: Deadline | null): Db<Prisma> => ({
    ...queryableOf(deadline ? lenderOf(pool, deadline) : pool),
    prisma: deadline ? typedWithin(prisma, deadline) : prisma,
    pool,
    domain,
    tenant,
    correlationId,
    causationId,
    ownCustomer: null,
    deadline,
    causedBy: (cause) => make(cause.correlationId, cause.causationId ?? null, deadline),
    within: (until) => make(correlationId, causationId, until),
  });
  return {
    ...make('start', null, null),
    close: async () => {
      await (prisma as { $disconnect?: () => Promise<void> } | undefined)?.$disconnect?.();
      await pool.end();
    },
  };
}

/** For a request that names no tenant where there are several (a sign-in, before its input is read): it reaches nothing. */
export function nowhere<Prisma>(domain: string): Db<Prisma> {
  const refuse = async (): Promise<never> => {
    throw new Error('the request names no tenant');
  };
  const pool = { connect: refuse } as unknown as pg.Pool;
  const db: Db<Prisma> = { sql: refuse, query: refuse, pool, prisma: undefined as Prisma, domain, tenant: '', correlationId: '', causationId: null, ownCustomer: null, deadline: null, causedBy: () => db, within: () => db };
  return db;
}

/** Why a connection was ended between two statements: the next one only says that it is not queryable. */
const lost = new WeakMap<pg.PoolClient, Error>();
const causeOfEnd = (client: pg.PoolClient, error: unknown): unknown => (error instanceof Error && /not queryable/.test(error.message) ? (lost.get(client) ?? error) : error);

/** One transaction; a returned problem or a thrown fault rolls it back, nothing of it stays. */
export async function transact<T>(db: Db<any>, work: (tx: Tx) => Promise<T>): Promise<T> {
  const client = await connectionOf(db);
  let broken: Error | undefined;
  try {
    await client.query(db.ownCustomer ? `BEGIN READ ONLY` : 'BEGIN');
    if (db.ownCustomer) await client.query(`SELECT set_config('stromgraph.customer', $1, true)`, [db.ownCustomer]);
    const outcome = await work({
      ...queryableOf(client),
      client,
      domain: db.domain,
      tenant: db.tenant,
      correlationId: db.correlationId,
      causationId: db.causationId,
      moment: {},
    });
    const { command } = await client.query(isProblem(outcome) ? 'ROLLBACK' : 'COMMIT');
    // After a swallowed error PostgreSQL answers COMMIT with a rollback, without an error of its own.
    if (command === 'ROLLBACK' && !isProblem(outcome)) throw new Error('the transaction had failed and was rolled back');
    return outcome;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: Error) => (broken = failure));
    throw db.deadline?.passed() ? outOfTime() : causeOfEnd(client, error);
  } finally {
    client.release(broken);
  }
}

/**
 * Statements of one transaction that wait for nothing of one another: they are sent at once and run in the order in which they were asked
 * for. When one fails the others have ended too before its error is told, so that none runs after the transaction.
 */
export async function together<T extends readonly unknown[]>(...work: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  try {
    return (await Promise.all(work)) as unknown as T;
  } catch (error) {
    await Promise.allSettled(work);
    throw error;
  }
}

/** One connection, to be released: for statements that belong together. */
export const connectionOf = ({ pool, deadline }: Db<any>): Promise<pg.PoolClient> => (deadline ? deadline.lend(() => pool.connect()) : pool.connect());

/** Reads of one moment: every statement of `work` sees the same snapshot. */
export async function readTogether<T>(db: Db<any>, work: (at: Queryable) => Promise<T>): Promise<T> {
  const client = await connectionOf(db);
  let broken: Error | undefined;
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    if (db.ownCustomer) await client.query(`SELECT set_config('stromgraph.customer', $1, true)`, [db.ownCustomer]);
    return await work(queryableOf(client));
  } catch (error) {
    throw db.deadline?.passed() ? outOfTime() : causeOfEnd(client, error);
  } finally {
    await client.query('ROLLBACK').catch((failure: Error) => (broken = failure));
    client.release(broken);
  }
}

/** The name of the constraint that a statement broke, with its SQLSTATE; null for any other error. */
export function constraintOf(error: unknown): { name: string; code: string } | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  if (!error.code.startsWith('23')) return null;
  return { name: 'constraint' in error && typeof error.constraint === 'string' ? error.constraint : '', code: error.code };
}

/** Of the connection (28: its sign-in is refused), a lock, a time-out or the server. */
const PASSING = /^(08|28|40|53|55P03|57|58|25P0[34]|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND)/;

/** Whether trying again may help: the connection, a lock, a time-out or the server is at fault, not the data. */
export function isPassing(error: unknown): boolean {
  const { code, originalCode } = (error ?? {}) as Readonly<{ code?: unknown; originalCode?: unknown }>; // Prisma keeps the driver's own apart
  return [code, originalCode].some((said) => typeof said === 'string' && PASSING.test(said)) || (error instanceof Error && /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(error.message));
}

/** Runs `work` under a savepoint: its failure leaves the transaction usable. */
export async function savepoint<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
  await tx.query('SAVEPOINT step');
  try {
    const outcome = await work();
    await tx.query('RELEASE SAVEPOINT step');
    return outcome;
  } catch (error) {
    await tx.query('ROLLBACK TO SAVEPOINT step');
    throw error;
  }
}

type Asked = Pick<pg.Pool, 'query'>;

/** Single statements on connections that are taken back in time. */
function lenderOf(pool: pg.Pool, deadline: Deadline): Asked {
  const query = async (config: pg.QueryConfig): Promise<pg.QueryResult> => {
    const client = await deadline.lend(() => pool.connect());
    try {
      return await client.query(config);
    } catch (error) {
      throw deadline.passed() ? outOfTime() : error;
    } finally {
      client.release();
    }
  };
  return { query } as Asked;
}

/** Runs a typed read under its deadline. */
export async function typedRead<T>(deadline: Deadline, read: () => Promise<T>): Promise<T> {
  try {
    return await ofTypedReads.run(deadline, async () => await read()); // Prisma begins only when it is awaited
  } catch (error) {
    throw deadline.passed() ? outOfTime() : error;
  }
}

/** Typed reads find their connections themselves; the pool lends them by the deadline that they run under. */
function typedWithin<Prisma>(prisma: Prisma, deadline: Deadline): Prisma {
  const client = prisma as { $extends?: (extension: unknown) => Prisma } | undefined;
  const $allOperations = ({ args, query }: { args: unknown; query: (args: unknown) => Promise<unknown> }): Promise<unknown> => typedRead(deadline, () => query(args));
  return client?.$extends?.({ query: { $allOperations } }) ?? prisma;
}

/**
 * The same transaction with statements that are planned once per connection: for a path of many statements that are always the same. Their
 * plans must suit any number of values.
 */
export const planningOnce = (tx: Tx): Tx => ({ ...tx, ...onePlanEach(tx.client) });
/** The same, and never for these very values: where making a plan takes longer than running it. */
export async function planningOnceForAll(tx: Tx): Promise<Tx> {
  await tx.query('SET LOCAL plan_cache_mode = force_generic_plan');
  return planningOnce(tx);
}
/** The same on a connection without a transaction. */
export const onePlanEach = (client: Pick<pg.ClientBase, 'query'>): Queryable => queryableOf(client as Asked, nameOf);

const names = new Map<string, string>();
/** Texts are those of the program, so there are few. */
function nameOf(text: string): string {
  const known = names.get(text);
  if (known) return known;
  const name = `once_${names.size}`;
  names.set(text, name);
  return name;
}

function queryableOf(on: Asked, naming?: (text: string) => string): Queryable {
  const query: Queryable['query'] = async (text, values = []) => {
    const result = await on.query({ ...(naming && { name: naming(text) }), text, values: values as unknown[], types });
    return { rows: result.rows, rowCount: result.rowCount ?? 0 };
  };
  const sql: Sql = async (strings, ...values) => (await query(strings.reduce((text, part, index) => `${text}$${index}${part}`), values)).rows as never;
  return { sql, query };
}
