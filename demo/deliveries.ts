// Values reach the retailer in deliveries: one a month, some hours after its end, the running month's at the beginning of today.
import { addMonths, type LocalDate, startOfDay } from '@stromgraph/kernel/time';
import { demoId } from './identifiers.ts';

export type Delivery = Readonly<{ batchId: string; month: LocalDate; receivedAt: Date }>;
export type DeliveryKind = 'counters' | 'quarter hours';

const LATE_MS = 29 * 3_600_000;

/** Of the months from the one that holds `from` to the one that holds `until`, oldest first. */
export function deliveriesOf({ kind, from, until, today, idBaseMs }: { kind: DeliveryKind; from: LocalDate; until: LocalDate; today: LocalDate; idBaseMs: number }): Delivery[] {
  const deliveries: Delivery[] = [];
  for (let month = monthOf(from); month <= until; month = addMonths(month, 1)) {
    const ready = startOfDay(addMonths(month, 1)).getTime() + LATE_MS;
    deliveries.push({ batchId: demoId(`delivery of ${kind}`, idBaseMs, deliveries.length), month, receivedAt: new Date(Math.min(ready, startOfDay(today).getTime())) });
  }
  return deliveries;
}

/** The first day of the day's month. */
export const monthOf = (day: LocalDate): LocalDate => `${day.slice(0, 7)}-01`;
