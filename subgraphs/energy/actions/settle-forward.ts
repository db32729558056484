// Positions beyond the open days follow their causes right after them, in transactions of their own: a cause waits for nothing that lies months ahead.
import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { keepPlanned, schedule } from '@stromgraph/kernel/due';
import { newId } from '@stromgraph/kernel/ids';
import { dayOf } from '@stromgraph/kernel/time';
import { areaDaysOf } from '../positions/area-day.ts';
import { type ForwardFigures, forwardFigures } from '../positions/forward.ts';
import { daysOfPeriods, type ForwardPeriod, forwardPeriodsOf, periodsToCalculate } from '../positions/horizon.ts';
import { forwardInputs } from '../store/forward-inputs.ts';
import { areForwardUnsettled, dropForwardPositions, forwardPeriodsStanding, lockUnsettledArea, noteArranged, saveForward, takeForwardCauses } from '../store/forward-positions.ts';
import { gridAreasById } from '../store/grid-areas.ts';
import { nameCauses } from '../positions/name-causes.ts';
import { tellOfChanges } from './tell-of-changes.ts';

export const SETTLE_FORWARD = 'SETTLE_FORWARD';

/** Plans it for now, where something is to be settled and no plan stands that will see it. */
export async function planForward(tx: Tx, now: Date): Promise<void> {
  if ((await areForwardUnsettled(tx, dayOf(now))) && !(await keepPlanned(tx, SETTLE_FORWARD, now))) await planOne(tx, now);
}

/** Each plan has a name of its own: causes do not wait for one another. */
const planOne = (tx: Tx, now: Date): Promise<void> => schedule(tx, { kind: SETTLE_FORWARD, subject: newId(), dueAt: now });

/** Settles one area, with all causes that it has by then; another area is settled in the next transaction. */
export async function settleForward(tx: Tx): Promise<void> {
  const now = await businessNow(tx);
  const gridAreaId = await lockUnsettledArea(tx, dayOf(now));
  if (gridAreaId === null) return;
  await settleArea(tx, gridAreaId, now);
  if (await areForwardUnsettled(tx, dayOf(now))) await planOne(tx, now);
}

/** Of an area that the caller holds: what its causes touch is calculated anew, and what time has brought nearer becomes finer. */
export async function settleArea(tx: Tx, gridAreaId: string, now: Date): Promise<void> {
  const today = dayOf(now);
  const touched = await takeForwardCauses(tx, gridAreaId, today);
  const periods = forwardPeriodsOf(today);
  const wanted = periodsToCalculate(periods, await forwardPeriodsStanding(tx, gridAreaId), touched);
  const figures = await calculateForward(tx, gridAreaId, wanted);
  await dropForwardPositions(tx, gridAreaId, periods);
  const causes = touched.flatMap((each) => each.causes);
  const named = nameCauses(causes.length > 0 ? causes : [`day ${today}`]);
  await tellOfChanges(tx, await saveForward(tx, { gridAreaId, figures, calculatedAt: now, causes: named }), named);
  await noteArranged(tx, gridAreaId, today);
}

/** From contracts, forecasts, trades and curves; from no sum that is kept. */
export async function calculateForward(tx: Tx, gridAreaId: string, periods: readonly ForwardPeriod[]): Promise<ForwardFigures[]> {
  if (periods.length === 0) return [];
  const areaDays = areaDaysOf(await gridAreasById(tx, [gridAreaId]), daysOfPeriods(periods));
  return forwardFigures(periods, await forwardInputs(tx, areaDays, periods));
}
