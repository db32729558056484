// What is delivered: quarter hours of meters, day by day, the same for both sides.
import { quarterHoursOf, type LocalDate } from '@stromgraph/kernel/time';

export const OBIS = '1-0:1.29.0';
export const METERS = 1_000;

export const meterNumberOf = (meter: number): string => `1BEN${String(meter).padStart(10, '0')}`;
/** Some 3,500 kWh a year. */
export const wattHoursOf = (meter: number, startMs: number): number => 50 + ((meter * 7 + startMs / 900_000) % 100);

export type Value = Readonly<{ meter: number; startMs: number; wattHours: number }>;
export const valuesOf = (meters: number, day: LocalDate): Value[] => Array.from({ length: meters }, (_, meter) => valuesOfMeter(meter, [day])).flat();
export const valuesOfMeter = (meter: number, days: readonly LocalDate[]): Value[] => days.flatMap((day) => quarterHoursOf(day).map((at) => ({ meter, startMs: at.getTime(), wattHours: wattHoursOf(meter, at.getTime()) })));
