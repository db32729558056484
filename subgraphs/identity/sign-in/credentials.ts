import { z } from 'zod';

/** Longer than any password a person keeps; hashing more would be work for an attacker's benefit. */
const MAX_PASSWORD = 1_024;
const TENANT = /^[a-z][a-z0-9-]{0,39}$/;

/** Addresses differ in nothing but letter case. */
export const Email = z.string().trim().toLowerCase().max(254).regex(/^[\x21-\x3f\x41-\x7e]+@[\x21-\x3f\x41-\x7e]+$/, 'is not an e-mail address in ASCII');

export const Credentials = z.strictObject({
  email: Email,
  password: z.string().min(1).max(MAX_PASSWORD),
  tenant: z.string().regex(TENANT, 'is not a retailer’s name').nullish(),
});
export type Credentials = z.infer<typeof Credentials>;
