import { addDays, daysBetween, wallClockSlots } from '../../world/berlin.ts';
import { dayTypeOf } from '../../world/calendar.ts';
import { chance, swing } from '../../world/random.ts';

const EPOCH_DAY = '2020-01-01';

/** Day-ahead prices in EUR/MWh per quarter hour. Sunny holidays and stormy nights go below zero. */
export function dayAheadPrices(seed: string, day: string): number[] {
  const level = 12 * swing(seed, 'day level', day);
  const sun = 0.4 + 1.2 * chance(seed, 'sun', day);
  const storm = chance(seed, 'storm', day) > 0.95 ? 75 : 0;
  const expected = expectedPriceOn(day, sun);
  return wallClockSlots(day).map((slot, index) => {
    const ramp = 5 * (((slot % 4) - 1.5) / 1.5) * rampDirection((slot + 0.5) / 4);
    return cents(expected(slot / 4) + level - storm * nightliness(slot / 4) + ramp + 1.5 * swing(seed, 'price', day, index));
  });
}

/** What a quarter hour of imbalance costs: around the market's price, at times far from it, at times negative. A few estimates prove wrong. */
export function imbalancePrices({ seed, day, isFinal }: { seed: string; day: string; isFinal: boolean }): number[] {
  return dayAheadPrices(seed, day).map((price, index) => {
    const stress = swing(seed, 'balance', day, index);
    const revision = isFinal && chance(seed, 'revised', day, index) > 0.8 ? 6 * swing(seed, 'revision of balance', day, index) : 0;
    return cents(price + 70 * stress ** 3 + 12 * stress + revision);
  });
}

/** What over- and under-quantities of a month are settled at: the mean of its day-ahead prices. */
export function quantityPrice(seed: string, month: string): number {
  const first = Temporal.PlainDate.from(month);
  const prices = Array.from({ length: first.daysInMonth }, (_, ahead) => dayAheadPrices(seed, addDays(month, ahead))).flat();
  return cents(prices.reduce((sum, price) => sum + price, 0) / prices.length);
}

/** Hourly price forward curve of one evening, for every hour of the delivery days in [from, until). */
export function forwardHours({
  seed,
  curveDay,
  from,
  until,
}: {
  seed: string;
  curveDay: string;
  from: string;
  until: string;
}): number[] {
  const drift = levelOf(seed, curveDay);
  return Array.from({ length: daysBetween(from, until) }, (_, ahead) => addDays(from, ahead)).flatMap((day) => {
    const carry = -1.2 * Math.max(0, daysBetween(curveDay, day) / 365);
    const hours = wallClockSlots(day).filter((_, index) => index % 4 === 0);
    const expected = expectedPriceOn(day, 0.9);
    return hours.map((slot) => cents(expected((slot + 1.5) / 4) + drift + carry));
  });
}

/** The market's level wanders slowly, and a little from day to day. */
function levelOf(seed: string, day: string): number {
  const number = daysBetween(EPOCH_DAY, day);
  return 5 * Math.sin(number / 37 + 6 * chance(seed, 'phase')) + 1.5 * swing(seed, 'curve', day);
}

/** By the hour; a curve asks for all hours of years, so what is the same all day is found once. */
function expectedPriceOn(day: string, sun: number): (hour: number) => number {
  const yearAngle = (2 * Math.PI * (Number(day.slice(5, 7)) - 1 + Number(day.slice(8, 10)) / 31)) / 12;
  const winter = Math.cos(yearAngle - 0.35);
  const solar = Math.max(0.15, 0.55 - 0.45 * winter) * sun;
  const dayType = dayTypeOf(day);
  const calm = dayType === 'WT' ? 0 : dayType === 'SA' ? 12 : 22;
  const bump = (hour: number, peak: number, width: number) => Math.exp(-(((hour - peak) / width) ** 2));
  return (hour) => 82 + 16 * winter - calm + 26 * bump(hour, 8, 1.6) + 42 * bump(hour, 19, 2.1) - 95 * solar * bump(hour, 13.2, 2.9) - 14 * nightliness(hour);
}

const nightliness = (hour: number) => Math.exp(-((Math.min(Math.abs(hour - 3), 24 - Math.abs(hour - 3)) / 2.5) ** 2));
const rampDirection = (hour: number) => (hour > 15 && hour < 19 ? 1 : hour > 8 && hour < 12 ? -1 : 0);
const cents = (price: number) => Math.round(price * 100) / 100;
