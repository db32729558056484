import { transact } from '@stromgraph/kernel/database';
import { problem } from '@stromgraph/kernel/problem';
import type { ApiKey, ApiKeyNotFound } from '../access/api-key.ts';
import type { IdentityDb } from '../context.ts';
import { apiKeysById, revokeKey } from '../store/api-keys.ts';
import { withdrawApiKey } from './withdraw-access.ts';

/** Revoking a revoked key changes nothing. */
export const revokeApiKey = (db: IdentityDb, apiKeyId: string): Promise<ApiKey | ApiKeyNotFound> =>
  transact(db, async (tx) => {
    const now = new Date();
    if (await revokeKey(tx, apiKeyId, now)) await withdrawApiKey(tx, apiKeyId, now);
    const [key] = await apiKeysById(tx, [apiKeyId]);
    return key ?? problem('ApiKeyNotFound', `There is no API key ${apiKeyId}.`, { apiKeyId });
  });
