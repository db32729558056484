import { setTimeout as pass } from 'node:timers/promises';
import { makeDeadline } from './deadline.ts';
import type { Runtime } from './runtime.ts';

/** A database that takes longer for nothing at all does not serve. */
const ANSWER_MS = 1_000;

/** Whether requests would find a database: asked by the way that they go, so that a pool without a free connection is seen too. One tenant's is enough. */
export async function isReady({ tenants }: Runtime<any>): Promise<boolean> {
  const deadline = makeDeadline(Date.now() + ANSWER_MS);
  const over = new AbortController();
  const answers = [...tenants.values()].map(({ db }) => db.within(deadline).sql`SELECT 1`.then(() => true));
  try {
    return await Promise.race([Promise.any(answers).catch(() => false), pass(ANSWER_MS, false, over)]);
  } finally {
    over.abort();
    deadline.settle();
  }
}
