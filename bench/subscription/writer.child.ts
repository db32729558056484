// Records trades at a steady pace by energy's own action and tells when each COMMIT had returned.
import { setTimeout as pause } from 'node:timers/promises';
import { recordTrade } from '@stromgraph/energy/actions/record-trade';
import { makeLoaders } from '@stromgraph/energy/loaders';
import { openDomain } from '@stromgraph/energy/runtime';
import { newId } from '@stromgraph/kernel/ids';
import { isProblem } from '@stromgraph/kernel/problem';
import { contextOn } from '@stromgraph/kernel/runtime';
import { serve } from '../child.ts';
import { instant } from '../statistics.ts';
import { AREA_ID } from './area.ts';
import { KILOWATTS, type Order } from './order.ts';

const TRIES = 5;
const runtime = openDomain();
const { db } = runtime.tenants.get('demo')!;
const actor = { kind: 'user', id: newId<'user'>(), name: 'bench', tenant: 'demo', scopes: ['energy:write'], expiresAt: Number.MAX_SAFE_INTEGER } as const;

/** A busy machine may cost the connection: the same command again has one effect. */
async function record(from: Date, hours: number): Promise<number> {
  const idempotencyKey = newId();
  for (let tries = 1; ; tries++)
    try {
      return await recordOnce({ from, hours }, idempotencyKey);
    } catch (error) {
      if (tries === TRIES) throw error;
    }
}

async function recordOnce({ from, hours }: { from: Date; hours: number }, idempotencyKey: string): Promise<number> {
  const ctx = contextOn(runtime, db, { actor, requestId: newId(), deadlineAt: Number.MAX_SAFE_INTEGER }, makeLoaders);
  const outcome = await recordTrade(ctx, {
    idempotencyKey, gridAreaId: AREA_ID, side: 'BUY', from, until: new Date(from.getTime() + hours * 3_600_000), kilowatts: KILOWATTS, pricePerMwh: '90', counterparty: 'EEX',
  });
  const at = instant();
  if (isProblem(outcome)) throw new Error(outcome.message);
  return at;
}

serve<Order>({}, {
  answer: async ({ start, hours, events, everyMs }) => {
    const at: number[] = [];
    const startedAt = performance.now();
    for (let nth = 0; nth < events; nth++) {
      await pause(Math.max(0, startedAt + nth * everyMs - performance.now()));
      at.push(await record(new Date(start), hours));
    }
    return at;
  },
  end: () => runtime.close(),
});
