import { nextMarketWorkingDay } from '@stromgraph/kernel/calendar';
import type { WattHours } from '@stromgraph/kernel/energy';
import type { Problem } from '@stromgraph/kernel/problem';
import { addDays, addMonths, addMs, atLocalTime, dayOf, startOfDay, type LocalDate } from '@stromgraph/kernel/time';

export type SumKind = 'MEASURED' | 'PROFILE';
export const SUM_KINDS: readonly SumKind[] = ['MEASURED', 'PROFILE'];
/** What we found a group to have used in an area and month, by quarter hour. `assumed`: what of the measured series is by load profile, as no value is known. */
export type Sums = Readonly<{ measured: readonly WattHours[]; profiled: readonly WattHours[]; assumed: WattHours; missingDays: number }>;
export type ReportStatus = 'PREPARED' | 'SENT' | 'REJECTED';
/** A version of a group's sums in an area and month, which is its first day. */
export type MabisReport = Sums &
  Readonly<{ id: string; balancingGroupId: string; gridAreaId: string; month: LocalDate; version: number; deadlineAt: Date; status: ReportStatus; madeAt: Date; sentAt: Date | null; reason: string | null }>;
export type MabisReportNotFound = Problem<'MabisReportNotFound', { reportId: string }>;
export type MabisReportNotRefused = Problem<'MabisReportNotRefused', { reportId: string }>;
export type MabisCorrectionsEnded = Problem<'MabisCorrectionsEnded', { reportId: string; endedAt: Date }>;
/** What the market found; of two the one that was formed later holds. */
export type MarketSum = Readonly<{ balancingGroupId: string; gridAreaId: string; month: LocalDate; kind: SumKind; formedAt: Date; wattHours: readonly WattHours[] }>;

/** By the end of which working day after a month it is reported, unless set otherwise. */
export const USUAL_WORKING_DAY = 7;
/** Reports are made in the morning of the working day before the last one that they have. */
const MADE = '06:00';
const CORRECTED = '06:00';
/** Corrections are settled with what has come by the end of the seventh month after the month. */
const CORRECTED_FOR_MONTHS = 8;
const AGAIN_MS = 60 * 60_000;

/** The n-th working day of market communication after a month. */
export function workingDayAfter(month: LocalDate, nth: number): LocalDate {
  let day = addDays(addMonths(month, 1), -1);
  for (let left = nth; left > 0; left -= 1) day = nextMarketWorkingDay(day);
  return day;
}

/** The end of the working day by which a month is reported. */
export const reportedBy = (month: LocalDate, workingDay: number): Date => startOfDay(addDays(workingDayAfter(month, workingDay), 1));
export const reportedFrom = (month: LocalDate, workingDay: number): Date => atLocalTime(workingDayAfter(month, Math.max(1, workingDay - 1)), MADE);
/** Noon of that working day: what is not sent by then is warned of. */
export const warnedAt = (month: LocalDate, workingDay: number): Date => atLocalTime(workingDayAfter(month, workingDay), '12:00');
/** What comes later makes no new version. */
export const correctedUntil = (month: LocalDate): Date => startOfDay(addMonths(month, CORRECTED_FOR_MONTHS));
/** A late value is taken in with all that came with it, the next morning. */
export const correctedAt = (now: Date): Date => atLocalTime(addDays(dayOf(now), 1), CORRECTED);
/** A correction is sent by the end of the next working day. */
export const deadlineOfReport = (month: LocalDate, { workingDay, now }: { workingDay: number; now: Date }): Date => {
  const first = reportedBy(month, workingDay);
  return now <= first ? first : correctedBy(now);
};
const correctedBy = (now: Date): Date => startOfDay(addDays(nextMarketWorkingDay(dayOf(now)), 1));
/** What is sent again is due when it was, or as a correction. */
export const deadlineAgain = ({ deadlineAt }: Pick<MabisReport, 'deadlineAt'>, now: Date): Date => (now <= deadlineAt ? deadlineAt : correctedBy(now));
/** What could not be delivered is tried again by then. */
export const triedAgainAt = (now: Date): Date => addMs(now, AGAIN_MS);

export const sumOf = (values: readonly WattHours[]): WattHours => values.reduce((sum, value) => sum + value, 0n);
export const seriesOf = (sums: Pick<Sums, 'measured' | 'profiled'>, kind: SumKind): readonly WattHours[] => (kind === 'MEASURED' ? sums.measured : sums.profiled);
export const isSameReport = (one: Sums, other: Sums): boolean => one.missingDays === other.missingDays && one.assumed === other.assumed && SUM_KINDS.every((kind) => seriesOf(one, kind).join() === seriesOf(other, kind).join());
export const isEmpty = ({ measured, profiled, missingDays }: Sums): boolean => missingDays === 0 && [...measured, ...profiled].every((value) => value === 0n);
