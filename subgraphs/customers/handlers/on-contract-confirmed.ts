import { ContractConfirmed } from '@stromgraph/events/contracts';
import { on } from '@stromgraph/kernel/hearer';
import { recordContract } from '../actions/record-contract.ts';
import { refreshSearch } from '../store/search.ts';
import { recordInTimeline } from './record.ts';

export const onContractConfirmed = on(ContractConfirmed, async (tx, event, { keyring }) => {
  await recordContract(tx, keyring, event.data, event.occurredAt);
  await recordInTimeline(tx, event);
  await refreshSearch(tx, [event.data.customerId]);
});
