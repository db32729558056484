// Metering with a thousand meters under contract: takes batches by its own action and files by its route.
import { installForContract } from '@stromgraph/metering/actions/install-for-contract';
import { takeValues } from '@stromgraph/metering/actions/ingest-readings';
import { makeLoaders } from '@stromgraph/metering/loaders';
import { openDomain } from '@stromgraph/metering/runtime';
import { startServer } from '@stromgraph/metering/server';
import { businessToday } from '@stromgraph/kernel/clock';
import { transact } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { isProblem } from '@stromgraph/kernel/problem';
import { contextOn } from '@stromgraph/kernel/runtime';
import { addMonths, type LocalDate, quarterHoursOf } from '@stromgraph/kernel/time';
import { serve } from '../child.ts';
import { watchMemory } from '../memory.ts';
import { METERS, meterNumberOf, OBIS, wattHoursOf } from './values.ts';

/** The last digit of a market location is not looked at here; the table asks for eleven. */
const FIRST_LOCATION = 41_373_559_000n;

const runtime = openDomain();
const { db } = runtime.tenants.get('demo')!;
const memory = watchMemory();
const today = await businessToday(db);
for (let meter = 0; meter < METERS; meter++)
  await transact(db, (tx) =>
    installForContract(tx, {
      contractId: newId<'contract'>(), customerId: newId<'customer'>(), marketLocationId: newId<'market-location'>(), maloId: String(FIRST_LOCATION + BigInt(meter)),
      startOn: addMonths(today, -30), endOn: null, expectedWattHours: 3_500_000n, meterNumber: meterNumberOf(meter), meteringKind: 'INTERVAL',
    }),
  );
const server = await startServer(runtime);
const actor = { kind: 'user', id: newId<'user'>(), name: 'bench', tenant: 'demo', scopes: ['metering:write'], expiresAt: Number.MAX_SAFE_INTEGER } as const;

/** One day of some meters in one transaction. */
async function ingest(day: LocalDate, meters: number): Promise<void> {
  const ctx = contextOn(runtime, db, { actor, requestId: newId(), deadlineAt: Number.MAX_SAFE_INTEGER }, makeLoaders);
  const quarterHours = quarterHoursOf(day);
  const intervals = Array.from({ length: meters }, (_, meter) => ({
    meterNumber: meterNumberOf(meter), obis: OBIS, start: quarterHours[0]!, minutes: 15, wattHours: quarterHours.map((at) => BigInt(wattHoursOf(meter, at.getTime()))), status: 'TRUE' as const, reason: null, method: null,
  }));
  const outcome = await takeValues(ctx, { idempotencyKey: newId(), intervals, registers: [] }, 'GRAPHQL');
  if (isProblem(outcome)) throw new Error(outcome.message);
}

serve<{ days?: LocalDate[]; meters?: number }>({ url: server.url, today }, {
  answer: async ({ days, meters = 0 }) => {
    if (!days) return memory.take();
    const startedAt = performance.now();
    for (const day of days) await ingest(day, meters);
    return { tookMs: performance.now() - startedAt };
  },
  end: async () => {
    await server.stop();
    await runtime.close();
  },
});
