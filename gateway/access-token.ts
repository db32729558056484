import { hash } from 'node:crypto';
import type { Actor } from '@stromgraph/kernel/auth';
import { createRemoteJWKSet, customFetch, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { makeBoundedCache } from './bounded-cache.ts';
import { bytesOfActor } from './bytes-of-actor.ts';
import { callInternally } from './internal-call.ts';
import type { Secret } from './vouching.ts';

export type TokenRule = Readonly<{ issuer: string; audience: string }>;

/** The actor behind a token, or null for a token that does not hold, whatever the reason. */
export type VerifyToken = (token: string) => Promise<Actor | null>;

const ALGORITHMS = ['EdDSA', 'Ed25519'];
const TOLERANCE_SECONDS = 5;
const MAX_TOKEN_LENGTH = 8_192;
const CHARACTERS = /^[A-Za-z0-9._~+/=-]+$/;
const KEPT_BYTES = 16_000_000;

const Claims = z.object({
  sub: z.string().min(1).max(255),
  name: z.string().max(255).default(''),
  tenant: z.string().min(1).max(64),
  scope: z.string().max(4_096).default(''),
  kind: z.enum(['user', 'service', 'channel']).default('user'),
  customerId: z.string().max(255).optional(),
  channel: z.string().max(255).optional(),
  sid: z.string().max(64).optional(),
  epoch: z.int().nonnegative().optional(),
  exp: z.number(),
});

/**
 * Verified tokens are kept by their hash until they expire, so that a signature is checked once per token; whether access was
 * withdrawn is asked of every request, kept or not (auth.ts). What does not hold is never kept.
 */
export function makeVerifyToken(rule: TokenRule, keys: JWTVerifyGetKey, now: () => number = Date.now): VerifyToken {
  const verified = makeBoundedCache<Actor>(KEPT_BYTES, now);
  return async (token) => {
    if (token.length > MAX_TOKEN_LENGTH) return null;
    const key = hash('sha256', token, 'base64');
    const known = verified.get(key);
    if (known) return known;
    if (!CHARACTERS.test(token)) return null;
    const actor = await verify(token, rule, keys, now);
    if (actor) verified.set(key, actor, actor.expiresAt, bytesOfActor(actor));
    return actor;
  };
}

async function verify(token: string, { issuer, audience }: TokenRule, keys: JWTVerifyGetKey, now: () => number): Promise<Actor | null> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      typ: 'at+jwt',
      clockTolerance: TOLERANCE_SECONDS,
      requiredClaims: ['sub', 'exp', 'iat', 'tenant'],
      currentDate: new Date(now()),
    });
    const actor = toActor(payload);
    return actor && tenantOfKey(protectedHeader.kid) === actor.tenant ? actor : null;
  } catch (error) {
    if (isAboutToken(error)) return null;
    throw error;
  }
}

/** `<tenant>.<key>`: the keys of all tenants are fetched as one set, and none of them may vouch for another tenant. */
function tenantOfKey(kid: string | undefined): string | null {
  const end = kid?.lastIndexOf('.') ?? -1;
  return kid === undefined || end < 0 ? null : kid.slice(0, end);
}

/** Everything that is wrong with a token; the rest is about fetching the keys, and says nothing of the token. */
function isAboutToken(error: unknown): boolean {
  const code = String((error as { code?: unknown }).code);
  return /^ERR_(JWT|JWS|JWE|JWK)_/.test(code) || ABOUT_TOKEN.has(code);
}

const ABOUT_TOKEN = new Set([
  'ERR_JOSE_ALG_NOT_ALLOWED',
  'ERR_JOSE_NOT_SUPPORTED',
  'ERR_JWKS_NO_MATCHING_KEY',
  'ERR_JWKS_MULTIPLE_MATCHING_KEYS',
]);

function toActor(payload: JWTPayload): Actor | null {
  const claims = Claims.safeParse(payload);
  if (!claims.success) return null;
  const { sub, name, tenant, scope, kind, customerId, channel, sid, epoch, exp } = claims.data;
  return {
    kind,
    id: sub,
    name,
    tenant,
    scopes: scope.split(' ').filter(Boolean),
    ...(customerId === undefined ? {} : { customerId }),
    ...(channel === undefined ? {} : { channel }),
    ...(sid === undefined ? {} : { sessionId: sid }),
    ...(epoch === undefined ? {} : { accessEpoch: epoch }),
    expiresAt: (exp + TOLERANCE_SECONDS) * 1_000,
  };
}

const REFRESH_EVERY_MS = 30_000;
const KEYS_LIVE_MS = 600_000;
const RETRY_AFTER_MS = 1_000;

/** The issuer's public keys, fetched by a signed call; an unknown key id asks again at most every 30 seconds, a failure after one. */
export function remoteKeys(secret: Secret, jwksUrl: string): JWTVerifyGetKey {
  let failed: { at: number; error: unknown } | undefined;
  async function fetchKeys(url: string): Promise<string> {
    if (failed && Date.now() - failed.at < RETRY_AFTER_MS) throw failed.error; // the library waits only after a success
    try {
      const { status, text } = await callInternally(secret, url, 'GET');
      if (status === 200) return text;
      throw new Error(`The issuer of tokens answered with status ${status}.`);
    } catch (error) {
      failed = { at: Date.now(), error };
      throw error;
    }
  }
  return createRemoteJWKSet(new URL(jwksUrl), {
    cooldownDuration: REFRESH_EVERY_MS,
    cacheMaxAge: KEYS_LIVE_MS,
    [customFetch]: async (url) => new Response(await fetchKeys(url), { headers: { 'content-type': 'application/json' } }),
  });
}
