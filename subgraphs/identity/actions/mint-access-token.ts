import type { Queryable } from '@stromgraph/kernel/database';
import type { Keyring } from '@stromgraph/kernel/seal';
import { decrypt } from '@stromgraph/kernel/seal';
import { importJWK, type JWK, SignJWT } from 'jose';
import type { User } from '../access/user.ts';
import type { IdentityDb } from '../context.ts';
import { ACCESS_TOKEN_SECONDS, AUDIENCE, claimsOf, ISSUER, TOKEN_TYPE } from '../sessions/access-token.ts';
import { currentKey, type SigningKey } from '../store/signing-keys.ts';
import { rotateSigningKeys } from './rotate-signing-keys.ts';

export type AccessToken = Readonly<{ accessToken: string; expiresAt: Date }>;

/** Signs what the user may do now with the tenant's current key. */
export async function mintAccessToken(db: IdentityDb, keyring: Keyring, { user, sessionId }: { user: User; sessionId: string }, now = new Date()): Promise<AccessToken> {
  const key = await signingKey(db, keyring);
  const issuedAt = Math.floor(now.getTime() / 1_000);
  const expiresAt = issuedAt + ACCESS_TOKEN_SECONDS;
  const accessToken = await new SignJWT(claimsOf({ ...user, userId: user.id }, db.tenant, sessionId))
    .setProtectedHeader({ alg: 'EdDSA', typ: TOKEN_TYPE, kid: key.id })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(user.id)
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt)
    .sign(await importJWK(privateKeyOf(key, keyring, db.tenant), 'EdDSA'));
  return { accessToken, expiresAt: new Date(expiresAt * 1_000) };
}

async function signingKey(db: IdentityDb, keyring: Keyring): Promise<SigningKey> {
  const known = await currentKey(db as Queryable);
  if (known) return known;
  await rotateSigningKeys(db, keyring);
  return (await currentKey(db))!;
}

function privateKeyOf({ id, sealedPrivateKey, keyVersion }: SigningKey, keyring: Keyring, tenant: string): JWK {
  const deploymentKey = keyring.keys.get(keyVersion);
  if (!deploymentKey || !sealedPrivateKey) throw new Error(`the signing key ${id} cannot be opened`);
  return JSON.parse(decrypt(deploymentKey, sealedPrivateKey, `signing-key:${tenant}:${id}`).toString('utf8')) as JWK;
}
