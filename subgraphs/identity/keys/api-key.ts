import { createHash } from 'node:crypto';

/** `sgk.<tenant>.<prefix>.<secret>`: the tenant chooses the database, the prefix is for people, the secret is 256 random bits. */
const FORM = /^sgk\.([a-z][a-z0-9-]{0,39})\.([A-Za-z0-9]{8})\.[A-Za-z0-9_-]{43}$/;

export const toApiKey = ({ tenant, prefix, secret }: { tenant: string; prefix: string; secret: Buffer }): string => `sgk.${tenant}.${prefix}.${secret.toString('base64url')}`;

/** The tenant that an API key names; null for text that is none. */
export const tenantOfKey = (key: string): string | null => FORM.exec(key)?.[1] ?? null;

/** All that is stored of a key: found by its hash, so that no comparison tells how much of a guess was right. */
export const hashOfKey = (key: string): Buffer => createHash('sha256').update(key).digest();
