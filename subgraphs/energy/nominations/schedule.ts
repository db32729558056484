import type { WattHours } from '@stromgraph/kernel/energy';
import { nextMarketWorkingDay } from '@stromgraph/kernel/calendar';
import { addDays, addMs, atLocalTime, QUARTER_HOUR_MS, quarterHoursOf, startOfDay, type LocalDate } from '@stromgraph/kernel/time';
import type { Side } from '../hedging/trade.ts';

/** What a balancing group bought from, or sold to, one counterparty in each quarter hour; `counterpartyEic` is its balancing group, null while that is not known. */
export type ScheduleSeries = Readonly<{ side: Side; counterparty: string; counterpartyEic: string | null; wattHours: readonly WattHours[] }>;
/** Which part of the net is traded in one grid area: by it profit and loss knows what each area had scheduled. */
export type AreaPart = Readonly<{ gridAreaId: string; net: readonly WattHours[] }>;
/** What is nominated, in whole kilowatts: what is expected to be used, and what was bought and sold; of the latter the part of each area, which the market is not told. */
export type Schedule = Readonly<{ consumption: readonly WattHours[]; series: readonly ScheduleSeries[]; areas: readonly AreaPart[] }>;
export type NominationPath = 'DAY_AHEAD' | 'INTRADAY';

/** Day-ahead schedules are with the transmission system operator by then, on the day before delivery, in German legal time. */
const DEADLINE = '14:30';
/** The day-ahead auction has told its results by then. */
const FIRST_MADE = '13:00';
const WARNED = '13:30';
const ALERTED = '14:00';
/** Intraday, a quarter hour may change until so long before it begins. */
const LEAD_MS = QUARTER_HOUR_MS;
/** Trades of a quarter hour are nominated together, so long before the next one begins that the message still counts for the one after it. */
const SENDING_MS = 5 * 60_000;
/** Corrections between two groups of a control area are taken until then, on the first working day after delivery. */
const CORRECTED_BY = '16:00';
const A_SECOND_MS = 1_000;
/** 250 Wh in a quarter hour are a kilowatt: schedules know megawatts with three decimals. */
const WATT_HOURS_PER_KILOWATT = 250n;

const onTheDayBefore = (day: LocalDate, time: string): Date => atLocalTime(addDays(day, -1), time);
export const deadlineOf = (day: LocalDate): Date => onTheDayBefore(day, DEADLINE);
export const madeFrom = (day: LocalDate): Date => onTheDayBefore(day, FIRST_MADE);
/** The last moment at which an intraday schedule still changes something: before the day's last quarter hour. */
export const gateOf = (day: LocalDate): Date => addMs(startOfDay(addDays(day, 1)), -QUARTER_HOUR_MS - LEAD_MS);

/** Until then what was traded for a day may still be corrected with its counterparty. */
export const correctionsUntil = (day: LocalDate): Date => atLocalTime(nextMarketWorkingDay(day), CORRECTED_BY);

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

/**
 * When a change makes a new version: with all others at the next quarter hour, at once when that is too late for the deadline, and past it shortly
 * before the next quarter hour. Null before the day's first schedule is made, and when nothing of the day can be changed any more.
 */
export function renominatedAt(day: LocalDate, now: Date): Date | null {
  const path = pathAt(day, now);
  if (now < madeFrom(day) || path === null) return null;
  const next = new Date((Math.floor(now.getTime() / QUARTER_HOUR_MS) + 1) * QUARTER_HOUR_MS);
  if (path === 'DAY_AHEAD') return next < deadlineOf(day) ? next : now;
  const together = addMs(next, -SENDING_MS);
  return together > now ? together : now;
}
/** A version that was made past the deadline and is not accepted by then is told of. */
export const answeredBy = (madeAt: Date): Date => addMs(madeAt, LEAD_MS);

export const toWholeKilowatts = (wattHours: WattHours): WattHours =>
  wattHours <= 0n ? 0n : ((wattHours + WATT_HOURS_PER_KILOWATT / 2n) / WATT_HOURS_PER_KILOWATT) * WATT_HOURS_PER_KILOWATT;

/** Bought less sold. */
export const netOf = ({ consumption, series }: Schedule): WattHours[] =>
  consumption.map((_, at) => series.reduce((sum, { side, wattHours }) => (side === 'BUY' ? sum + wattHours[at]! : sum - wattHours[at]!), 0n));

export const isNothing = ({ consumption, series }: Schedule): boolean => series.length === 0 && consumption.every((wattHours) => wattHours === 0n);

/** Whether a schedule that was made at an instant still says something about the quarter hour that begins then. */
const canChange = ({ path, madeAt }: Readonly<{ path: NominationPath; madeAt: Date }>, start: Date): boolean => path === 'DAY_AHEAD' || start >= addMs(madeAt, LEAD_MS);

type Said = Readonly<{ path: NominationPath; madeAt: Date; net: readonly WattHours[] }>;
/** How much was traded otherwise than it was said, in quarter hours that can no longer change, without signs; of what was said, the newest first. */
export function unsaid(wished: Schedule, { day, now, said }: { day: LocalDate; now: Date; said: readonly Said[] }): WattHours {
  if (now <= deadlineOf(day)) return 0n;
  const [net, earliest] = [netOf(wished), addMs(now, LEAD_MS)];
  return quarterHoursOf(day).reduce((sum, start, at) => {
    if (start >= earliest) return sum;
    const difference = net[at]! - (said.find((version) => canChange(version, start))?.net[at] ?? 0n);
    return sum + (difference < 0n ? -difference : difference);
  }, 0n);
}

/** A schedule made at an instant: what can no longer be changed stays as it is held, or nothing where nothing is. */
export function changeableFrom(schedule: Schedule, { day, now, held }: { day: LocalDate; now: Date; held: Schedule | null }): Schedule {
  const earliest = addMs(now, LEAD_MS);
  const fixed = now <= deadlineOf(day) ? 0 : quarterHoursOf(day).filter((start) => start < earliest).length;
  if (fixed === 0) return schedule;
  const keep = (before: readonly WattHours[] | undefined, wanted: readonly WattHours[] | undefined) => schedule.consumption.map((_, at) => (at < fixed ? before : wanted)?.[at] ?? 0n);
  const keyOf = ({ side, counterparty }: ScheduleSeries) => `${side} ${counterparty}`;
  const find = (all: readonly ScheduleSeries[] | undefined, key: string) => all?.find((one) => keyOf(one) === key)?.wattHours;
  const netIn = (all: readonly AreaPart[] | undefined, id: string) => all?.find(({ gridAreaId }) => gridAreaId === id)?.net;
  const isSomething = (all: readonly WattHours[]) => all.some((one) => one !== 0n);
  const named = new Map([...(held?.series ?? []), ...schedule.series].map((one) => [keyOf(one), one]));
  return {
    consumption: keep(held?.consumption, schedule.consumption),
    series: [...named].map(([key, one]) => ({ ...one, wattHours: keep(find(held?.series, key), find(schedule.series, key)) })).filter(({ wattHours }) => isSomething(wattHours)),
    areas: [...new Set([...(held?.areas ?? []), ...schedule.areas].map(({ gridAreaId }) => gridAreaId))].map((gridAreaId) => ({ gridAreaId, net: keep(netIn(held?.areas, gridAreaId), netIn(schedule.areas, gridAreaId)) })).filter(({ net }) => isSomething(net)),
  };
}

const textsOf = (series: readonly ScheduleSeries[]): string => series.map(({ side, counterparty, counterpartyEic, wattHours }) => `${side} ${counterparty} ${counterpartyEic ?? ''} ${wattHours.join()}`).toSorted().join('\n');
export const isSameTrading = (one: Schedule, other: Schedule): boolean => textsOf(one.series) === textsOf(other.series);
export const isSameSchedule = (one: Schedule, other: Schedule): boolean => one.consumption.join() === other.consumption.join() && isSameTrading(one, other);
