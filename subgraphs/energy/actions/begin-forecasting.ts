import type { Tx } from '@stromgraph/kernel/database';
import { isPlanned } from '../store/planned.ts';
import { FORECAST_AREAS, planForecasts } from './forecast-day.ts';
import { LEARN_PROFILES, planLearning } from './learn-profiles.ts';

/** At the first start; what is planned, though it be overdue, stays as it is. */
export async function beginForecasting(tx: Tx, now: Date): Promise<void> {
  if (!(await isPlanned(tx, FORECAST_AREAS))) await planForecasts(tx, now);
  if (!(await isPlanned(tx, LEARN_PROFILES))) await planLearning(tx, now);
}
