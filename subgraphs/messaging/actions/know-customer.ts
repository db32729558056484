import { SealedParties } from '@stromgraph/events/contracts';
import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { type Keyring, unseal } from '@stromgraph/kernel/seal';
import { saveCustomer } from '../store/recipients.ts';

/** Keeps how to reach a customer, as an event tells it; false when the customer was erased in the meantime. */
export async function knowCustomer(tx: Tx, keyring: Keyring, { customerId, sealed }: { customerId: string; sealed: string | null }): Promise<boolean> {
  const opened = await unseal(tx, keyring, customerId, sealed);
  if (opened === null) return false;
  const { firstName, lastName, company, email, phone, locale } = SealedParties.parse(JSON.parse(opened));
  await saveCustomer(tx, keyring, { customerId, locale, contact: { firstName, lastName, company, email, phone } }, await businessNow(tx));
  return true;
}
