import { Decimal } from 'decimal.js';
import type { State } from '@stromgraph/kernel/calendar';
import { BERLIN, type LocalDate, quarterHoursOf } from '@stromgraph/kernel/time';
import { dayTypeOf } from './day-type.ts';
import { dynamisationOn } from './dynamisation.ts';
import type { LoadProfile } from './profile.ts';
import { periodOf } from './season.ts';

export type ProfileShape = Pick<LoadProfile, 'dynamised' | 'seasonal' | 'values'>;

/** kWh of 1,000,000 kWh a year per quarter hour of a day, by the local clock: 92, 96 or 100 values. */
export type DayCurve = (day: LocalDate, state: State | null) => Decimal[];

/** Looks a profile's values up once; the answer is exact. */
export function dayCurveOf({ dynamised, seasonal, values }: ProfileShape): DayCurve {
  const known = new Map(values.map(({ month, dayType, slot, value }) => [`${month} ${dayType} ${slot}`, new Decimal(value)]));
  return (day, state) => {
    const at = `${periodOf(seasonal, day)} ${dayTypeOf(day, state)}`;
    const factor = dynamised ? dynamisationOn(day) : '1';
    return quarterHoursOf(day).map((start) => known.get(`${at} ${slotOf(start)}`)!.times(factor));
  };
}

/** The quarter hour by the local clock, 0 to 95. */
function slotOf(start: Date): number {
  const { hour, minute } = Temporal.Instant.fromEpochMilliseconds(start.getTime()).toZonedDateTimeISO(BERLIN);
  return hour * 4 + minute / 15;
}
