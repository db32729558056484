import { event } from '@stromgraph/kernel/event';
import { z } from 'zod';
import { Instant, Uuid } from './values.ts';

const notification = z.strictObject({ messageId: Uuid, customerId: Uuid.nullable(), template: z.string(), channel: z.enum(['EMAIL', 'SMS', 'PUSH', 'IN_APP', 'SLACK']), at: Instant });

/** The provider took the message over; `unconfirmed`: its answer never came, and the message is not sent again. */
export const NotificationSent = event('messaging.NotificationSent', 1, notification.extend({ unconfirmed: z.boolean().optional() }));
/** The message came back from the recipient's side. */
export const NotificationBounced = event('messaging.NotificationBounced', 1, notification.extend({ reason: z.string() }));
/** The message was given up. */
export const NotificationFailed = event('messaging.NotificationFailed', 1, notification.extend({ reason: z.string() }));

/** A message has changed; subscribers read it as it now stands. */
export const MessageChanged = event('messaging.MessageChanged', 1, z.strictObject({ messageId: Uuid, customerId: Uuid.nullable() }));
