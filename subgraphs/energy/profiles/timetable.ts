import { addDays, atLocalTime, dayOf, type LocalDate } from '@stromgraph/kernel/time';

/** Before the working day begins. */
const LEARNING_TIME = '05:00';

/** When measured profiles are learned next: Mondays at 05:00 in Berlin. */
export function nextLearningAt(now: Date): Date {
  const today = dayOf(now);
  const monday: LocalDate = addDays(today, (8 - Temporal.PlainDate.from(today).dayOfWeek) % 7);
  const at = atLocalTime(monday, LEARNING_TIME);
  return at > now ? at : atLocalTime(addDays(monday, 7), LEARNING_TIME);
}
