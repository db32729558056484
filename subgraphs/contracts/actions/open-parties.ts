import { SealedParties } from '@stromgraph/events/contracts';
import { unseal } from '@stromgraph/kernel/seal';
import type { DomainContext } from '../context.ts';
import type { Draft } from '../drafts/draft.ts';
import { maskIban } from '../drafts/iban.ts';

export type OpenParties = Omit<SealedParties, 'iban'> & Readonly<{ maskedIban: string | null }>;

/** Who signed, and where; the account only masked. Null once the customer is erased. */
export async function openParties({ db, keyring }: DomainContext, { customerId, sealedParties }: Draft): Promise<OpenParties | null> {
  const text = await unseal(db, keyring, customerId, sealedParties);
  if (text === null) return null;
  const { iban, ...parties } = SealedParties.parse(JSON.parse(text));
  return { ...parties, maskedIban: iban && maskIban(iban) };
}
