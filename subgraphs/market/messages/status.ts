import type { MessageStatus } from './message.ts';

/** Where a message may go from each status. The database holds the same table (market.message_transition). */
export const TRANSITIONS: Readonly<Record<MessageStatus, readonly MessageStatus[]>> = {
  PENDING: ['SENT', 'DELIVERED', 'NACK', 'VALIDATION_ERROR', 'EXPIRED'],
  SENT: ['DELIVERED', 'NACK', 'VALIDATION_ERROR'],
  DELIVERED: ['NACK'],
  NACK: [],
  VALIDATION_ERROR: [],
  EXPIRED: ['DELIVERED', 'NACK', 'VALIDATION_ERROR'],
};

/** The status after a piece of news; null when the news is stale or repeated and changes nothing. */
export const statusAfter = (now: MessageStatus, news: MessageStatus): MessageStatus | null => (TRANSITIONS[now].includes(news) ? news : null);

export const isOpen = (status: MessageStatus): boolean => status === 'PENDING' || status === 'SENT';
