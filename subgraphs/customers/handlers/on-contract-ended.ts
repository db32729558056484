import { ContractCancelled, ContractTerminated } from '@stromgraph/events/contracts';
import { on } from '@stromgraph/kernel/hearer';
import { cancelReferences, endReferences } from '../store/contracts.ts';
import { recordInTimeline } from './record.ts';

/** Whoever calls hears until when they are supplied, from the day of the decision on. */
export const onContractTerminated = on(ContractTerminated, async (tx, event) => {
  await endReferences(tx, event.data);
  await recordInTimeline(tx, event);
});
export const onContractCancelled = on(ContractCancelled, async (tx, event) => {
  await cancelReferences(tx, event.data.contractId);
  await recordInTimeline(tx, event);
});
