import { ContractActivated } from '@stromgraph/events/contracts';
import { on } from '@stromgraph/kernel/hearer';
import { writeForEvent } from '../actions/write-for-event.ts';

export const onContractActivated = on(ContractActivated, (tx, event, tools) => {
  const { customerId, contractNumber, startOn } = event.data;
  return writeForEvent(tx, tools, { event, customerId, given: { contractNumber, startOn } });
});
