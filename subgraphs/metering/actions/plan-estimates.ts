import type { Tx } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { addDays, dayOf, type LocalDate, startOfDay } from '@stromgraph/kernel/time';
import { estimateDueOn } from '../estimation/ground.ts';

export const ESTIMATE_GAPS = 'ESTIMATE_GAPS';
/** From the second day on, so that a sender has at least one whole day to complete what it began. */
const GRACE_DAYS = 2;

/** Plans the estimates of days with gaps: one due row per day on which some are due. */
export async function planEstimates(tx: Tx, days: Iterable<LocalDate>, now: Date): Promise<void> {
  const soonest = addDays(dayOf(now), GRACE_DAYS);
  const dueOn = new Set([...days].map(estimateDueOn).map((due) => (due > soonest ? due : soonest)));
  for (const day of [...dueOn].sort()) await schedule(tx, { kind: ESTIMATE_GAPS, subject: day, dueAt: startOfDay(day) });
}
