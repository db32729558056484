import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { closeBatch, openBatch } from '../store/batches.ts';
import { ruleBook } from '../store/findings.ts';
import { boundaryReadings } from '../store/told-readings.ts';
import { tellValues } from './tell-values.ts';

const BY = 'change of contract';

/** Readings that were stored before it was known that one of these contracts ends or begins with them are told as its own, too. */
export async function tellBoundaries(tx: Tx, contractIds: readonly string[], which: { onlyEnds: boolean }): Promise<void> {
  const readings = await boundaryReadings(tx, contractIds, which);
  if (readings.length === 0) return;
  const [now, batchId] = [await businessNow(tx), newId<'batch'>()];
  await openBatch(tx, { id: batchId, source: 'VALIDATION', actor: BY, receivedAt: now });
  await tellValues(tx, { batchId, now, book: await ruleBook(tx) }, [], readings);
  await closeBatch(tx, batchId, 'COMPLETE', { counts: { accepted: 0, unchanged: readings.length, rejected: 0 } });
}
