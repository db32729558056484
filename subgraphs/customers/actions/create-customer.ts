import type { Tx } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { type Keyring, seal, unseal } from '@stromgraph/kernel/seal';
import { SealedParties } from '@stromgraph/events/contracts';
import { type ContactKind, contactHash, normalise } from '../record/contact.ts';
import { type CustomerKind, nameOf } from '../record/customer.ts';
import { customerExists, insertCustomer, type Sealed } from '../store/customers.ts';

type Told = Readonly<{ customerId: string; customerKind: CustomerKind | null; sealed: string | null }>;

/** The people of a contract as the event carries them; only the customer's key opens them. */
export async function partiesOf(tx: Tx, keyring: Keyring, { customerId, sealed }: Pick<Told, 'customerId' | 'sealed'>): Promise<SealedParties> {
  const text = await unseal(tx, keyring, customerId, sealed);
  if (text === null) throw new Error(`nothing can be read of customer ${customerId}: the key is gone`);
  return SealedParties.parse(JSON.parse(text));
}

/** Customers come into being by the first event about them; one that is known is left as it is. */
export async function createCustomerIfAbsent(tx: Tx, keyring: Keyring, told: Told, at: Date): Promise<void> {
  const { customerId } = told;
  if (await customerExists(tx, customerId)) return;
  const { billingAddress, salutation, firstName, lastName, company, locale, ...contacts } = await partiesOf(tx, keyring, told);
  const sealed = (kind: ContactKind, written: string | null) => sealContact(tx, keyring, customerId, kind, written);
  await insertCustomer(
    tx,
    {
      id: customerId, kind: told.customerKind ?? (lastName === null ? 'BUSINESS' : 'INDIVIDUAL'), salutation, firstName, lastName, company, locale,
      address: billingAddress, email: await sealed('email', contacts.email), phone: await sealed('phone', contacts.phone), iban: await sealed('iban', contacts.iban),
    },
    { id: newId<'account'>(), name: nameOf({ company, firstName, lastName }) ?? customerId },
    at,
  );
}

async function sealContact(tx: Tx, keyring: Keyring, customerId: string, kind: ContactKind, written: string | null): Promise<Sealed> {
  if (written === null || written.trim() === '') return { sealed: null, hash: null };
  return { sealed: await seal(tx, keyring, customerId, normalise(kind, written)), hash: contactHash(keyring.keys.get(keyring.current)!, kind, written) };
}
