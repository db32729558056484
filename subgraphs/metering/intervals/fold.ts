import type { LocalDate } from '@stromgraph/kernel/time';
import type { Decided } from './decide.ts';
import type { PlacedInterval, ValueStatus } from './value.ts';

/** By how much one register's day changes. */
export type DayChange = {
  readonly registerId: number;
  readonly day: LocalDate;
  readonly minutes: number;
  readonly contractId: string;
  readonly customerId: string;
  wattHours: bigint;
  known: number;
  substitute: number;
  provisional: number;
  /** Whether a value that was known before has changed. */
  corrected: boolean;
};

/** Sums what a batch changes per register and day, so that the kept sums need no look at the values. */
export function foldDays({ added, replaced }: Decided): DayChange[] {
  const days = new Map<string, DayChange>();
  const dayOf = ({ registerId, day, minutes, contractId, customerId }: PlacedInterval): DayChange => {
    const key = `${registerId} ${day}`;
    const held = days.get(key) ?? {
      registerId,
      day,
      minutes,
      contractId,
      customerId,
      wattHours: 0n,
      known: 0,
      substitute: 0,
      provisional: 0,
      corrected: false,
    };
    days.set(key, held);
    return held;
  };
  for (const placed of added) {
    const change = dayOf(placed);
    change.known += 1;
    count(change, placed.given.wattHours, placed.given.status, 1);
  }
  for (const { placed, known } of replaced) {
    const change = dayOf(placed);
    change.corrected = true;
    count(change, -known.wattHours, known.status, -1);
    count(change, placed.given.wattHours, placed.given.status, 1);
  }
  return [...days.values()];
}

function count(change: DayChange, wattHours: bigint, status: ValueStatus, sign: 1 | -1): void {
  change.wattHours += wattHours;
  if (status === 'SUBSTITUTE') change.substitute += sign;
  if (status === 'PROVISIONAL') change.provisional += sign;
}
