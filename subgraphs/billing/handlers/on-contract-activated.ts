import { ContractActivated } from '@stromgraph/events/contracts';
import { on } from '@stromgraph/kernel/hearer';
import { activateContract } from '../store/contracts.ts';

/** From the start of supply on there is something to bill. */
export const onContractActivated = on(ContractActivated, (tx, { data }) => activateContract(tx, data.contractId));
