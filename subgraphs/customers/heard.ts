// The events that customers hears and what each means in a timeline: for the handlers that record it, and for
// subscriptions, which read the same feed.
import { InvoiceCreated } from '@stromgraph/events/billing';
import { ContractActivated, ContractCancelled, ContractConfirmed, ContractTerminated, SwitchFailed } from '@stromgraph/events/contracts';
import { NotificationBounced, NotificationFailed, NotificationSent } from '@stromgraph/events/messaging';
import { MeterInstalled, MeterReadingIngested, ReadingCorrected } from '@stromgraph/events/metering';
import type { Event, EventType } from '@stromgraph/kernel/event';
import type { Entry, Recorded } from './timeline/entry.ts';
import * as entries from './timeline/entries.ts';

type Meaning = Readonly<{ type: EventType; entryOf: (data: any) => Entry | null }>;
const meaning = <Data>(type: EventType<Data>, entryOf: (data: Data) => Entry | null): Meaning => ({ type, entryOf });

const HEARD: readonly Meaning[] = [
  meaning(ContractConfirmed, entries.contractConfirmed),
  meaning(ContractActivated, entries.contractActivated),
  meaning(ContractTerminated, entries.contractTerminated),
  meaning(ContractCancelled, entries.contractCancelled),
  meaning(SwitchFailed, entries.switchFailed),
  meaning(MeterInstalled, entries.meterInstalled),
  meaning(MeterReadingIngested, entries.meterReadingIngested),
  meaning(ReadingCorrected, entries.readingCorrected),
  meaning(InvoiceCreated, entries.invoiceCreated),
  meaning(NotificationSent, entries.notificationSent),
  meaning(NotificationBounced, entries.notificationBounced),
  meaning(NotificationFailed, entries.notificationFailed),
];
const BY_NAME = new Map(HEARD.map((one) => [one.type.name, one]));

/** Names of the events that make a timeline grow. */
export const TIMELINE_EVENTS: readonly string[] = [...BY_NAME.keys()];

/** The entry that an event of the feed makes; null when it concerns no customer. */
export function recordedOf(event: Event<unknown>): Recorded | null {
  const entry = BY_NAME.get(event.name)?.entryOf(event.data) ?? null;
  return entry && { ...entry, id: event.id, seq: event.position, occurredAt: event.occurredAt, performedBy: event.domain, correlationId: event.correlationId };
}
