import type { LocalDate } from '@stromgraph/kernel/time';
import { SEASONS } from './profile.ts';

/** The season of a day for the profiles that have seasons instead of months: winter from 1 November to 20 March, summer from 15 May to 14 September. */
export function seasonOf(day: LocalDate): (typeof SEASONS)[number] {
  const date = day.slice(5);
  if (date >= '11-01' || date <= '03-20') return 'winter';
  return date >= '05-15' && date <= '09-14' ? 'summer' : 'transition';
}

/** Which of a profile's values hold on a day: its month, or the number of its season. The database has the same rule. */
export const periodOf = (seasonal: boolean, day: LocalDate): number => (seasonal ? SEASONS.indexOf(seasonOf(day)) + 1 : Number(day.slice(5, 7)));
