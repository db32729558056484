import { ContractCancelled, ContractTerminated } from '@stromgraph/events/contracts';
import type { Tx } from '@stromgraph/kernel/database';
import { onAll } from '@stromgraph/kernel/hearer';
import { tellBoundaries } from '../actions/tell-boundaries.ts';
import { endSupplies } from '../store/supplies.ts';

export const onContractTerminated = onAll(ContractTerminated, (tx: Tx, events) => end(tx, events.map(({ data: { contractId, endOn } }) => ({ contractId, endOn }))));
export const onContractCancelled = onAll(ContractCancelled, (tx, events) => endSupplies(tx, events.map(({ data: { contractId } }) => ({ contractId, endOn: null }))));

async function end(tx: Tx, ends: readonly { contractId: string; endOn: string }[]): Promise<void> {
  await endSupplies(tx, ends);
  await tellBoundaries(tx, ends.map(({ contractId }) => contractId), { onlyEnds: true });
}
