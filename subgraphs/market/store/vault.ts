import { decrypt, encrypt, type Keyring } from '@stromgraph/kernel/seal';

/** A text under the deployment's key, bound to the place where it lies: moved to another row or column it does not open. */
export type Kept = Readonly<{ text: Buffer; keyVersion: number }>;

export const sealText = ({ current, keys }: Keyring, text: string, place: string): Kept => ({ text: encrypt(keys.get(current)!, Buffer.from(text, 'utf8'), place), keyVersion: current });

export function openText({ keys }: Keyring, { text, keyVersion }: Kept, place: string): string {
  const key = keys.get(keyVersion);
  if (!key) throw new Error(`There is no deployment key of version ${keyVersion}.`);
  return decrypt(key, text, place).toString('utf8');
}
