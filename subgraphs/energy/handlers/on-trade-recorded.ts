import { TradeAmended, TradeRecorded } from '@stromgraph/events/energy';
import { onAll } from '@stromgraph/kernel/hearer';
import { noteTrades } from '../actions/revalue-profit-loss.ts';

/** What the days on which a trade delivers earn is calculated anew. */
export const onTradeRecorded = onAll(TradeRecorded, (tx, events) => noteTrades(tx, events.map(({ data }) => data.tradeId)));
export const onTradeAmended = onAll(TradeAmended, (tx, events) => noteTrades(tx, events.map(({ data }) => data.tradeId)));
