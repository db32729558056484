const ZONE = 'Europe/Berlin';
const QUARTER_MS = 15 * 60_000;

/** The instant, in epoch milliseconds, of a wall clock time ("00:00") on a Berlin day ("2026-11-24"). */
export function instantOf(day: string, clock = '00:00'): number {
  return Temporal.PlainDateTime.from(`${day}T${clock}`).toZonedDateTime(ZONE).epochMilliseconds;
}

export function dayOf(instantMs: number): string {
  return Temporal.Instant.fromEpochMilliseconds(instantMs).toZonedDateTimeISO(ZONE).toPlainDate().toString();
}

export function addDays(day: string, days: number): string {
  return Temporal.PlainDate.from(day).add({ days }).toString();
}

export function daysBetween(from: string, until: string): number {
  return Temporal.PlainDate.from(from).until(until, { largestUnit: 'days' }).days;
}

/** 92, 96 or 100. */
export function quarterHourCount(day: string): number {
  return (instantOf(addDays(day, 1)) - instantOf(day)) / QUARTER_MS;
}

/** For every quarter hour of the day its slot on the wall clock, 0 to 95: spring leaves 8–11 out, autumn has them twice. */
export function wallClockSlots(day: string): number[] {
  const count = quarterHourCount(day);
  return Array.from({ length: count }, (_, index) => {
    if (count === 92) return index < 8 ? index : index + 4;
    if (count === 100) return index < 12 ? index : index - 4;
    return index;
  });
}

export const isDay = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text) && Temporal.PlainDate.from(text).toString() === text;

/** A business day as the market writes it: a date, or the instant of German midnight. Null if it is neither. */
export function readDay(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  try {
    if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return Temporal.PlainDate.from(value).toString();
    const local = Temporal.Instant.from(value).toZonedDateTimeISO(ZONE);
    return local.toPlainTime().toString() === '00:00:00' ? local.toPlainDate().toString() : null;
  } catch {
    return null;
  }
}

/** Epoch milliseconds of an instant with offset or Z, or null. */
export function readInstant(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  try {
    return Temporal.Instant.from(value).epochMilliseconds;
  } catch {
    return null;
  }
}

export const toInstantText = (instantMs: number) => new Date(instantMs).toISOString();
