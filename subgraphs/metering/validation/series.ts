import { addDays, dayOf, startOfDay } from '@stromgraph/kernel/time';

const MINUTE_MS = 60_000;
const MINUTES_A_DAY = 1_440;

/**
 * R07. Values of whole days that begin at midnight must end at midnight: 96 quarter hours on a day that has 92 or 100 were not cut
 * by the calendar. Null where nothing is wrong.
 */
export function dayCountFault(startMs: number, count: number, minutes: number): { differs: number; reason: string } | null {
  if (count === 0 || (count * minutes) % MINUTES_A_DAY !== 0 || !isMidnight(startMs) || isMidnight(startMs + count * minutes * MINUTE_MS))
    return null;
  const day = dayOf(new Date(startMs));
  const until = addDays(day, (count * minutes) / MINUTES_A_DAY);
  const right = (startOfDay(until).getTime() - startMs) / (minutes * MINUTE_MS);
  return { differs: Math.abs(count - right), reason: `${count} values from ${day} on; the days until ${until} have ${right}` };
}

function isMidnight(instantMs: number): boolean {
  const instant = new Date(instantMs);
  return startOfDay(dayOf(instant)).getTime() === instantMs;
}
