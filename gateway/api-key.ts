import { createHash } from 'node:crypto';
import type { Actor } from '@stromgraph/kernel/auth';
import { z } from 'zod';
import { makeBoundedCache } from './bounded-cache.ts';
import { bytesOfActor } from './bytes-of-actor.ts';
import { callInternally } from './internal-call.ts';
import type { Secret } from './vouching.ts';

/** The actor behind an API key, or null for a key that nobody has. */
export type ResolveApiKey = (key: string) => Promise<Actor | null>;

const KEPT_MS = 30_000;
const REFUSED_KEPT_MS = 5_000;
/** How long a socket that was opened with a key lasts, where the key itself says nothing. */
const SOCKET_MS = 600_000;
const KEPT_BYTES = 16_000_000;
const MAX_KEY_LENGTH = 512;

const Resolved = z.object({
  kind: z.enum(['user', 'service', 'channel']),
  id: z.string(),
  name: z.string(),
  tenant: z.string(),
  scopes: z.array(z.string()),
  customerId: z.string().optional(),
  channel: z.string().optional(),
  expiresAt: z.number().optional(),
});

/** Asks the owner of keys by a signed call; what it says holds for 30 seconds, so a withdrawn key soon ends. */
export function makeResolveApiKey(secret: Secret, url: string, now: () => number = Date.now): ResolveApiKey {
  const resolved = makeBoundedCache<Actor | null>(KEPT_BYTES, now);
  return async (key) => {
    if (key.length === 0 || key.length > MAX_KEY_LENGTH) return null;
    const hash = createHash('sha256').update(key).digest('base64');
    const known = resolved.get(hash);
    if (known !== undefined) return known;
    const found = await ask(secret, url, key, now);
    const actor = found && tenantOfKey(key) === found.tenant ? found : null;
    resolved.set(hash, actor, now() + (actor ? KEPT_MS : REFUSED_KEPT_MS), bytesOfActor(actor));
    return actor;
  };
}

/** `sgk.<tenant>.…`: a key of one tenant stands for nobody of another, whatever its owner answers. */
function tenantOfKey(key: string): string | null {
  const [kind, tenant] = key.split('.');
  return kind === 'sgk' && tenant ? tenant : null;
}

async function ask(secret: Secret, url: string, key: string, now: () => number): Promise<Actor | null> {
  const { status, text } = await callInternally(secret, url, 'POST', JSON.stringify({ apiKey: key }));
  if (status === 401 || status === 404) return null;
  if (status !== 200) throw new Error(`The owner of API keys answered with status ${status}.`);
  const { customerId, channel, expiresAt, ...actor } = Resolved.parse(JSON.parse(text));
  return {
    ...actor,
    ...(customerId === undefined ? {} : { customerId }),
    ...(channel === undefined ? {} : { channel }),
    expiresAt: expiresAt ?? now() + SOCKET_MS,
  };
}
