import { ContractActivated } from '@stromgraph/events/contracts';
import { on } from '@stromgraph/kernel/hearer';
import { activateReferences } from '../store/contracts.ts';
import { recordInTimeline } from './record.ts';

export const onContractActivated = on(ContractActivated, async (tx, event) => {
  await activateReferences(tx, event.data.contractId);
  await recordInTimeline(tx, event);
});
