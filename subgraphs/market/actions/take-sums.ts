import { BalancingSumsReceived } from '@stromgraph/events/market';
import type { Tx } from '@stromgraph/kernel/database';
import { publishAll } from '@stromgraph/kernel/outbox';
import type { BalancingSum } from '../answers/sums.ts';

/** Tells of the market's sums, asked for or not; each group's in the order in which they came. */
export const tellSums = (tx: Tx, sums: readonly BalancingSum[]): Promise<void> =>
  publishAll(tx, BalancingSumsReceived, sums.map((sum) => ({ aggregateType: 'balancing-sum', aggregateId: `${sum.balancingGroupCode} ${sum.gridAreaCode}`, data: sum })));
