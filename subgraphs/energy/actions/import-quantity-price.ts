import { businessNow } from '@stromgraph/kernel/clock';
import { type Db, transact } from '@stromgraph/kernel/database';
import { moveCursor } from '@stromgraph/kernel/publication-cursor';
import { ENET } from '../clients/enet.ts';
import type { PublishedQuantityPrice } from '../profit/quantity.ts';
import { addQuantityPrice } from '../store/quantity-prices.ts';
import { noteStaleMonth } from './settle-quantities.ts';

/** Stores a published version, and has what was settled for days of its month settled anew at it; one that is known already only moves the cursor. */
export const importQuantityPrice = (db: Db<any>, { position, ...price }: PublishedQuantityPrice & { position: bigint }): Promise<void> =>
  transact(db, async (tx) => {
    const now = await businessNow(tx);
    await moveCursor(tx, ENET, position, now);
    if (await addQuantityPrice(tx, price, now)) await noteStaleMonth(tx, price.month);
  });
