import type { Actor } from '@stromgraph/kernel/auth';
import type { IdentityRuntime } from '../runtime.ts';
import { hashOfKey, tenantOfKey } from '../keys/api-key.ts';
import { apiKeyByHash } from '../store/api-keys.ts';

/** Who presents an API key; null for one that nobody has, that is revoked or has expired. */
export async function resolveApiKey({ tenants }: IdentityRuntime, key: string, now = new Date()): Promise<Actor | null> {
  const tenant = tenants.get(tenantOfKey(key) ?? '');
  if (!tenant) return null;
  const found = await apiKeyByHash(tenant.db, hashOfKey(key));
  if (!found || found.revokedAt || found.expiresAt <= now) return null;
  const { id, name, scopes, channel } = found;
  return {
    kind: channel === null ? 'service' : 'channel',
    id, name, scopes, tenant: tenant.name,
    ...(channel === null ? {} : { channel }),
    expiresAt: found.expiresAt.getTime(),
  };
}
