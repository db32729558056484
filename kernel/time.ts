// Instants are UTC (`Date` at the database's border, Temporal inside); business days are days of Europe/Berlin.
export const BERLIN = 'Europe/Berlin';
/** A calendar day, `YYYY-MM-DD`. */
export type LocalDate = string;

export const QUARTER_HOUR_MS = 900_000;
const DAY_TEXT = /^\d{4}-\d{2}-\d{2}$/;

export function isLocalDate(text: string): boolean {
  if (!DAY_TEXT.test(text)) return false;
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' }).toString() === text;
  } catch {
    return false;
  }
}

/** 00:00 of a day in Berlin as an instant. */
export const startOfDay = (day: LocalDate, zone = BERLIN): Date => new Date(zone === BERLIN ? berlinStartOf(day) : startIn(day, zone));

const startIn = (day: LocalDate, zone: string): number => Temporal.PlainDate.from(day).toZonedDateTime({ timeZone: zone }).epochMilliseconds;
const berlinStartOf = keptPerDay((day) => startIn(day, BERLIN));

/** The Berlin day to which an instant belongs. */
export const dayOf = (instant: Date, zone = BERLIN): LocalDate =>
  Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(zone).toPlainDate().toString();

/** An instant some milliseconds later; negative for earlier. */
export const addMs = (instant: Date, ms: number): Date => new Date(instant.getTime() + ms);

export const addDays = (day: LocalDate, days: number): LocalDate => (days === 1 ? dayAfter(day) : plusDays(day, days));
const plusDays = (day: LocalDate, days: number): LocalDate => Temporal.PlainDate.from(day).add({ days }).toString();
const dayAfter = keptPerDay((day) => plusDays(day, 1));
export const addMonths = (day: LocalDate, months: number): LocalDate => Temporal.PlainDate.from(day).add({ months }).toString();
/** Days from `from` (inclusive) to `until` (exclusive). */
export const daysBetween = (from: LocalDate, until: LocalDate): number => Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(until), { largestUnit: 'day' }).days;
/** The days from `from` (inclusive) to `until` (exclusive). */
export const daysFrom = ({ from, until }: { from: LocalDate; until: LocalDate }): LocalDate[] => Array.from({ length: Math.max(0, daysBetween(from, until)) }, (_, ahead) => addDays(from, ahead));
export const daysInYear = (day: LocalDate): number => Temporal.PlainDate.from(day).daysInYear;

/** A local time of a day in Berlin as an instant; a time that the clock change skips or doubles is refused by Temporal with a RangeError. */
export const atLocalTime = (day: LocalDate, time: string, zone = BERLIN): Date =>
  new Date(Temporal.PlainDate.from(day).toPlainDateTime(Temporal.PlainTime.from(time)).toZonedDateTime(zone, { disambiguation: 'reject' }).epochMilliseconds);

/** The starts of a day's quarter hours: 96, on the days of a clock change 92 or 100. */
export function quarterHoursOf(day: LocalDate, zone = BERLIN): Date[] {
  const start = startOfDay(day, zone).getTime();
  const end = startOfDay(addDays(day, 1), zone).getTime();
  return Array.from({ length: (end - start) / QUARTER_HOUR_MS }, (_, index) => new Date(start + index * QUARTER_HOUR_MS));
}

/** Calculations over years ask for the same days again and again. */
const KEPT_DAYS = 8_192;

/** A fact of a day that never changes: kept for the days last asked for. */
export function keptPerDay<Fact>(find: (day: LocalDate) => Fact): (day: LocalDate) => Fact {
  const kept = new Map<LocalDate, Fact>();
  return (day) => {
    const known = kept.get(day);
    if (known !== undefined) return known;
    if (kept.size >= KEPT_DAYS) kept.clear();
    const fact = find(day);
    kept.set(day, fact);
    return fact;
  };
}

/** Reads an instant that says its offset (or Z); null for anything else, a bare local time included. */
export function parseInstant(text: string): Date | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/i.test(text)) return null;
  try {
    return new Date(Temporal.Instant.from(text).epochMilliseconds);
  } catch {
    return null;
  }
}
