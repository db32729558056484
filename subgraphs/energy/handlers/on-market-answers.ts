import { BalancingSumsReceived, MarketMessageAcknowledged, ScheduleAnswered } from '@stromgraph/events/market';
import { on } from '@stromgraph/kernel/hearer';
import { takeMarketSums } from '../actions/compare-sums.ts';
import { hearAnswer, hearDelivery } from '../actions/hear-nomination.ts';
import { hearReportDelivery } from '../actions/report-months.ts';

const SCHEDULE = 'SCHEDULE';
const MABIS_REPORT = 'MABIS_REPORT';

/** Whether a schedule or a report of ours arrived. Messages of other domains are theirs. */
export const onMarketMessageAcknowledged = on(MarketMessageAcknowledged, async (tx, { data: { messageType, processId, status, reason } }) => {
  const became = { delivered: status === 'DELIVERED', expired: status === 'EXPIRED', reason: reason ?? status };
  if (messageType === SCHEDULE) await hearDelivery(tx, processId, became);
  if (messageType === MABIS_REPORT) await hearReportDelivery(tx, processId, became);
});

export const onScheduleAnswered = on(ScheduleAnswered, (tx, { data: { nominationId, outcome, reason } }) => hearAnswer(tx, nominationId, { outcome, reason }));

/** What the market found stands beside what we found. */
export const onBalancingSumsReceived = on(BalancingSumsReceived, (tx, { data }) => takeMarketSums(tx, data));
