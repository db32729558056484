import { ContractCancelled, ContractTerminated } from '@stromgraph/events/contracts';
import { onAll } from '@stromgraph/kernel/hearer';
import { endContracts } from '../actions/end-contracts.ts';

export const onContractTerminated = onAll(ContractTerminated, (tx, events) =>
  endContracts(tx, events.map(({ data, occurredAt }) => ({ contractId: data.contractId, endOn: data.endOn, toldAt: occurredAt.toISOString() }))),
);
/** It never comes to a supply: the end is the start. */
export const onContractCancelled = onAll(ContractCancelled, (tx, events) =>
  endContracts(tx, events.map(({ data, occurredAt }) => ({ contractId: data.contractId, endOn: data.startOn, toldAt: occurredAt.toISOString() }))),
);
