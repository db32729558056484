// BullMQ on PostgreSQL or Redis: one switch. Every queue and worker of a process, role and tenant shares its connections.
import {
  type BackendFactory, type Job, type JobsOptions, PostgresConnection, PostgresQueueBackend, Queue, type QueueOptions, Worker, type WorkerOptions,
} from 'bullmq';
import type { EventEmitter } from 'node:events';
import type { Logger } from './log.ts';
import { openRedis } from './redis.ts';

/** BullMQ's tables live here, in the tenant's database; `scripts/migrate.ts` makes them. */
const SCHEMA = 'jobs';
const MAX_POOLED = 4;
/** A killed worker's job comes back after the lock and one check; however often it is killed, it is never counted as failed. */
const RECOVERY = { lockDuration: 5_000, stalledInterval: 2_500, maxStalledCount: 50, runRetryDelay: 1_000 };
/** A wake-up says nothing but "look": one waiting is enough, and losing one is harmless. */
const NUDGE: JobsOptions = {
  deduplication: { id: 'look', keepLastIfActive: true },
  attempts: 5,
  backoff: { type: 'exponential', delay: 100, jitter: 0.5 },
  removeOnComplete: true,
  removeOnFail: true,
};

export type QueueAddress = Readonly<{ url: string; tenant: string; redisUrl: string | null; application: string; log: Logger }>;
export type Queues = Readonly<{
  queueOf: (name: string) => Queue;
  /** Wakes who works this queue, if nobody has yet. */
  nudge: (name: string, data?: object) => Promise<void>;
  /** In one statement. */
  addAll: (name: string, jobs: { name: string; data: unknown; opts: JobsOptions }[]) => Promise<void>;
  workerOf: (name: string, run: (job: Job) => Promise<void>, options?: Partial<WorkerOptions>) => Worker;
  close: () => Promise<void>;
}>;
type ListenClient = Awaited<ReturnType<PostgresConnection['getListenClient']>>;
type Side = Readonly<{
  factory?: BackendFactory<any, any>;
  options: (name: string, worker: boolean) => QueueOptions;
  /** What a queue needs before its first bulk. */
  prepare: (name: string) => Promise<void>;
  close: () => Promise<void>;
}>;

export function openQueues(address: QueueAddress): Queues {
  const side = address.redisUrl ? onRedis(address.redisUrl, address.tenant) : onPostgres(address);
  const open = new Map<string, Queue>();
  const workers = new Set<Worker>();
  const quiet = (error: Error) => address.log.debug({ reason: error.message }, 'queue connection');
  const queueOf = (name: string): Queue => {
    const known = open.get(name);
    if (known) return known;
    const queue = new Queue(name, side.options(name, false), side.factory as never);
    queue.on('error', quiet);
    open.set(name, queue);
    return queue;
  };
  const prepared = new Map<string, Promise<void>>();
  return {
    queueOf,
    nudge: async (name, data = {}) => void (await queueOf(name).add('look', data, NUDGE)),
    addAll: async (name, jobs) => {
      const queue = queueOf(name);
      const [only] = jobs;
      if (only && jobs.length === 1) return void (await queue.add(only.name, only.data, only.opts)); // on PostgreSQL a bulk makes temporary tables: ten times a single one's cost
      if (!prepared.has(name)) prepared.set(name, side.prepare(name));
      await prepared.get(name)!.catch((error: unknown) => {
        prepared.delete(name);
        throw error;
      });
      await queue.addBulk(jobs);
    },
    workerOf: (name, run, options = {}) => {
      const worker = new Worker(name, run, { ...side.options(name, true), ...RECOVERY, ...options } as WorkerOptions, side.factory as never);
      worker.on('error', quiet);
      worker.on('closed', () => workers.delete(worker));
      workers.add(worker);
      return worker;
    },
    close: async () => {
      await Promise.all([...workers].map((worker) => worker.close()));
      await Promise.all([...open.values()].map((queue) => queue.close()));
      await side.close();
    },
  };
}

/** One pool and one LISTEN connection for all; a queue that closes leaves them to the others. */
function onPostgres({ url, application, log }: QueueAddress): Side {
  const connection = new PostgresConnection({ connectionString: url, schema: SCHEMA, migrate: false, max: MAX_POOLED, application_name: application });
  connection.setMaxListeners(0);
  connection.on('error', (error) => {
    if (!connection.isClosing) log.warn({ reason: error.message }, 'the queues lost a connection to PostgreSQL; it is replaced');
  });
  // The schema was checked when the database was migrated; a check here would remember a failure for ever.
  connection.waitUntilReady = () => Promise.resolve();
  const shared = new WeakSet<object>();
  const shareListener = connection.getListenClient.bind(connection);
  connection.getListenClient = async () => {
    const client = await shareListener();
    if (!shared.has(client)) shareClient(client);
    shared.add(client);
    return client;
  };
  const factory: BackendFactory<PostgresQueueBackend, any> = (name, options) => {
    const backend = new PostgresQueueBackend(connection, name, options, true);
    const leave = async (): Promise<void> => {
      await backend.disconnectBlocking();
      backend.closing = Promise.resolve();
    };
    backend.close = leave;
    backend.disconnect = leave;
    return backend;
  };
  // A bulk would create the queue's sequence itself, which roles may not; drawing once lets the owner's function do it.
  const prepare = async (name: string) => void (await connection.pool.query(`SELECT ${SCHEMA}.next_job_id($1)`, [name]));
  return { factory, options: () => ({ connection: {} }), prepare, close: () => connection.close() };
}

/** Many workers listen on it, and their statements go one after the other. */
function shareClient(client: ListenClient): void {
  (client as unknown as EventEmitter).setMaxListeners(0);
  const query = client.query.bind(client);
  let last: Promise<unknown> = Promise.resolve();
  client.query = (text, parameters) => {
    const answer = last.then(() => query<any>(text, parameters));
    last = answer.catch(() => {});
    return answer;
  };
}

/** Producers fail at once when Redis is away; workers wait for it. Each queue has its own hash slot in a cluster. */
function onRedis(url: string, tenant: string): Side {
  const clients = { producer: openRedis(url, { maxRetriesPerRequest: 1 }), worker: openRedis(url, { maxRetriesPerRequest: null }) };
  return {
    options: (name, worker) => ({ connection: worker ? clients.worker : clients.producer, prefix: `{${tenant}.${name}}` }) as QueueOptions,
    prepare: async () => {},
    close: async () => Object.values(clients).forEach((client) => client.disconnect()),
  };
}
