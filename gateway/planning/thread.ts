import { Worker } from 'node:worker_threads';
import type { Facts, Question, Reply } from './question.ts';

export type FromThread = Readonly<{ facts: Facts; cpuMs: number } | { reply: Reply; cpuMs: number } | { broken: string }>;

/** The end of a thread while it had something to answer. */
export type ThreadEnded = Error & { readonly outOfMemory: boolean };

/** One planner in a thread of its own. It takes one question at a time: the caller waits with the next. */
export type PlannerThread = Readonly<{
  facts: Facts;
  /** Rejects with ThreadEnded when the thread dies over it or is ended. */
  ask: (question: Question) => Promise<Reply>;
  /** Processor time that the present question has taken: on a busy machine much less than the clock says. */
  usedMs: () => Promise<number>;
  /** Settles when the thread is gone, for whatever reason. */
  ended: Promise<void>;
  end: () => Promise<void>;
}>;

/** Rejects when the supergraph cannot be loaded, with the reason. */
export async function startThread(supergraphSdl: string, memoryMb: number): Promise<PlannerThread> {
  const worker = new Worker(new URL('./planner-thread.ts', import.meta.url), {
    workerData: supergraphSdl,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  let cpuMsBefore = 0;
  let settle: Settle | null = null;
  let reason: Error | undefined;
  let gone = false;
  const next = () => new Promise<FromThread>((resolve, reject) => void (settle = { resolve, reject }));
  worker.on('message', (message: FromThread) => {
    const waiting = settle;
    settle = null;
    if ('cpuMs' in message) cpuMsBefore = message.cpuMs;
    waiting?.resolve(message);
  });
  worker.on('error', (error: Error) => void (reason = error));
  const ended = new Promise<void>((resolve) =>
    worker.once('exit', () => {
      gone = true;
      settle?.reject(threadEnded(reason));
      resolve();
    }),
  );
  const first = await next();
  if (!('facts' in first)) {
    await worker.terminate();
    throw new Error('broken' in first ? first.broken : 'The planner did not say what it has loaded.');
  }
  worker.unref(); // an idle thread keeps no process alive
  return {
    facts: first.facts,
    async ask(question) {
      if (gone) throw threadEnded(reason);
      const answered = next();
      worker.ref();
      worker.postMessage(question);
      const message = await answered.finally(() => worker.unref());
      return 'reply' in message ? message.reply : { failed: 'The planner answered something else.' };
    },
    async usedMs() {
      const { user, system } = await worker.cpuUsage();
      return (user + system) / 1_000 - cpuMsBefore;
    },
    ended,
    end: async () => void (await worker.terminate()),
  };
}

type Settle = Readonly<{ resolve: (message: FromThread) => void; reject: (error: Error) => void }>;

function threadEnded(cause: Error | undefined): ThreadEnded {
  const outOfMemory = (cause as NodeJS.ErrnoException | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return Object.assign(new Error('The planner ended.', { cause }), { outOfMemory });
}
