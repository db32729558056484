import { ContractConfirmed } from '@stromgraph/events/contracts';
import { onAll } from '@stromgraph/kernel/hearer';
import { addContracts } from '../actions/add-contracts.ts';
import { addContractPrices } from '../store/contract-prices.ts';

/** The position moves from the confirmation on, for the delivery hours from the start of supply. */
export const onContractConfirmed = onAll(ContractConfirmed, async (tx, events) => {
  await addContracts(
    tx,
    events.map(({ data, occurredAt }) => ({
      contractId: data.contractId,
      gridAreaId: data.gridAreaId,
      gridAreaCode: data.gridAreaCode,
      profile: data.profile,
      meteringKind: data.meteringKind,
      expectedWattHours: data.expectedWattHours,
      startOn: data.startOn,
      endOn: data.endOn,
      confirmedAt: occurredAt.toISOString(),
    })),
  );
  await addContractPrices(tx, events.map(({ data: { contractId, price } }) => ({ contractId, ...price })));
});
