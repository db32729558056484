import { TradeAmended, TradeRecorded } from '@stromgraph/events/energy';
import type { Tx } from '@stromgraph/kernel/database';
import { onAll } from '@stromgraph/kernel/hearer';
import { noteTrades } from '../actions/revalue-profit-loss.ts';
import { renominateTraded } from '../actions/watch-nominations.ts';

/** What the days on which a trade delivers earn is calculated anew, and schedules follow. */
const follow = async (tx: Tx, events: readonly { data: { tradeId: string } }[]): Promise<void> => {
  const tradeIds = events.map(({ data }) => data.tradeId);
  await noteTrades(tx, tradeIds);
  await renominateTraded(tx, tradeIds);
};
export const onTradeRecorded = onAll(TradeRecorded, follow);
export const onTradeAmended = onAll(TradeAmended, follow);
