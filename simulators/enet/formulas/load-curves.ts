import { daysBetween, wallClockSlots } from '../../world/berlin.ts';
import { dayTypeOf, type DayType } from '../../world/calendar.ts';

/** Month ("1" to "12") → day type → 96 values, kWh per quarter hour for 1,000,000 kWh a year. */
export type ProfileValues = Readonly<Record<string, Readonly<Record<DayType, readonly number[]>>>>;
export type LoadCurve = Readonly<{ values: ProfileValues; dynamised: boolean }>;

export const PROFILES = ['H25', 'G25', 'L25'] as const;
export const DYNAMISATION = { coefficients: ['-3.92e-10', '3.20e-7', '-7.02e-5', '2.10e-3', '1.24'], decimals: 4 } as const;

/** [hour of the peak, width in hours, height] per day type, above a base of 1. */
type Peak = readonly [hour: number, width: number, height: number];
const SHAPES: Record<
  string,
  { dynamised: boolean; winter: number; day: Record<DayType, { level: number; peaks: readonly Peak[] }> }
> = {
  H25: {
    dynamised: true,
    winter: 0,
    day: {
      WT: {
        level: 1,
        peaks: [
          [7.2, 1.1, 0.9],
          [12.6, 2, 0.7],
          [19, 2.2, 2.1],
        ],
      },
      SA: {
        level: 1.05,
        peaks: [
          [9.6, 1.8, 1.3],
          [13, 2, 1],
          [19, 2.3, 1.9],
        ],
      },
      FT: {
        level: 1.05,
        peaks: [
          [10.2, 1.9, 1.4],
          [12.6, 1.6, 1.5],
          [19.1, 2.2, 1.8],
        ],
      },
    },
  },
  G25: {
    dynamised: false,
    winter: 0.09,
    day: {
      WT: {
        level: 1,
        peaks: [
          [9.2, 1.9, 2.6],
          [12.2, 2.2, 1.6],
          [15.6, 2.4, 2.2],
          [19, 1.6, 0.6],
        ],
      },
      SA: {
        level: 0.95,
        peaks: [
          [10.4, 2.2, 1.7],
          [14, 2.2, 0.7],
        ],
      },
      FT: { level: 0.85, peaks: [[12, 3.5, 0.35]] },
    },
  },
  L25: {
    dynamised: false,
    winter: 0.06,
    day: {
      WT: {
        level: 1,
        peaks: [
          [6.8, 1.3, 2],
          [11.5, 2.2, 0.9],
          [18.2, 1.5, 2.2],
        ],
      },
      SA: {
        level: 1,
        peaks: [
          [6.9, 1.3, 1.9],
          [11.5, 2.2, 0.8],
          [18.2, 1.5, 2.1],
        ],
      },
      FT: {
        level: 0.98,
        peaks: [
          [7, 1.3, 1.8],
          [11.5, 2, 0.6],
          [18.2, 1.5, 2],
        ],
      },
    },
  },
};

const made = new Map<string, LoadCurve>();

/** The curve of a profile, scaled so that a calendar year of 96-slot days comes to 1,000,000 kWh. */
export function loadCurveOf(profile: string, year: number): LoadCurve {
  const key = `${profile} ${year}`;
  const held = made.get(key);
  if (held) return held;
  const shape = SHAPES[profile];
  if (!shape) throw new Error(`There is no load profile ${profile}.`);
  const raw = makeValues(({ month, dayType, hour }) => {
    const { level, peaks } = shape.day[dayType];
    const winter = 1 + shape.winter * Math.cos(((month - 1) / 12) * 2 * Math.PI);
    return level * winter * (1 + peaks.reduce((sum, peak) => sum + heightAt(peak, hour), 0));
  });
  const yearly = Array.from({ length: 366 }, (_, index) =>
    Temporal.PlainDate.from({ year, month: 1, day: 1 }).add({ days: index }),
  )
    .filter((date) => date.year === year)
    .reduce((sum, date) => {
      const slots = raw[String(date.month)]?.[dayTypeOf(date.toString())] ?? [];
      return sum + slots.reduce((total, value) => total + value, 0) * (shape.dynamised ? dynamisationOf(date.dayOfYear) : 1);
    }, 0);
  const curve = {
    dynamised: shape.dynamised,
    values: makeValues(({ month, dayType, slot }) => {
      const value = raw[String(month)]?.[dayType][slot] ?? 0;
      return Math.round((value * 1e9) / yearly) / 1000;
    }),
  };
  made.set(key, curve);
  return curve;
}

/** kWh of a customer of 1,000,000 kWh a year in every quarter hour of a day: 92, 96 or 100 values. */
export function loadOfDay(profile: string, day: string): number[] {
  const { values, dynamised } = loadCurveOf(profile, Number(day.slice(0, 4)));
  const slots = values[String(Number(day.slice(5, 7)))]?.[dayTypeOf(day)] ?? [];
  const factor = dynamised ? dynamisationOf(daysBetween(`${day.slice(0, 4)}-01-01`, day) + 1) : 1;
  return wallClockSlots(day).map((slot) => (slots[slot] ?? 0) * factor);
}

/** kWh per hour of the week, Monday 00:00 first, in the middle of a month, for yearly kWh by profile. */
export function usualWeek(year: number, month: number, kwhPerYear: Readonly<Record<string, number>>): number[] {
  const middle = Temporal.PlainDate.from({ year, month, day: 15 });
  const types: readonly DayType[] = ['WT', 'WT', 'WT', 'WT', 'WT', 'SA', 'FT'];
  return types.flatMap((dayType) =>
    Array.from({ length: 24 }, (_, hour) =>
      Object.entries(kwhPerYear).reduce((sum, [profile, kwh]) => {
        const { values, dynamised } = loadCurveOf(profile, year);
        const slots = values[String(month)]?.[dayType].slice(hour * 4, hour * 4 + 4) ?? [];
        const share = slots.reduce((all, value) => all + value, 0) * (dynamised ? dynamisationOf(middle.dayOfYear) : 1);
        return sum + (share * kwh) / 1_000_000;
      }, 0),
    ),
  );
}

/** F(t), rounded to four decimals, of the day of the year 1 to 366. */
export function dynamisationOf(dayOfYear: number): number {
  const value = DYNAMISATION.coefficients.reduce((sum, coefficient) => sum * dayOfYear + Number(coefficient), 0);
  return Math.round(value * 10_000) / 10_000;
}

function heightAt([peakHour, width, height]: Peak, hour: number): number {
  const apart = Math.abs(hour - peakHour);
  return height * Math.exp(-((Math.min(apart, 24 - apart) / width) ** 2));
}

function makeValues(valueAt: (at: { month: number; dayType: DayType; slot: number; hour: number }) => number): ProfileValues {
  const dayOfMonth = (month: number, dayType: DayType) =>
    Array.from({ length: 96 }, (_, slot) => valueAt({ month, dayType, slot, hour: (slot + 0.5) / 4 }));
  return Object.fromEntries(
    Array.from({ length: 12 }, (_, index) => index + 1).map((month) => [
      String(month),
      { WT: dayOfMonth(month, 'WT'), SA: dayOfMonth(month, 'SA'), FT: dayOfMonth(month, 'FT') },
    ]),
  );
}
