import { ContractCancelled, ContractTerminated } from '@stromgraph/events/contracts';
import { onAll } from '@stromgraph/kernel/hearer';
import { endSupplies } from '../store/supplies.ts';

export const onContractTerminated = onAll(ContractTerminated, (tx, events) => endSupplies(tx, events.map(({ data: { contractId, endOn } }) => ({ contractId, endOn }))));
export const onContractCancelled = onAll(ContractCancelled, (tx, events) => endSupplies(tx, events.map(({ data: { contractId } }) => ({ contractId, endOn: null }))));
