import { randomBytes } from 'node:crypto';
import type { Db } from '@stromgraph/kernel/database';
import { encrypt, type Keyring } from '@stromgraph/kernel/seal';
import { transactAgain } from './world.ts';

export type Seal = (text: string) => string;

/** A key for each customer, wrapped by the deployment's, in one statement; answers what seals under it. */
export async function makeKeys(db: Db, keyring: Keyring, customerIds: readonly string[]): Promise<Map<string, Seal>> {
  const wrapping = keyring.keys.get(keyring.current)!;
  const fresh = customerIds.map((customerId) => {
    const key = randomBytes(32);
    return { customerId, key, wrapped: encrypt(wrapping, key, `key:${customerId}`) };
  });
  const kept = await transactAgain(db, (tx) => tx.sql<{ customer_id: string; wrapped_key: Buffer | null }>`
    SELECT fresh.customer_id, made.wrapped_key FROM unnest(${customerIds}::uuid[], ${fresh.map(({ wrapped }) => wrapped)}::bytea[]) AS fresh (customer_id, wrapped),
      LATERAL platform.customer_key_or_new(fresh.customer_id, fresh.wrapped, ${keyring.current}) AS made`);
  const wrappedKeys = new Map(kept.map((row) => [row.customer_id, row.wrapped_key]));
  return new Map(
    fresh.map(({ customerId, key, wrapped }) => {
      if (!wrappedKeys.get(customerId)?.equals(wrapped)) throw new Error(`customer ${customerId} has a key already: the demo is for an empty database`);
      return [customerId, (text: string) => encrypt(key, Buffer.from(text, 'utf8'), customerId).toString('base64')];
    }),
  );
}
