import type { WattHours } from '@stromgraph/kernel/energy';
import { addDays, daysBetween, type LocalDate, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { slotsOf } from '../profiles/slot.ts';

export type ForecastHorizon = 'INTRADAY' | 'DAY_AHEAD' | 'WEEK_AHEAD' | 'YEAR_AHEAD';
/** What a forecast was made from: load profiles, figures of the transmission or the grid operator, or by ourselves from what was used. */
export type ForecastBasis = 'SLP' | 'TSO' | 'DSO' | 'HISTORY';

/** Our portfolio's demand in one area as of a cut-off. A version covers whole days: one, a week from Monday, or a calendar year. */
export type PublishedForecast = Readonly<{
  horizon: ForecastHorizon;
  basis: ForecastBasis;
  gridAreaId: string;
  /** The first day that it covers. */
  deliveryDay: LocalDate;
  version: number;
  publishedAt: Date;
  cutOffAt: Date;
  /** In order of time: quarter hours of a day, hours of a week; of a year for each month the 168 hours of its usual week, from Monday. */
  wattHours: readonly WattHours[];
}>;
export type DemandForecast = PublishedForecast & Readonly<{ id: string; importedAt: Date }>;

export const HOURS_OF_WEEK = 168;
const HOUR_MS = 3_600_000;
const QUARTERS = 4n;

/** More than all of Germany uses. */
export const MAX_QUARTER_HOUR_WATT_HOURS = 25_000_000_000;

/** The first day of the period in which a forecast of a horizon covers a day. The database has the same rule. */
export function firstDayOf(horizon: ForecastHorizon, day: LocalDate): LocalDate {
  if (horizon === 'YEAR_AHEAD') return `${day.slice(0, 4)}-01-01`;
  return horizon === 'WEEK_AHEAD' ? addDays(day, 1 - Temporal.PlainDate.from(day).dayOfWeek) : day;
}

/** The day after the last one that it covers. */
export function endDayOf({ horizon, deliveryDay }: Pick<PublishedForecast, 'horizon' | 'deliveryDay'>): LocalDate {
  if (horizon === 'YEAR_AHEAD') return `${Number(deliveryDay.slice(0, 4)) + 1}-01-01`;
  return addDays(deliveryDay, horizon === 'WEEK_AHEAD' ? 7 : 1);
}

/** Made by ourselves; imported otherwise. */
export const isOwn = ({ basis }: Pick<PublishedForecast, 'basis'>): boolean => basis === 'HISTORY';

export const minutesOf = (horizon: ForecastHorizon): 15 | 60 => (horizon === 'WEEK_AHEAD' || horizon === 'YEAR_AHEAD' ? 60 : 15);

/** How many values it has: the days of a clock change are shorter and longer. */
export function valuesOf({ horizon, deliveryDay }: Pick<PublishedForecast, 'horizon' | 'deliveryDay'>): number {
  if (horizon === 'YEAR_AHEAD') return 12 * HOURS_OF_WEEK;
  if (horizon === 'WEEK_AHEAD') return (startOfDay(addDays(deliveryDay, 7)).getTime() - startOfDay(deliveryDay).getTime()) / HOUR_MS;
  return quarterHoursOf(deliveryDay).length;
}

/** What it says of each quarter hour of a day; the four of an hour are exactly the hour. Null for a day that it does not cover. */
export function quarterHoursOn(forecast: PublishedForecast, day: LocalDate): WattHours[] | null {
  const { horizon, deliveryDay, wattHours } = forecast;
  if (daysBetween(deliveryDay, day) < 0 || daysBetween(day, endDayOf(forecast)) <= 0) return null;
  if (minutesOf(horizon) === 15) return [...wattHours];
  const slots = slotsOf(day);
  if (horizon === 'WEEK_AHEAD') {
    const firstHour = (startOfDay(day).getTime() - startOfDay(deliveryDay).getTime()) / HOUR_MS;
    return slots.map((_, quarter) => quarterOf(wattHours[firstHour + Math.floor(quarter / 4)]!, quarter % 4));
  }
  const { month, dayOfWeek } = Temporal.PlainDate.from(day);
  const firstHour = (month - 1) * HOURS_OF_WEEK + (dayOfWeek - 1) * 24; // by the local clock: the hour that a clock change doubles counts twice
  return slots.map((slot) => quarterOf(wattHours[firstHour + Math.floor(slot / 4)]!, slot % 4));
}

/** Whole watt-hours, the four quarters of an hour exactly the hour's. */
const quarterOf = (hour: WattHours, nth: number): WattHours => (hour * BigInt(nth + 1)) / QUARTERS - (hour * BigInt(nth)) / QUARTERS;
