// Work that is done later or elsewhere. A queue is a way to be woken: what must not be lost is a row, the job names it.
import { DelayedError, type Job, type JobsOptions, UnrecoverableError } from 'bullmq';
import type { z } from 'zod';
import { causeOf } from './cause.ts';
import { isPassing } from './database.ts';
import { newId } from './ids.ts';
import { openQueues, type Queues } from './queue-backend.ts';
import type { Runtime, Tenant } from './runtime.ts';
import { traced } from './trace.ts';

/** A named queue: what its jobs say (ids only, never personal data) and what makes two jobs the same. */
export type Queue<Data> = Readonly<{ name: string; schema: z.ZodType<Data>; jobId: (data: Data) => string }>;
export type Working = Readonly<{ stop: () => Promise<void> }>;
export type JobFacts = Readonly<{ id: string; attempt: number; correlationId: string }>;
type Envelope = Readonly<{ correlationId: string; data: unknown }>;
type At = Tenant<any> | string;

const ATTEMPTS = 10;
const FIRST_RETRY_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** Failed jobs are kept for people to see, not without end. */
const KEEP_FAILED = { count: 1_000, age: 14 * 86_400 };
const OPTIONS: JobsOptions = {
  attempts: ATTEMPTS,
  backoff: { type: 'exponential', delay: FIRST_RETRY_MS, jitter: 0.5 },
  removeOnComplete: true,
  removeOnFail: KEEP_FAILED,
};

/** `name` is `<domain>.<verb-noun>`; a job whose id is waiting or running already is not added again. */
export const queue = <Data>(name: `${string}.${string}`, schema: z.ZodType<Data>, jobId: (data: Data) => string): Queue<Data> => ({ name, schema, jobId });

export const addJob = <Data>(runtime: Runtime<any>, tenant: At, queue: Queue<Data>, data: Data, options: { delayMs?: number; correlationId?: string } = {}): Promise<void> =>
  addJobs(runtime, tenant, queue, [data], options);

/** Adds many in one step. A job of the same id that had failed for good is started afresh. */
export async function addJobs<Data>(runtime: Runtime<any>, tenant: At, queue: Queue<Data>, all: readonly Data[], { delayMs, correlationId = causeOf()?.requestId ?? newId() }: { delayMs?: number; correlationId?: string } = {}): Promise<void> {
  const queues = queuesOf(runtime, tenant);
  const ids = all.map((data) => queue.jobId(data));
  const failed = await queues.queueOf(queue.name).getJobs(['failed'], 0, KEEP_FAILED.count);
  await Promise.all(failed.filter((job) => ids.includes(job.id!)).map((job) => job.remove()));
  await queues.addAll(
    queue.name,
    all.map((data, index) => ({
      name: queue.name,
      data: { correlationId, data: queue.schema.parse(data) } satisfies Envelope,
      opts: { ...OPTIONS, jobId: ids[index]!, ...(delayMs ? { delay: delayMs } : {}) },
    })),
  );
}

/** Repeats by a cron pattern in German time; adding it again changes nothing. */
export async function repeatJob<Data>(runtime: Runtime<any>, tenant: At, queue: Queue<Data>, data: Data, pattern: string): Promise<void> {
  await queuesOf(runtime, tenant).queueOf(queue.name).upsertJobScheduler(
    queue.jobId(data),
    { pattern, tz: 'Europe/Berlin' },
    { name: queue.name, data: { correlationId: queue.name, data: queue.schema.parse(data) } satisfies Envelope, opts: OPTIONS },
  );
}

/**
 * Works a queue of every tenant. What the handler throws is tried again with growing pauses; a fault of the infrastructure
 * does not count as a try. `stop` lets running jobs finish.
 */
export async function work<Data>(runtime: Runtime<any>, queue: Queue<Data>, concurrency: number, handler: (tenant: Tenant<any>, data: Data, job: JobFacts) => Promise<void>): Promise<Working> {
  const log = runtime.log.child({ queue: queue.name });
  const workers = [...runtime.tenants.values()].map((tenant) => {
    const worker = queuesOf(runtime, tenant).workerOf(
      queue.name,
      async (job) => {
        const { correlationId, data } = job.data as Envelope;
        const parsed = queue.schema.safeParse(data);
        if (!parsed.success) throw new UnrecoverableError(`the payload of ${queue.name} does not parse: ${parsed.error.message}`);
        try {
          const attributes = { 'messaging.system': 'bullmq', 'messaging.destination.name': queue.name, 'messaging.message.id': job.id!, 'messaging.operation.type': 'process' };
          await traced(correlationId, { service: runtime.domain, name: `process ${queue.name}`, kind: 'consumer', attributes, under: { requestId: correlationId } }, () =>
            handler(tenant, parsed.data, { id: job.id!, attempt: job.attemptsMade + 1, correlationId }),
          );
        } catch (error) {
          if (!isPassing(error)) throw error;
          log.warn({ err: error, jobId: job.id, correlationId, tenant: tenant.name }, 'job waits for the infrastructure');
          throw await putOff(job);
        }
      },
      { concurrency },
    );
    worker.on('failed', (job, error) => log.error({ err: error, jobId: job?.id, correlationId: (job?.data as Envelope | undefined)?.correlationId, tenant: tenant.name, attempt: job?.attemptsMade }, 'job failed'));
    return worker;
  });
  await Promise.all(workers.map((worker) => worker.waitUntilReady()));
  return { stop: async () => void (await Promise.all(workers.map((worker) => worker.close()))) };
}

async function putOff(job: Job): Promise<DelayedError> {
  const waitMs = Math.round(Math.min(LONGEST_WAIT_MS, FIRST_RETRY_MS * 2 ** Math.min(job.attemptsStarted, 10)) * (0.5 + Math.random() / 2));
  await job.moveToDelayed(Date.now() + waitMs, job.token);
  return new DelayedError();
}

const opened = new WeakMap<Runtime<any>, Map<string, Queues>>();

/** The queues of one tenant, for what looks into them (operations) and for workers; closed with the runtime. */
export function queuesOf(runtime: Runtime<any>, at: At): Queues {
  const tenant = typeof at === 'string' ? runtime.tenants.get(at) : at;
  if (!tenant) throw new Error(`there is no tenant ${at as string}`);
  const known = opened.get(runtime) ?? new Map<string, Queues>();
  opened.set(runtime, known);
  const queues = known.get(tenant.name);
  if (queues) return queues;
  const fresh = openQueues({ url: tenant.url, tenant: tenant.name, redisUrl: runtime.redisUrl, application: `stromgraph ${runtime.domain} queues`, log: runtime.log });
  known.set(tenant.name, fresh);
  runtime.atClose(fresh.close);
  return fresh;
}
