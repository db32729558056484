import type { DueHandlers } from '@stromgraph/kernel/due';
import { newId } from '@stromgraph/kernel/ids';
import { addJob, queue, work, type Working } from '@stromgraph/kernel/queue';
import { z } from 'zod';
import { VISIT_EXCHANGE } from '../actions/watch-limits.ts';
import { visitExchange } from '../actions/visit-exchange.ts';
import { openExchangeAt } from '../clients/exchange.ts';
import type { EnergyRuntime } from '../runtime.ts';

/** One visit at a time; what a lost job leaves, the next due row finishes. */
export const visitQueue = queue('energy.visit-exchange', z.strictObject({ visitId: z.uuid() }), ({ visitId }) => visitId);

export const startVisits = (runtime: EnergyRuntime, url: string): Promise<Working> =>
  work(runtime, visitQueue, 1, ({ db, name }, _, { correlationId }) =>
    visitExchange({ db: db.causedBy({ correlationId }), exchange: openExchangeAt(url), log: runtime.log.child({ tenant: name }) }),
  );

/** Orders wait where there is no market place. */
export const exchangeDueHandlers = (runtime: EnergyRuntime, url: string | null): DueHandlers => ({
  [VISIT_EXCHANGE]: async (tx) => {
    if (url !== null) await addJob(runtime, runtime.tenants.get(tx.tenant)!, visitQueue, { visitId: newId() });
  },
});
