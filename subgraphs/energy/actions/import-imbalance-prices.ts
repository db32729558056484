import { businessNow } from '@stromgraph/kernel/clock';
import { type Db, transact } from '@stromgraph/kernel/database';
import { moveCursor } from '@stromgraph/kernel/publication-cursor';
import { ENET } from '../clients/enet.ts';
import type { PublishedImbalancePrices } from '../profit/imbalance-price.ts';
import { addImbalancePrices } from '../store/imbalance-prices.ts';
import { noteStaleDays } from './revalue-profit-loss.ts';

/** Stores a published version; one that is known already only moves the cursor. */
export const importImbalancePrices = (db: Db<any>, { position, ...prices }: PublishedImbalancePrices & { position: bigint }): Promise<void> =>
  transact(db, async (tx) => {
    const now = await businessNow(tx);
    await moveCursor(tx, ENET, position, now);
    if (await addImbalancePrices(tx, prices, now)) await noteStaleDays(tx, null, [prices.deliveryDay]);
  });
