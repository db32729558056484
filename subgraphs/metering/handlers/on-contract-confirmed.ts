import { ContractConfirmed } from '@stromgraph/events/contracts';
import { on } from '@stromgraph/kernel/hearer';
import { installForContract } from '../actions/install-for-contract.ts';

export const onContractConfirmed = on(ContractConfirmed, (tx, { data }) =>
  installForContract(tx, {
    contractId: data.contractId,
    customerId: data.customerId,
    marketLocationId: data.marketLocationId,
    maloId: data.maloId,
    startOn: data.startOn,
    endOn: data.endOn,
    expectedWattHours: BigInt(data.expectedWattHours),
    meterNumber: data.meterNumber,
    meteringKind: data.meteringKind,
  }),
);
