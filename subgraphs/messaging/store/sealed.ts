import type { Queryable } from '@stromgraph/kernel/database';
import { decrypt, encrypt, type Keyring, seal, unsealAll } from '@stromgraph/kernel/seal';

export type Sealed = Readonly<{ customerId: string | null; sealed: string | null; place: string }>;

/** Under the customer's own key; what belongs to no customer, under the deployment's. Null when the customer's key is gone. */
export async function sealFor(db: Queryable, keyring: Keyring, { customerId, place }: { customerId: string | null; place: string }, text: string): Promise<string | null> {
  if (customerId !== null) return seal(db, keyring, customerId, text);
  return `${keyring.current}:${encrypt(keyring.keys.get(keyring.current)!, Buffer.from(text, 'utf8'), place).toString('base64')}`;
}

/** Opens many with one look-up; null where the key is gone or nothing was kept. */
export async function openAll(db: Queryable, keyring: Keyring, all: readonly Sealed[]): Promise<(string | null)[]> {
  const ofCustomers = all.filter((one): one is Sealed & { customerId: string } => one.customerId !== null);
  const opened = await unsealAll(db, keyring, ofCustomers);
  const byPlace = new Map(ofCustomers.map(({ place }, index) => [place, opened[index]!]));
  return all.map(({ customerId, sealed, place }) => (customerId === null ? openOurs(keyring, sealed, place) : (byPlace.get(place) ?? null)));
}

function openOurs({ keys }: Keyring, sealed: string | null, place: string): string | null {
  if (sealed === null) return null;
  const [version, text = ''] = sealed.split(':', 2);
  const key = keys.get(Number(version));
  if (!key) throw new Error(`There is no deployment key of version ${version}.`);
  return decrypt(key, Buffer.from(text, 'base64'), place).toString('utf8');
}

export const contactPlace = (recipientId: string) => `messaging.recipient:${recipientId}:contact`;
export const payloadPlace = (messageId: string) => `messaging.message:${messageId}:payload`;
