import { createHash, createHmac, hkdfSync } from 'node:crypto';

/** The tenant stands in front, since it is known before any database is chosen: `demo.<43 characters>`. */
const FORM = /^([a-z][a-z0-9-]{0,39})\.([A-Za-z0-9_-]{43})$/;

export const toRefreshToken = (tenant: string, secret: Buffer): string => `${tenant}.${secret.toString('base64url')}`;

/** The tenant that a refresh token names; null for text that is none. */
export const tenantOf = (token: string): string | null => FORM.exec(token)?.[1] ?? null;

/** All that is stored of a token. Its 256 bits are random, so that no slow hash is needed. */
export const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/**
 * The one successor of a token. It follows from the token itself and the deployment's key: who presents a token twice at
 * once gets the same answer twice, though the server keeps hashes only, and who has but an old token cannot work it out.
 */
export function successorOf(token: string, tenant: string, deploymentKey: Buffer): string {
  const key = Buffer.from(hkdfSync('sha256', deploymentKey, '', 'refresh token succession', 32));
  return toRefreshToken(tenant, createHmac('sha256', key).update(token).digest());
}
