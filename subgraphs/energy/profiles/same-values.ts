import { Decimal } from 'decimal.js';
import type { ProfileValue } from './profile.ts';

const keyOf = ({ month, dayType, slot }: ProfileValue): string => `${month} ${dayType} ${slot}`;

/** Whether two profiles have the same values, however they are written and ordered. */
export function haveSameValues(some: readonly ProfileValue[], others: readonly ProfileValue[]): boolean {
  const known = new Map(others.map((each) => [keyOf(each), new Decimal(each.value)]));
  return some.length === others.length && some.every((each) => known.get(keyOf(each))?.equals(each.value) === true);
}
