import { Decimal } from 'decimal.js';
import type { State } from '@stromgraph/kernel/calendar';
import type { LocalDate } from '@stromgraph/kernel/time';
import { dayTypeOf } from './day-type.ts';
import { dynamisationOn } from './dynamisation.ts';
import type { LoadProfile } from './profile.ts';
import { periodOf } from './season.ts';
import { slotsOf } from './slot.ts';

export type ProfileShape = Pick<LoadProfile, 'dynamised' | 'seasonal' | 'values'>;

/** kWh of 1,000,000 kWh a year per quarter hour of a day, by the local clock: 92, 96 or 100 values. */
export type DayCurve = (day: LocalDate, state: State | null) => Decimal[];

/** Looks a profile's values up once; the answer is exact. */
export function dayCurveOf({ dynamised, seasonal, values }: ProfileShape): DayCurve {
  const known = new Map(values.map(({ month, dayType, slot, value }) => [`${month} ${dayType} ${slot}`, new Decimal(value)]));
  return (day, state) => {
    const at = `${periodOf(seasonal, day)} ${dayTypeOf(day, state)}`;
    const factor = dynamised ? dynamisationOn(day) : '1';
    return slotsOf(day).map((slot) => known.get(`${at} ${slot}`)!.times(factor));
  };
}
