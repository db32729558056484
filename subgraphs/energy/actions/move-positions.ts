// Every cause that moves positions runs between `beginCause` and `settleCause`, in one transaction.
import { together, type Tx } from '@stromgraph/kernel/database';
import type { Event } from '@stromgraph/kernel/outbox';
import { dayOf, type LocalDate } from '@stromgraph/kernel/time';
import type { GridArea } from '../areas/grid-area.ts';
import { areaDaysOf } from '../positions/area-day.ts';
import { openDaysOf } from '../positions/horizon.ts';
import { nameCauses } from '../positions/name-causes.ts';
import { rebuildProfileDemand } from '../store/demand.ts';
import { lockAreasNow, openDays } from '../store/position-days.ts';
import { type ChangedPositions, type MovedFigures, recalculate, restateHedges } from '../store/recalculate.ts';
import { planForward } from './settle-forward.ts';
import { tellOfChanges } from './tell-of-changes.ts';

/** What a cause works on: its areas, locked, and the days that have positions. */
export type Cause = Readonly<{
  now: Date;
  today: LocalDate;
  days: readonly LocalDate[];
  areas: readonly GridArea[];
  opened: readonly LocalDate[];
}>;
export type Touched = Readonly<{ gridAreaIds: readonly string[]; days: readonly LocalDate[]; figures: MovedFigures }>;

/** Locks the areas (null: all), so that one cause at a time moves them; opens the days that have come into the horizon. */
export async function beginCause(tx: Tx, gridAreaIds: readonly string[] | null): Promise<Cause> {
  const { now, open, areas } = await lockAreasNow(tx, gridAreaIds);
  const today = dayOf(now);
  const days = openDaysOf(today);
  const opened = open ? [] : await openDays(tx, days, now);
  if (opened.length > 0) await rebuildProfileDemand(tx, { gridAreaIds: areas.map(({ id }) => id), days: opened });
  return { now, today, days, areas, opened };
}

/** Recalculates the touched areas and days as far as they are open (hedges also of days that are over), and tells of the causes (`events`) and what has changed; later days follow in transactions of their own. */
export async function settleCause(tx: Tx, { now, today, days, areas, opened }: Cause, touched: Touched, causes: readonly string[], events: readonly Event[] = []): Promise<void> {
  const isTouched = ({ id }: GridArea, day: LocalDate) =>
    opened.includes(day) || (touched.gridAreaIds.includes(id) && touched.days.includes(day));
  const areaDays = areas.flatMap((area) => areaDaysOf([area], days.filter((day) => isTouched(area, day))));
  const told = nameCauses([...opened.map((day) => `day ${day}`), ...causes]);
  const figures = opened.length > 0 ? 'ALL' : touched.figures;
  const over = touched.figures === 'HEDGES' ? areaDaysOf(areas.filter(({ id }) => touched.gridAreaIds.includes(id)), touched.days.filter((day) => day < today)) : [];
  const changes = async (): Promise<ChangedPositions[]> => [
    ...(over.length > 0 ? await restateHedges(tx, { areaDays: over, calculatedAt: now, causes: told }) : []),
    ...(areaDays.length > 0 ? await recalculate(tx, { areaDays, figures, calculatedAt: now, causes: told }) : []),
  ];
  const move = async () => tellOfChanges(tx, await changes(), told, events);
  await together(planForward(tx, now), move());
}
