import { addDays, keptPerDay, type LocalDate, QUARTER_HOUR_MS, startOfDay } from '@stromgraph/kernel/time';
import { SLOTS } from './profile.ts';

/** Slots that lie before the hour from 2 o'clock, which is missing in spring, and before it comes again in autumn. */
const BEFORE_CHANGE = { spring: 8, autumn: 12 } as const;
const SLOTS_OF_HOUR = 4;

const ORDINARY = slotsOfLength(SLOTS);
const SPRING = slotsOfLength(SLOTS - SLOTS_OF_HOUR);
const AUTUMN = slotsOfLength(SLOTS + SLOTS_OF_HOUR);

/** Of each of a day's 92, 96 or 100 quarter hours the place by the local clock, 0 to 95. */
export const slotsOf: (day: LocalDate) => readonly number[] = keptPerDay((day) => {
  const quarters = (startOfDay(addDays(day, 1)).getTime() - startOfDay(day).getTime()) / QUARTER_HOUR_MS;
  return quarters === SLOTS ? ORDINARY : quarters < SLOTS ? SPRING : AUTUMN;
});

function slotsOfLength(quarters: number): readonly number[] {
  return Array.from({ length: quarters }, (_, nth) => {
    if (quarters < SLOTS) return nth < BEFORE_CHANGE.spring ? nth : nth + SLOTS_OF_HOUR;
    return quarters > SLOTS && nth >= BEFORE_CHANGE.autumn ? nth - SLOTS_OF_HOUR : nth;
  });
}
