import { ContractCancelled, ContractTerminated } from '@stromgraph/events/contracts';
import { on } from '@stromgraph/kernel/hearer';
import { writeForEvent } from '../actions/write-for-event.ts';

/** The customer is owed a confirmation with the day within a week (§ 41b EnWG). */
export const onContractTerminated = on(ContractTerminated, (tx, event, tools) => {
  const { customerId, contractNumber, endOn } = event.data;
  return writeForEvent(tx, tools, { event, customerId, given: { contractNumber, endOn } });
});
export const onContractCancelled = on(ContractCancelled, (tx, event, tools) => {
  const { customerId, contractNumber, startOn } = event.data;
  return writeForEvent(tx, tools, { event, customerId, given: { contractNumber, startOn } });
});
