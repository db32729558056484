import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { idOf } from '@stromgraph/kernel/ids';
import { entriesOfClose, entriesOfReversal } from '../ledger/entries.ts';
import { book, entriesOf } from '../store/ledger.ts';

export type MonthClose = Parameters<typeof entriesOfClose>[0] & Readonly<{ replaces: string | null }>;

/** Books a closed month of energy; a corrected one takes back what it replaces first. Hearing of it again books nothing. */
export async function bookClose(tx: Tx, { replaces, ...close }: MonthClose): Promise<void> {
  if ((await entriesOf(tx, close.id)).length > 0) return;
  const back = replaces === null ? [] : entriesOfReversal(await entriesOf(tx, replaces), idOf('profit-loss-reversal', replaces));
  await book(tx, [...back, ...entriesOfClose(close)], await businessNow(tx));
}
