import type { Tx } from '@stromgraph/kernel/database';
import type { z } from 'zod';
import type { ContractConfirmed } from '@stromgraph/events/contracts';

type Confirmed = z.infer<typeof ContractConfirmed.schema>;

/** Keeps the contract as it was sold; hearing of it again changes nothing. */
export async function saveContract(tx: Tx, contract: Confirmed): Promise<void> {
  const { price, advances } = contract;
  await tx.sql`
    INSERT INTO billing.contract_cache VALUES (${contract.contractId}, ${contract.contractNumber}, ${contract.customerId}, ${price.campaignId}, ${price.tariffId}, ${price.tariffName},
      ${contract.maloId}, ${contract.profile}, ${contract.meteringKind}, ${contract.startOn}, ${contract.endOn}, false, ${contract.billingInterval}, ${contract.paymentMethod},
      ${contract.expectedWattHours}, ${advances.mode}, ${advances.number}, ${advances.graceDays}, ${price.vatBasisPoints})
    ON CONFLICT (contract_id) DO NOTHING`;
  await tx.sql`
    INSERT INTO billing.contract_price VALUES (${contract.contractId}, ${contract.startOn}, ${price.campaignId}, ${JSON.stringify(price.rate)}, ${price.workingPriceCtPerKwh}, ${price.fixFeeEurPerMonth},
      ${price.variableBonusCtPerKwh}, ${price.fixedBonusEur}, ${price.gridWorkingCtPerKwh}, ${price.gridFixEurPerMonth})
    ON CONFLICT (contract_id, valid_from) DO NOTHING`;
}

export async function activateContract(tx: Tx, contractId: string): Promise<void> {
  await tx.sql`UPDATE billing.contract_cache SET activated = true WHERE contract_id = ${contractId}`;
}

export async function endContract(tx: Tx, { contractId, endOn }: { contractId: string; endOn: string }): Promise<void> {
  await tx.sql`UPDATE billing.contract_cache SET end_on = ${endOn} WHERE contract_id = ${contractId}`;
}

export async function saveRecipient(tx: Tx, recipient: { customerId: string; kind: string; sealed: string | null; at: Date }): Promise<void> {
  await tx.sql`
    INSERT INTO billing.recipient VALUES (${recipient.customerId}, ${recipient.kind}, ${recipient.sealed}, ${recipient.at})
    ON CONFLICT (customer_id) DO UPDATE SET kind = excluded.kind, sealed = excluded.sealed, updated_at = excluded.updated_at`;
}

export async function saveMandate(tx: Tx, mandate: { contractId: string; customerId: string; reference: string; signedAt: string; sealedIban: string | null }): Promise<void> {
  await tx.sql`
    INSERT INTO billing.mandate (contract_id, customer_id, reference, signed_at, sealed_iban)
    VALUES (${mandate.contractId}, ${mandate.customerId}, ${mandate.reference}, ${mandate.signedAt}, ${mandate.sealedIban})
    ON CONFLICT (contract_id) DO NOTHING`;
}
