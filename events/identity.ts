import { event } from '@stromgraph/kernel/event';
import { z } from 'zod';
import { Instant, Uuid } from './values.ts';

/**
 * What was issued before is not to be believed any more. With `sessionId`: that sign-in's tokens. Without: all tokens of the
 * subject with an `epoch` below `epochBelow` (users), or the key itself (API keys). The gateway hears it as identity's subscription.
 */
export const AccessWithdrawn = event(
  'identity.AccessWithdrawn',
  1,
  z.strictObject({
    subjectKind: z.enum(['USER', 'API_KEY']), subjectId: Uuid, sessionId: Uuid.nullable(), epochBelow: z.int().nullable(),
    reason: z.enum(['LOGOUT', 'DISABLED', 'ROLES_CHANGED', 'TOKEN_REUSED', 'KEY_REVOKED']),
    /** System time: what it withdraws was issued before. */
    withdrawnAt: Instant,
  }),
);
