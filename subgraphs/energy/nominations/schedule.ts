import type { WattHours } from '@stromgraph/kernel/energy';
import { addDays, addMs, atLocalTime, QUARTER_HOUR_MS, quarterHoursOf, startOfDay, type LocalDate } from '@stromgraph/kernel/time';
import type { Side } from '../hedging/trade.ts';

/** What a balancing group bought from, or sold to, one counterparty in each quarter hour; `counterpartyEic` is its balancing group, null while that is not known. */
export type ScheduleSeries = Readonly<{ side: Side; counterparty: string; counterpartyEic: string | null; wattHours: readonly WattHours[] }>;
/** What is nominated, in whole kilowatts: what is expected to be used, and what was bought and sold. */
export type Schedule = Readonly<{ consumption: readonly WattHours[]; series: readonly ScheduleSeries[] }>;
export type NominationPath = 'DAY_AHEAD' | 'INTRADAY';

/** Day-ahead schedules are with the transmission system operator by then, on the day before delivery, in German legal time. */
const DEADLINE = '14:30';
/** The day-ahead auction has told its results by then. */
const FIRST_MADE = '13:00';
const WARNED = '13:30';
const ALERTED = '14:00';
/** Intraday, a quarter hour may change until so long before it begins. */
const LEAD_MS = QUARTER_HOUR_MS;
const A_SECOND_MS = 1_000;
/** 250 Wh in a quarter hour are a kilowatt: schedules know megawatts with three decimals. */
const WATT_HOURS_PER_KILOWATT = 250n;

const onTheDayBefore = (day: LocalDate, time: string): Date => atLocalTime(addDays(day, -1), time);
export const deadlineOf = (day: LocalDate): Date => onTheDayBefore(day, DEADLINE);
export const madeFrom = (day: LocalDate): Date => onTheDayBefore(day, FIRST_MADE);
/** The last moment at which an intraday schedule still changes something: before the day's last quarter hour. */
export const gateOf = (day: LocalDate): Date => addMs(startOfDay(addDays(day, 1)), -QUARTER_HOUR_MS - LEAD_MS);

/** By which path a schedule made now is sent; null when nothing of the day can be changed any more. */
export function pathAt(day: LocalDate, now: Date): NominationPath | null {
  if (now <= deadlineOf(day)) return 'DAY_AHEAD';
  return now <= gateOf(day) ? 'INTRADAY' : null;
}

/** It makes no sense from then on: 14:30:00 is in time, a second later is not. */
export const expiresAt = (day: LocalDate, path: NominationPath): Date => addMs(path === 'DAY_AHEAD' ? deadlineOf(day) : gateOf(day), A_SECOND_MS);

/** What is looked at while no schedule is accepted: a warning, an alert, and past the deadline the intraday path. */
export type NominationStage = 'WARNING' | 'ALERT' | 'LATE';
export const STAGES: readonly NominationStage[] = ['WARNING', 'ALERT', 'LATE'];
export const stageBegins = (day: LocalDate, stage: NominationStage): Date =>
  stage === 'LATE' ? expiresAt(day, 'DAY_AHEAD') : onTheDayBefore(day, stage === 'WARNING' ? WARNED : ALERTED);
/** The stage that has begun; null before the first. */
export const stageAt = (day: LocalDate, now: Date): NominationStage | null => STAGES.findLast((stage) => stageBegins(day, stage) <= now) ?? null;
export const nextStageAt = (day: LocalDate, now: Date): Date | null => STAGES.map((stage) => stageBegins(day, stage)).find((at) => at > now) ?? null;

/** When a change of positions makes a new version: at the next quarter hour, as long as it can be accepted before the deadline. Null otherwise. */
export function renominatedAt(day: LocalDate, now: Date): Date | null {
  if (now < madeFrom(day)) return null;
  const next = new Date((Math.floor(now.getTime() / QUARTER_HOUR_MS) + 1) * QUARTER_HOUR_MS);
  return next < deadlineOf(day) ? next : null;
}

export const toWholeKilowatts = (wattHours: WattHours): WattHours =>
  wattHours <= 0n ? 0n : ((wattHours + WATT_HOURS_PER_KILOWATT / 2n) / WATT_HOURS_PER_KILOWATT) * WATT_HOURS_PER_KILOWATT;

/** Bought less sold. */
export const netOf = ({ consumption, series }: Schedule): WattHours[] =>
  consumption.map((_, at) => series.reduce((sum, { side, wattHours }) => (side === 'BUY' ? sum + wattHours[at]! : sum - wattHours[at]!), 0n));

export const isNothing = ({ consumption, series }: Schedule): boolean => series.length === 0 && consumption.every((wattHours) => wattHours === 0n);

/** A schedule made at an instant: what can no longer be changed stays as it is held, or nothing where nothing is. */
export function changeableFrom(schedule: Schedule, { day, now, held }: { day: LocalDate; now: Date; held: Schedule | null }): Schedule {
  const earliest = addMs(now, LEAD_MS);
  const fixed = now <= deadlineOf(day) ? 0 : quarterHoursOf(day).filter((start) => start < earliest).length;
  if (fixed === 0) return schedule;
  const keep = (before: readonly WattHours[] | undefined, wanted: readonly WattHours[] | undefined) => schedule.consumption.map((_, at) => (at < fixed ? before : wanted)?.[at] ?? 0n);
  const keyOf = ({ side, counterparty }: ScheduleSeries) => `${side} ${counterparty}`;
  const find = (all: readonly ScheduleSeries[] | undefined, key: string) => all?.find((one) => keyOf(one) === key)?.wattHours;
  const named = new Map([...(held?.series ?? []), ...schedule.series].map((one) => [keyOf(one), one]));
  return {
    consumption: keep(held?.consumption, schedule.consumption),
    series: [...named].map(([key, one]) => ({ ...one, wattHours: keep(find(held?.series, key), find(schedule.series, key)) })).filter(({ wattHours }) => wattHours.some((one) => one !== 0n)),
  };
}

export function isSameSchedule(one: Schedule, other: Schedule): boolean {
  const texts = ({ consumption, series }: Schedule) => [consumption.join(), ...series.map(({ side, counterparty, counterpartyEic, wattHours }) => `${side} ${counterparty} ${counterpartyEic ?? ''} ${wattHours.join()}`).toSorted()].join('\n');
  return texts(one) === texts(other);
}
