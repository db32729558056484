import { randomBytes, randomInt } from 'node:crypto';
import { transact } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { problem } from '@stromgraph/kernel/problem';
import type { ApiKey, ScopeNotFound } from '../access/api-key.ts';
import type { IdentityDb } from '../context.ts';
import { hashOfKey, toApiKey } from '../keys/api-key.ts';
import { apiKeysById, insertApiKey, missingScope, serviceAccountOf } from '../store/api-keys.ts';

export type Wanted = Readonly<{ name: string; channel: string | null; service: string | null; scopes: readonly string[]; expiresAt: Date; createdBy: string | null }>;

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Answers the key itself, which is stored nowhere. */
export const createApiKey = (db: IdentityDb, { service, ...wanted }: Wanted): Promise<{ key: string; apiKey: ApiKey } | ScopeNotFound> =>
  transact(db, async (tx) => {
    const missing = await missingScope(tx, wanted.scopes);
    if (missing !== null) return problem('ScopeNotFound', `There is no scope ${missing}.`, { scope: missing });
    const now = new Date();
    const id = newId<'api-key'>();
    const prefix = Array.from({ length: 8 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
    const key = toApiKey({ tenant: tx.tenant, prefix, secret: randomBytes(32) });
    const serviceAccountId = service === null ? null : await serviceAccountOf(tx, service, newId<'service-account'>(), now);
    await insertApiKey(tx, { ...wanted, id, prefix, hash: hashOfKey(key), serviceAccountId }, now);
    return { key, apiKey: (await apiKeysById(tx, [id]))[0]! };
  });
