import { z } from 'zod';
import { Email } from '../sign-in/credentials.ts';

const SHORTEST_PASSWORD = 12;
const LONGEST_PASSWORD = 1_024;
const MAX_GRANTS = 50;

/** Each name once. */
const Names = z.array(z.string().min(1).max(60)).max(MAX_GRANTS).transform((names) => [...new Set(names)]);

export const CreateUser = z.strictObject({
  email: Email,
  name: z.string().trim().min(1).max(200),
  password: z.string().min(SHORTEST_PASSWORD).max(LONGEST_PASSWORD),
  roles: Names,
  customerId: z.uuid().nullish().transform((id) => id ?? null),
});

export const AssignRoles = z.strictObject({ userId: z.string(), roles: Names });
export const Logout = z.strictObject({ refreshToken: z.string().max(200).nullish(), everywhere: z.boolean() });

export const CreateApiKey = z
  .strictObject({
    name: z.string().trim().min(1).max(100),
    channel: z.string().regex(/^[A-Z][A-Z0-9_]{0,39}$/, 'is not a channel').nullish(),
    service: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'is not a service name').nullish(),
    scopes: Names,
    expiresAt: z.date(),
  })
  .refine(({ channel, service }) => (channel == null) !== (service == null), { path: ['channel'], message: 'either channel or service must be said' });
