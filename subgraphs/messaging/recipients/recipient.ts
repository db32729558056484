import type { Id } from '@stromgraph/kernel/ids';
import type { Channel } from '../channels/channel.ts';

export const LOCALES = ['de-DE', 'en-US'] as const;
export type Locale = (typeof LOCALES)[number];

/** Whom we write to: a customer, the staff who hold a scope, or the address of a test mail. */
export type Recipient = Readonly<{
  id: Id<'recipient'>;
  kind: 'CUSTOMER' | 'STAFF' | 'TEST';
  customerId: string | null;
  contactSealed: string | null;
  locale: Locale;
  optedOut: readonly Channel[];
  /** Channels on which the recipient cannot be reached: bounced, or complained. */
  suppressed: readonly Channel[];
}>;

export type Contact = Readonly<{ firstName: string | null; lastName: string | null; company: string | null; email: string | null; phone: string | null }>;
