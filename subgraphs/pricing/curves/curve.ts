import type { DecimalText } from '@stromgraph/kernel/money';
import { addDays, daysBetween, type LocalDate, QUARTER_HOUR_MS, startOfDay } from '@stromgraph/kernel/time';

/** One version of a price forward curve; it never changes. */
export type Curve = Readonly<{
  tradingDay: LocalDate;
  version: number;
  source: 'ENET' | 'FILE';
  publishedAt: Date;
  from: LocalDate;
  /** Exclusive. */
  until: LocalDate;
  /** Of one price. */
  minutes: 15 | 60;
  days: readonly CurveDay[];
}>;
/** Prices in EUR/MWh of a Berlin day in order of time. */
export type CurveDay = Readonly<{ day: LocalDate; eurPerMwh: readonly DecimalText[] }>;

/** So many steps has a Berlin day: 23, 24 or 25 hours or four times as many quarter hours. */
export const stepsOf = (day: LocalDate, minutes: number): number =>
  (startOfDay(addDays(day, 1)).getTime() - startOfDay(day).getTime()) / ((QUARTER_HOUR_MS / 15) * minutes);

/** Prices one after the other from the first day's midnight on, as days; null where they do not end at a midnight. */
export function daysOfPrices({ from, until, minutes }: Pick<Curve, 'from' | 'until' | 'minutes'>, prices: readonly DecimalText[]): CurveDay[] | null {
  let at = 0;
  const days = Array.from({ length: daysBetween(from, until) }, (_, nth) => {
    const day = addDays(from, nth);
    const start = at;
    at += stepsOf(day, minutes);
    return { day, eurPerMwh: prices.slice(start, at) };
  });
  return at === prices.length ? days : null;
}
