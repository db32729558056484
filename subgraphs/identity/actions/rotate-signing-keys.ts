import { generateKeyPairSync } from 'node:crypto';
import { type Tx, transact } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { encrypt, type Keyring } from '@stromgraph/kernel/seal';
import type { IdentityDb } from '../context.ts';
import { isListed, nextStep, type RotationStep } from '../keys/rotation.ts';
import { deleteSigningKeys, holdSigningKeys, insertSigningKey, promoteNextKey, type PublicKey, signingKeys } from '../store/signing-keys.ts';

export const rotateSigningKeys = (db: IdentityDb, keyring: Keyring, now = new Date()): Promise<RotationStep> => transact(db, (tx) => rotateKeys(tx, keyring, now));

/**
 * The next key begins to sign, a new next one is published. No verifier is ever shown a token of a key that it could not have
 * fetched before, and no token outlives the listing of its key: sign-ins go on all the while.
 */
export async function rotateKeys(tx: Tx, keyring: Keyring, now = new Date()): Promise<RotationStep> {
  await holdSigningKeys(tx);
  const keys = await signingKeys(tx);
  const step = nextStep(keys, now);
  if (step === 'TOO_EARLY') return step;
  if (step === 'BEGIN') await insertNewKey(tx, keyring, 'CURRENT', now);
  if (step === 'ROTATE') await promoteNextKey(tx, now);
  await insertNewKey(tx, keyring, 'NEXT', now);
  await deleteSigningKeys(tx, keys.filter((key) => !isListed(key, now)).map(({ id }) => id));
  return step;
}

/** The key's name begins with its tenant, so that a token of one tenant under the key of another stands out. */
async function insertNewKey(tx: Tx, keyring: Keyring, status: 'NEXT' | 'CURRENT', now: Date): Promise<void> {
  const id = `${tx.tenant}.${newId()}`;
  const pair = generateKeyPairSync('ed25519');
  const publicKey = { ...(pair.publicKey.export({ format: 'jwk' }) as Pick<PublicKey, 'kty' | 'crv' | 'x'>), kid: id, alg: 'EdDSA', use: 'sig' };
  const privateKey = Buffer.from(JSON.stringify(pair.privateKey.export({ format: 'jwk' })));
  const sealedPrivateKey = encrypt(keyring.keys.get(keyring.current)!, privateKey, `signing-key:${tx.tenant}:${id}`);
  await insertSigningKey(tx, { id, status, publicKey, sealedPrivateKey, keyVersion: keyring.current }, now);
}
