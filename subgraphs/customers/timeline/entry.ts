export type EntryType =
  | 'PROFILE_UPDATED' | 'CONTRACT_CONFIRMED' | 'CONTRACT_ACTIVATED' | 'CONTRACT_TERMINATED' | 'CONTRACT_CANCELLED' | 'SWITCH_FAILED' | 'METER_INSTALLED' | 'METER_READING_INGESTED' | 'METER_READING_CORRECTED'
  | 'PRICE_CHANGED' | 'INVOICE_ISSUED' | 'PAYMENT_RECEIVED' | 'PAYMENT_OVERDUE' | 'MESSAGE_SENT' | 'MESSAGE_BOUNCED' | 'MESSAGE_FAILED' | 'GDPR_DELETE';

/** What an event means in a customer's timeline. The payload holds ids and numbers, nothing personal. */
export type Entry = Readonly<{ customerId: string; type: EntryType; payload: Readonly<Record<string, unknown>> }>;

/** An entry in its place, as it was recorded. */
export type Recorded = Entry & Readonly<{ id: string; seq: bigint; occurredAt: Date; performedBy: string; correlationId: string }>;
