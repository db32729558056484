// Several writers of the shop; a transaction whose end is unknown is looked up and, if need be, done again.
import { setTimeout as pause } from 'node:timers/promises';
import { transact } from '@stromgraph/kernel/database';
import { publishStep, toyRuntime } from '../toy-domains.ts';
import { planOf, type Step } from './plan.ts';

const { url, seed, writers, events } = JSON.parse(process.argv[2]!) as { url: string; seed: number; writers: number[]; events: number };
const runtime = toyRuntime('shop', url);
const { db } = runtime.tenants.get('demo')!;
process.on('disconnect', () => process.exit(0));
let open = 0;
/** The conductor says up to which share of their plans the writers may go. */
process.on('message', (share: number) => (open = share));
process.send!('ready');

await Promise.all(writers.map(async (writer) => {
  const plan = planOf(seed, writer, events);
  for (const [nth, step] of plan.entries()) {
    while (nth / plan.length >= open) await pause(5);
    if (step.inVain) await attempt(writer, nth, step, true).catch(() => {});
    for (let done = false; !done; )
      done = await attempt(writer, nth, step, false).then(() => true, async () => (await pause(20), isDone(writer, nth).catch(() => false)));
  }
}));
await runtime.close();
process.exit(0);

async function attempt(writer: number, nth: number, step: Step, inVain: boolean): Promise<void> {
  await transact(db, async (tx) => {
    if (step.elsewhere) await tx.sql`INSERT INTO shop.elsewhere DEFAULT VALUES`;
    for (const order of step.orders) {
      const [row] = await tx.sql<{ step: number }>`INSERT INTO shop.basket AS b VALUES (${order}, 1) ON CONFLICT (id) DO UPDATE SET step = b.step + 1 RETURNING step`;
      await publishStep(tx, order, row!.step);
    }
    await tx.sql`INSERT INTO shop.done VALUES (${writer}, ${nth})`;
    if (step.holdMs > 0) await pause(step.holdMs);
    if (inVain) throw new Error('in vain');
  });
}

async function isDone(writer: number, nth: number): Promise<boolean> {
  return (await db.sql`SELECT FROM shop.done WHERE writer = ${writer} AND nth = ${nth}`).length > 0;
}
