// Values reach the retailer in deliveries: one a month, some hours after its end, the running month's at the beginning of today.
import { addDays, addMonths, daysBetween, type LocalDate, startOfDay } from '@stromgraph/kernel/time';
import { demoId } from './identifiers.ts';

export type Delivery = Readonly<{ batchId: string; month: LocalDate; receivedAt: Date }>;
export type DeliveryKind = 'counters' | 'quarter hours';

/** So few days more are added where they make the last whole month complete. */
const MOST_DAYS_ADDED = 2;
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

/** The first of so many days of quarter hours that end yesterday; never so that a day or two of the last whole month are missing. */
export function firstMeasuredDay(today: LocalDate, days: number): LocalDate {
  const [first, lastMonth] = [addDays(today, -days), addMonths(monthOf(today), -1)];
  const missing = daysBetween(lastMonth, first);
  return missing > 0 && missing <= MOST_DAYS_ADDED ? lastMonth : first;
}
