import { businessNow } from '@stromgraph/kernel/clock';
import { planningOnce, type Tx } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { type GivenValues, rowsOf } from '../intervals/given.ts';
import { assignMeters } from '../meters/at-location.ts';
import { closeBatch, openBatch } from '../store/batches.ts';
import { ruleBook } from '../store/findings.ts';
import { metersAt } from '../store/meters.ts';
import { planAnnouncement } from './announce-batch.ts';
import { createPartitions } from './ensure-partitions.ts';
import { storeValues } from './store-values.ts';
import { tellStored } from './tell-stored.ts';

/** What a metering operator delivers for a market location; a series that names no meter has the location in its place. */
export type MarketDelivery = GivenValues & Readonly<{ senderCode: string; maloId: string }>;

/** Takes a document of the market as a batch of its own: what is right is stored and told of, what is not is refused row by row. */
export async function takeMarketValues(plain: Tx, { senderCode, maloId, ...values }: MarketDelivery): Promise<void> {
  const tx = planningOnce(plain);
  const now = await businessNow(tx);
  await createPartitions(tx, now);
  const about = { batchId: newId<'batch'>(), now, by: `metering operator ${senderCode}`, book: await ruleBook(tx) };
  const { unreadable, flagged, ...rows } = rowsOf(values, about.book);
  const { intervals, readings, rejections } = assignMeters(rows, { maloId, meters: await metersAt(tx, maloId) });
  await openBatch(tx, { id: about.batchId, source: 'MARKET', actor: about.by, receivedAt: now });
  const stored = await storeValues(tx, { intervals, readings, unreadable: [...unreadable, ...rejections], flagged }, about);
  await closeBatch(tx, about.batchId, 'COMPLETE', { counts: stored.counts });
  if (!(await tellStored(tx, stored, about))) await planAnnouncement(tx, about.batchId, now);
}
