import type { Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import { nameCauses } from '../positions/name-causes.ts';
import { keepHistory, meteredLocations } from '../store/historic-consumption.ts';
import { foldMeteredDays, type MeteredDay, type Realised, recountMeteredDays } from '../store/realised.ts';
import { recalculateRealised } from '../store/realised-positions.ts';
import { beginCause, settleCause } from './move-positions.ts';
import { tellOfChanges } from './tell-of-changes.ts';
import { noteReportedDays } from './report-months.ts';
import { noteStaleDays } from './revalue-profit-loss.ts';

/** Adds what meters measured to their areas and sets it beside the expected, for the quarter hours it touches, also of days that are over. */
export async function takeMeteredDays(tx: Tx, days: readonly MeteredDay[], ingestedAt: Date): Promise<void> {
  const realised = await foldMeteredDays(tx, days, ingestedAt);
  await keepHistory(tx, days.flatMap(({ maloId, day }) => (maloId ? [{ maloId, day }] : [])), ingestedAt);
  if (realised.days.length === 0) return;
  const cause = await beginCause(tx, areasOf(realised));
  await settleCause(tx, cause, { gridAreaIds: [], days: [], figures: 'ALL' }, []);
  await settleRealised(tx, realised, ingestedAt, [...new Set(days.map(({ meterId, day }) => `meter ${meterId} on ${day}`))]);
}

/** Ends that became known late, or moved: what was measured where there is no supply any more does not count, what was measured where there is, does. The areas are held. */
export async function recountSupply(tx: Tx, { contractIds, from, at }: { contractIds: readonly string[]; from: LocalDate; at: Date }): Promise<void> {
  const realised = await recountMeteredDays(tx, { contractIds, from }, at);
  if (realised.days.length === 0) return;
  await keepHistory(tx, await meteredLocations(tx, { contractIds, from }), at);
  await settleRealised(tx, realised, at, contractIds.map((id) => `contract ${id}`));
}

const areasOf = ({ days }: Realised): string[] => [...new Set(days.map(({ gridAreaId }) => gridAreaId))];

async function settleRealised(tx: Tx, realised: Realised, at: Date, told: readonly string[]): Promise<void> {
  const [gridAreaIds, touched] = [areasOf(realised), [...new Set(realised.days.map(({ day }) => day))]];
  await noteStaleDays(tx, gridAreaIds, touched);
  await noteReportedDays(tx, gridAreaIds, touched);
  const causes = nameCauses(told);
  await tellOfChanges(tx, await recalculateRealised(tx, { ranges: realised.ranges, calculatedAt: at, causes }), causes);
}
