import { type DueHandlers, schedule } from '@stromgraph/kernel/due';
import { announcePrices } from '../actions/announce-prices.ts';
import { ANNOUNCE_PRICES, DISCARD_CAMPAIGN } from '../campaigns/due-kinds.ts';
import { discardSome } from '../store/campaigns.ts';

export const dueHandlers: DueHandlers = {
  [ANNOUNCE_PRICES]: (tx, { subject, dueAt }) => announcePrices(tx, subject, dueAt),
  [DISCARD_CAMPAIGN]: async (tx, { subject, dueAt }) => {
    if (!(await discardSome(tx, subject))) await schedule(tx, { kind: DISCARD_CAMPAIGN, subject, dueAt });
  },
};
