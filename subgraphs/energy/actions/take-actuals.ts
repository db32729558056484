import type { Tx } from '@stromgraph/kernel/database';
import { nameCauses } from '../positions/name-causes.ts';
import { keepHistory } from '../store/historic-consumption.ts';
import { foldMeteredDays, type MeteredDay } from '../store/realised.ts';
import { recalculateRealised } from '../store/realised-positions.ts';
import { beginCause, settleCause } from './move-positions.ts';
import { tellOfChanges } from './tell-of-changes.ts';
import { noteReportedDays } from './report-months.ts';
import { noteStaleDays } from './revalue-profit-loss.ts';

/** Adds what meters measured to their areas and sets it beside the expected, for the quarter hours it touches, also of days that are over. */
export async function takeMeteredDays(tx: Tx, days: readonly MeteredDay[], ingestedAt: Date): Promise<void> {
  const { ranges, days: changed } = await foldMeteredDays(tx, days, ingestedAt);
  await keepHistory(tx, days.flatMap(({ maloId, day }) => (maloId ? [{ maloId, day }] : [])), ingestedAt);
  if (changed.length === 0) return;
  const [gridAreaIds, touched] = [[...new Set(changed.map(({ gridAreaId }) => gridAreaId))], [...new Set(changed.map(({ day }) => day))]];
  const cause = await beginCause(tx, gridAreaIds);
  await settleCause(tx, cause, { gridAreaIds: [], days: [], figures: 'ALL' }, []);
  await noteStaleDays(tx, gridAreaIds, touched);
  await noteReportedDays(tx, gridAreaIds, touched);
  const causes = nameCauses([...new Set(days.map(({ meterId, day }) => `meter ${meterId} on ${day}`))]);
  await tellOfChanges(tx, await recalculateRealised(tx, { ranges, calculatedAt: ingestedAt, causes }), causes);
}
