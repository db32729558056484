import type { Db } from '@stromgraph/kernel/database';
import { loadMany, loadOne } from '@stromgraph/kernel/loader';
import { invoicedMetersOf } from './store/contract-meters.ts';
import { invoicesById, linesOf } from './store/invoices.ts';
import { runsById } from './store/runs.ts';

export type Loaders = ReturnType<typeof makeLoaders>;

/** One set per request. A resolver never fetches a row by key except through here. */
export const makeLoaders = (db: Db<any>) => ({
  invoice: loadOne((ids: readonly string[]) => invoicesById(db, ids), (invoice) => invoice.id),
  lines: loadMany((ids: readonly string[]) => linesOf(db, ids), (line) => line.invoiceId),
  meters: loadMany((ids: readonly string[]) => invoicedMetersOf(db, ids), (meter) => meter.invoiceId),
  run: loadOne((ids: readonly string[]) => runsById(db, ids), (run) => run.id),
});
