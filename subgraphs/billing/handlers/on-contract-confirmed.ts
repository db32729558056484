import { ContractConfirmed, SealedParties } from '@stromgraph/events/contracts';
import { on } from '@stromgraph/kernel/hearer';
import { seal, unseal } from '@stromgraph/kernel/seal';
import { saveContract, saveMandate, saveRecipient } from '../store/contracts.ts';

/** Billing keeps the contract as sold, the recipient and the mandate. Once a customer is erased there is nothing left to keep of a person. */
export const onContractConfirmed = on(ContractConfirmed, async (tx, { data, occurredAt }, { keyring }) => {
  await saveContract(tx, data);
  await saveRecipient(tx, { customerId: data.customerId, kind: data.customerKind, sealed: data.sealed, at: occurredAt });
  const opened = await unseal(tx, keyring, data.customerId, data.sealed);
  const parties = opened === null ? null : SealedParties.parse(JSON.parse(opened));
  if (!parties?.mandateReference || !parties.mandateSignedAt || !parties.iban) return;
  const sealedIban = await seal(tx, keyring, data.customerId, parties.iban);
  await saveMandate(tx, { contractId: data.contractId, customerId: data.customerId, reference: parties.mandateReference, signedAt: parties.mandateSignedAt, sealedIban });
});
