import type { Id } from '@stromgraph/kernel/ids';
import type { Channel } from '../channels/channel.ts';

/** PENDING waits to be sent; the others are settled, though what was sent may still bounce. */
export type MessageStatus = 'PENDING' | 'SENT' | 'DELIVERED' | 'BOUNCED' | 'FAILED' | 'SUPPRESSED';

export type Message = Readonly<{
  id: Id<'message'>;
  /** The event, or the command, that caused it. */
  eventId: string;
  customerId: string | null;
  recipientId: Id<'recipient'>;
  templateId: Id<'template'>;
  channel: Channel;
  status: MessageStatus;
  payloadSealed: string | null;
  scheduledAt: Date;
  attempts: number;
  nextRetryAt: Date | null;
  /** Whether the provider took it is not known, and it is not sent again. */
  unconfirmed: boolean;
  providerId: string | null;
  reason: string | null;
  createdAt: Date;
  sentAt: Date | null;
}>;

/** One time that a message was handed over. */
export type SendTry = Readonly<{ messageId: string; attempt: number; result: 'SENT' | 'BOUNCED' | 'RETRY' | 'FAILED' | 'UNKNOWN'; resultCode: string; durationMs: number; at: Date }>;

/** Where a message may go from each status. The database holds the same table (messaging.message_transition). */
export const TRANSITIONS: Readonly<Record<MessageStatus, readonly MessageStatus[]>> = {
  PENDING: ['SENT', 'BOUNCED', 'FAILED', 'SUPPRESSED'],
  SENT: ['DELIVERED', 'BOUNCED'],
  DELIVERED: ['BOUNCED'],
  BOUNCED: [],
  FAILED: [],
  SUPPRESSED: [],
};
