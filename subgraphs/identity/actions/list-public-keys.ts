import type { IdentityRuntime } from '../runtime.ts';
import { isListed } from '../keys/rotation.ts';
import { type PublicKey, signingKeys } from '../store/signing-keys.ts';
import { rotateSigningKeys } from './rotate-signing-keys.ts';

/** The public keys of all tenants, current, next and lately retired. A tenant whose database is down costs its own keys only. */
export async function listPublicKeys({ tenants, keyring, log }: IdentityRuntime, now = new Date()): Promise<{ keys: PublicKey[] }> {
  const perTenant = await Promise.all(
    [...tenants.values()].map(async ({ name, db }) => {
      try {
        const keys = await signingKeys(db);
        if (keys.length > 0) return keys;
        await rotateSigningKeys(db, keyring, now);
        return await signingKeys(db);
      } catch (error) {
        log.error({ err: error, tenant: name }, 'the signing keys of a tenant cannot be read');
        return [];
      }
    }),
  );
  return { keys: perTenant.flat().filter((key) => isListed(key, now)).map(({ publicKey }) => publicKey) };
}
