import { createHash } from 'node:crypto';
import { makeBoundedCache } from '../bounded-cache.ts';
import { makeCounter } from '../counter.ts';
import type { Refusal } from '../errors.ts';
import { throttled } from '../limits/budgets.ts';
import type { Limits } from '../limits/limits.ts';
import { planFault, type PlanFault } from './plan-fault.ts';
import { planWithin } from './plan-within.ts';
import { plannerOver, type StartPlanner } from './planner.ts';
import type { Question, Reply } from './question.ts';
import { startThread, type PlannerThread } from './thread.ts';

export type PlanLimits = Pick<Limits, 'planMs' | 'introspectionMs' | 'planQueue' | 'planQueueShare' | 'planMemoryMb' | 'requestMs'>;

export type PlanOutcome = 'ok' | 'refused' | 'busy';

export type PlanWatch = Readonly<{ planned: (outcome: PlanOutcome, ms: number) => void; restarted: () => void }>;

const RESTART_AFTER_MS = 1_000;
/** What was too much once is not tried again for a while. */
const REFUSED_FOR_MS = 60_000;
const REFUSED_BYTES = 1_000_000;
const BYTES_OF_A_REFUSAL = 500;

type Job = Readonly<{ question: Question; queuedAt: number; resolve: (reply: Reply) => void; reject: (fault: unknown) => void }>;

/**
 * Plans in a thread beside the event loop: one question at a time, equal questions as one, so many waiting, and no more
 * than a share of them for one principal. When the thread has died over a question, another one is started; whatever was
 * planned before is served meanwhile.
 */
export const planBeside =
  (limits: PlanLimits, watch: PlanWatch = { planned() {}, restarted() {} }): StartPlanner =>
  async (supergraphSdl) => {
    const start = () => startThread(supergraphSdl, limits.planMemoryMb);
    let thread: PlannerThread | null = null;
    let busy = false;
    let stopped = false;
    const waiting: Job[] = [];
    const pending = new Map<string, Promise<Reply>>();
    const places = makeCounter();
    const refused = makeBoundedCache<Refusal>(REFUSED_BYTES);
    const { facts } = adopt(await start());

    function adopt(started: PlannerThread): PlannerThread {
      thread = started;
      void started.ended.then(() => {
        thread = null;
        if (!stopped) void restart();
      });
      void answerNext();
      return started;
    }

    async function restart(): Promise<void> {
      watch.restarted();
      try {
        const started = await start();
        if (stopped) await started.end();
        else adopt(started);
      } catch {
        refuseWaiting();
        setTimeout(() => stopped || void restart(), RESTART_AFTER_MS).unref();
      }
    }

    async function ask(question: Question, principal?: string): Promise<Reply> {
      const key = keyOf(question);
      const asked = pending.get(key);
      if (asked) return asked;
      const before = refused.get(key);
      if (before) throw planFault(before);
      if (stopped || waiting.length >= limits.planQueue) throw tooBusy();
      if (principal !== undefined && !places.take(principal, limits.planQueueShare)) throw overShare();
      const answered = queue(question).catch((fault: PlanFault) => {
        if (fault.refusal.code === 'LIMIT_EXCEEDED') refused.set(key, fault.refusal, Date.now() + REFUSED_FOR_MS, BYTES_OF_A_REFUSAL);
        throw fault;
      });
      pending.set(key, answered);
      return answered.finally(() => {
        pending.delete(key);
        if (principal !== undefined) places.release(principal);
      });
    }

    function queue(question: Question): Promise<Reply> {
      return new Promise((resolve, reject) => {
        waiting.push({ question, queuedAt: performance.now(), resolve, reject });
        void answerNext();
      });
    }

    async function answerNext(): Promise<void> {
      if (busy || !thread) return;
      const job = waiting.shift();
      if (!job) return;
      busy = true;
      await answer(thread, job);
      busy = false;
      void answerNext();
    }

    async function answer(by: PlannerThread, { question, queuedAt, resolve, reject }: Job): Promise<void> {
      const startedAt = performance.now();
      if (startedAt - queuedAt > limits.requestMs) return reject(tooBusy());
      const [name, ms] = question.kind === 'plan' ? (['planMs', limits.planMs] as const) : (['introspectionMs', limits.introspectionMs] as const);
      try {
        const reply = await planWithin(by, question, { name, ms, memoryMb: limits.planMemoryMb });
        watch.planned('text' in reply ? 'ok' : 'refused', performance.now() - startedAt);
        resolve(reply);
      } catch (fault) {
        watch.planned('refused', performance.now() - startedAt);
        reject(fault);
      }
    }

    function tooBusy(): PlanFault {
      watch.planned('busy', 0);
      return planFault({ code: 'OVERLOADED', message: 'Too many new operations at once; try again in a second.', retryAfterSeconds: 1 });
    }

    function overShare(): PlanFault {
      watch.planned('busy', 0);
      return planFault(throttled('planQueueShare', limits.planQueueShare + 1, limits.planQueueShare, 1));
    }

    function refuseWaiting(): void {
      for (const { reject } of waiting.splice(0)) reject(tooBusy());
    }

    async function stop(): Promise<void> {
      stopped = true;
      refuseWaiting();
      await thread?.end();
    }

    return { facts, planner: plannerOver(ask, stop) };
  };

function keyOf(question: Question): string {
  const about = question.kind === 'plan' ? question.operationName : question.variables;
  return createHash('sha256')
    .update(JSON.stringify([question.kind, question.query, about ?? null]))
    .digest('base64');
}
