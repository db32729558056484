import { overLimit, type Refusal } from '../errors.ts';
import { planFault } from './plan-fault.ts';
import type { Question, Reply } from './question.ts';
import type { PlannerThread, ThreadEnded } from './thread.ts';

export type TimeLimit = Readonly<{ name: string; ms: number; memoryMb: number }>;

/** A thread that gets no processor at all is given up after so many times its limit by the clock. */
const STARVED = 20;

/**
 * Asks within a limit of processor time, so that a busy machine refuses nothing. What takes longer, or too much
 * memory, ends the thread; rejects with a PlanFault that says so.
 */
export async function planWithin(thread: PlannerThread, question: Question, limit: TimeLimit): Promise<Reply> {
  const startedAt = performance.now();
  let late: Refusal | null = null;
  let over = false;
  let timer: NodeJS.Timeout | undefined;

  async function judge(): Promise<void> {
    const usedMs = await thread.usedMs().catch(() => 0);
    if (over) return;
    const starved = performance.now() - startedAt > limit.ms * STARVED;
    if (usedMs < limit.ms && !starved) return judgeAfter(limit.ms - usedMs);
    late = overLimit(limit.name, Math.ceil(Math.max(usedMs, limit.ms + 1)), limit.ms);
    await thread.end();
  }

  function judgeAfter(ms: number): void {
    timer = setTimeout(() => void judge(), Math.ceil(ms));
  }

  judgeAfter(limit.ms);
  try {
    return await thread.ask(question);
  } catch (error) {
    throw planFault(late ?? crashed(error as ThreadEnded, limit.memoryMb));
  } finally {
    over = true;
    clearTimeout(timer);
  }
}

function crashed(error: ThreadEnded, memoryMb: number): Refusal {
  if (error.outOfMemory) return overLimit('planMemoryMb', memoryMb + 1, memoryMb);
  return { code: 'INTERNAL', message: 'The operation cannot be planned.', cause: error };
}
