import type { z } from 'zod';
import type { ContractConfirmed } from '@stromgraph/events/contracts';
import { idOf, newId } from '@stromgraph/kernel/ids';

export type Confirmed = z.infer<typeof ContractConfirmed.schema>;

/** A household's contract, monthly billed from quarter hours, at 30 ct/kWh and 10 EUR a month. */
export function aConfirmedContract(change: Partial<Confirmed> = {}): Confirmed {
  const contractId = change.contractId ?? newId<'contract'>();
  return {
    contractId, contractNumber: `V-${contractId.slice(-12)}`, customerId: newId<'customer'>(), customerKind: 'INDIVIDUAL',
    price: {
      campaignId: newId<'campaign'>(), tariffId: newId<'tariff'>(), tariffName: 'Strom Fix 12', tariffKind: 'FIX12', rate: { kind: 'FLAT' }, workingPriceCtPerKwh: '30', fixFeeEurPerMonth: '10',
      variableBonusCtPerKwh: '0', fixedBonusEur: '0', gridWorkingCtPerKwh: '8.5', gridFixEurPerMonth: '5', vatBasisPoints: 1900,
    },
    place: { postalCode: '50667', city: 'Köln', district: null, ags: '05315000' },
    gridAreaId: idOf('grid-area', '11YR000000001234'), gridAreaCode: '11YR000000001234', profile: 'H25', meteringKind: 'INTERVAL',
    marketLocationId: newId<'market-location'>(), maloId: '41373559241', meterNumber: `1EMH00${contractId.slice(-8)}`,
    startOn: '2026-10-01', endOn: null, expectedWattHours: '3500000', billingInterval: 'MONTHLY',
    advances: { mode: 'ABSCHLAG_MONTHLY', number: 12, graceDays: 14 }, paymentMethod: 'TRANSFER', sealed: null,
    ...change,
  };
}
