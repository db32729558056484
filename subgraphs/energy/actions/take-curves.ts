import type { Tx } from '@stromgraph/kernel/database';
import { addCurveDays, type ToldCurveDay } from '../store/curves.ts';
import { beginCause, settleCause } from './move-positions.ts';

/** Takes over a curve's days; when it is whole every open position gets its new value. */
export async function takeCurveDays(tx: Tx, days: readonly ToldCurveDay[]): Promise<void> {
  const whole = await addCurveDays(tx, days);
  if (whole.length === 0) return;
  const cause = await beginCause(tx, null);
  await settleCause(tx, cause, { gridAreaIds: cause.areas.map(({ id }) => id), days: cause.days, figures: 'ALL' }, whole.map((id) => `curve ${id}`));
}
