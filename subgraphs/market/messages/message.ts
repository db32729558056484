import type { Id } from '@stromgraph/kernel/ids';

/** A message of ours to the market. */
export type MarketMessage = Readonly<{
  id: Id<'market-message'>;
  messageType: string;
  /** What it is about: a market location or a balancing group. */
  maloId: string | null;
  balancingGroupCode: string | null;
  sequence: number;
  processId: string;
  /** Null for what is about a balancing group. */
  contractId: string | null;
  partnerCode: string;
  documentNumber: string;
  transactionNumber: string;
  status: MessageStatus;
  ticketId: string | null;
  attempts: number;
  nextAttemptAt: Date | null;
  lastError: string | null;
  queuedAt: Date;
  sentAt: Date | null;
  settledAt: Date | null;
  deadlineAt: Date;
  expiresAt: Date;
  /** When a deadline was missed, or came so close that somebody had to know. */
  lateSince: Date | null;
  answer: Answered | null;
}>;

/** PENDING waits to be sent, SENT waits for its acknowledgement, the others are settled. */
export type MessageStatus = 'PENDING' | 'SENT' | 'DELIVERED' | 'NACK' | 'VALIDATION_ERROR' | 'EXPIRED';

/** What the market answered; MANUAL waits for a person. */
export type Answered = Readonly<{ outcome: Outcome; codeList: string | null; code: string | null; answeredAt: Date }>;
export type Outcome = 'CONFIRMED' | 'REJECTED' | 'MANUAL';
