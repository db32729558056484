// Personal data leave a domain only sealed under the customer's own key; destroying the key makes them unreadable everywhere.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Queryable } from './database.ts';

/** The deployment's keys by version; the highest wraps new customer keys. */
export type Keyring = Readonly<{ current: number; keys: ReadonlyMap<number, Buffer> }>;

/** `1:<base64 of 32 bytes>[,2:<…>]`, from STROMGRAPH_KEYS. */
export function parseKeyring(text: string): Keyring {
  const keys = new Map(
    text.split(',').map((part) => {
      const [version, key] = part.split(':', 2);
      const bytes = Buffer.from(key ?? '', 'base64');
      if (!/^\d+$/.test(version ?? '') || bytes.length !== 32) throw new Error('STROMGRAPH_KEYS must be <version>:<base64 of 32 bytes>, several separated by commas.');
      return [Number(version), bytes] as const;
    }),
  );
  return { current: Math.max(...keys.keys()), keys };
}

/** Seals a text under the customer's key, which is made at first use; null when the customer's key was destroyed. */
export async function seal(db: Queryable, keyring: Keyring, customerId: string, text: string): Promise<string | null> {
  const fresh = randomBytes(32);
  const wrapped = encrypt(keyring.keys.get(keyring.current)!, fresh, `key:${customerId}`);
  const [row] = await db.sql<{ wrapped_key: Buffer | null; key_version: number }>`SELECT * FROM platform.customer_key_or_new(${customerId}, ${wrapped}, ${keyring.current})`;
  if (!row?.wrapped_key) return null;
  return encrypt(unwrap(keyring, customerId, row.wrapped_key, row.key_version), Buffer.from(text, 'utf8'), customerId).toString('base64');
}

/** Opens sealed texts of many customers with one look-up; null where the key is gone. */
export async function unsealAll(db: Queryable, keyring: Keyring, sealed: readonly { customerId: string; sealed: string | null }[]): Promise<(string | null)[]> {
  const customers = [...new Set(sealed.map(({ customerId }) => customerId))];
  const rows = await db.sql<{ customer_id: string; wrapped_key: Buffer; key_version: number }>`SELECT * FROM platform.customer_keys(${customers}::uuid[])`;
  const keys = new Map(rows.map((row) => [row.customer_id, unwrap(keyring, row.customer_id, row.wrapped_key, row.key_version)]));
  return sealed.map(({ customerId, sealed: text }) => {
    const key = keys.get(customerId);
    return key && text !== null ? decrypt(key, Buffer.from(text, 'base64'), customerId).toString('utf8') : null;
  });
}

export const unseal = async (db: Queryable, keyring: Keyring, customerId: string, sealed: string | null): Promise<string | null> =>
  (await unsealAll(db, keyring, [{ customerId, sealed }]))[0] ?? null;

function unwrap(keyring: Keyring, customerId: string, wrapped: Buffer, version: number): Buffer {
  const key = keyring.keys.get(version);
  if (!key) throw new Error(`There is no deployment key of version ${version}.`);
  return decrypt(key, wrapped, `key:${customerId}`);
}

/** AES-256-GCM: 12 bytes nonce, 16 bytes tag, then the text; bound to what it belongs to. */
export function encrypt(key: Buffer, text: Buffer, boundTo: string): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(boundTo));
  const body = Buffer.concat([cipher.update(text), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

export function decrypt(key: Buffer, sealed: Buffer, boundTo: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
  decipher.setAAD(Buffer.from(boundTo));
  decipher.setAuthTag(sealed.subarray(12, 28));
  return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]);
}
