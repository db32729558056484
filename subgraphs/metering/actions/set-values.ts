import type { Tx } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { addCounts, closeBatch, openBatch } from '../store/batches.ts';
import { saveChangedDays } from '../store/estimation.ts';
import { marketValues } from '../store/reviews.ts';
import { type DayOfRegister, saveWorking } from '../store/working.ts';
import type { WorkingValue } from '../working/overlay.ts';
import { announceSome } from './announce-batch.ts';

export type SetValue = Omit<WorkingValue, 'instead'> & Readonly<{ minutes: number }>;
export type ChangedDay = DayOfRegister & Readonly<{ rule: string; detail: string }>;

/** Sets working values in place of what the market has, and tells of their days as of corrections. The registers are held by the caller. */
export async function setValues(tx: Tx, days: readonly ChangedDay[], values: readonly SetValue[], { now, by, proposalId = null }: { now: Date; by: string; proposalId?: bigint | null }): Promise<void> {
  if (days.length === 0) return;
  const about = { batchId: newId<'batch'>(), at: now, by, proposalId };
  const ours: (WorkingValue & { minutes: number })[] = [];
  for (const [registerId, all] of Map.groupBy(values, ({ registerId }) => registerId)) {
    const market = await marketValues(tx, registerId, all.map(({ startMs }) => new Date(startMs)));
    const inPlace = all.map((each) => ({ ...each, instead: market.get(each.startMs) ?? null }));
    ours.push(...inPlace.filter(({ instead, wattHours }) => instead === null || instead.status === 'PROVISIONAL' || instead.wattHours !== wattHours));
  }
  await openBatch(tx, { id: about.batchId, source: 'VALIDATION', actor: by, receivedAt: now });
  await saveWorking(tx, ours, about);
  await saveChangedDays(tx, days, about);
  await addCounts(tx, about.batchId, { accepted: ours.length, unchanged: values.length - ours.length, rejected: 0 });
  await closeBatch(tx, about.batchId, 'COMPLETE');
  while (await announceSome(tx, about.batchId));
}
