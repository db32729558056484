// Every cause that moves positions runs between `beginCause` and `settleCause`, in one transaction.
import { OpenPositionChanged } from '@stromgraph/events/energy';
import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { publishAll } from '@stromgraph/kernel/outbox';
import { dayOf, type LocalDate } from '@stromgraph/kernel/time';
import type { GridArea } from '../areas/grid-area.ts';
import { openDaysOf } from '../positions/horizon.ts';
import { dayTypeOf } from '../profiles/day-type.ts';
import { dynamisationOn } from '../profiles/dynamisation.ts';
import { rebuildProfileDemand } from '../store/demand.ts';
import { lockGridAreas } from '../store/grid-areas.ts';
import { areDaysOpen, openDays } from '../store/position-days.ts';
import { recalculate } from '../store/recalculate.ts';

/** What a cause works on: its areas, locked, and the days that have positions. */
export type Cause = Readonly<{
  now: Date;
  today: LocalDate;
  days: readonly LocalDate[];
  areas: readonly GridArea[];
  opened: readonly LocalDate[];
}>;
export type Touched = Readonly<{ gridAreaIds: readonly string[]; days: readonly LocalDate[] }>;

/** The causes that one change names; the rest of a great many is only counted. */
const MAX_NAMED = 50;

/** Locks the areas (null: all), so that one cause at a time moves them; opens the days that have come into the horizon. */
export async function beginCause(tx: Tx, gridAreaIds: readonly string[] | null): Promise<Cause> {
  const now = await businessNow(tx);
  const today = dayOf(now);
  const days = openDaysOf(today);
  const areas = await lockGridAreas(tx, (await areDaysOpen(tx, days)) ? gridAreaIds : null);
  const opened = await openDays(tx, days, now);
  if (opened.length > 0) await rebuildProfileDemand(tx, { gridAreaIds: areas.map(({ id }) => id), days: opened });
  return { now, today, days, areas, opened };
}

/** Recalculates the touched areas and days as far as they have positions, and tells of what has changed. */
export async function settleCause(tx: Tx, { now, days, areas, opened }: Cause, touched: Touched, causes: readonly string[]): Promise<void> {
  const isTouched = ({ id }: GridArea, day: LocalDate) =>
    opened.includes(day) || (touched.gridAreaIds.includes(id) && touched.days.includes(day));
  const areaDays = areas.flatMap((area) =>
    days
      .filter((day) => isTouched(area, day))
      .map((day) => ({ gridAreaId: area.id, day, dayType: dayTypeOf(day, area.federalState), dynamisation: dynamisationOn(day) })),
  );
  if (areaDays.length === 0) return;
  const named = [...opened.map((day) => `day ${day}`), ...causes];
  const told = named.length > MAX_NAMED ? [...named.slice(0, MAX_NAMED), `${named.length - MAX_NAMED} more`] : named;
  const changed = await recalculate(tx, { areaDays, calculatedAt: now, causes: told });
  await publishAll(
    tx,
    OpenPositionChanged,
    changed.map(({ gridAreaId, from, until, recalculation }) => ({
      aggregateType: 'grid-area',
      aggregateId: gridAreaId,
      data: { gridAreaId, from: from.toISOString(), until: until.toISOString(), causes: told, recalculation: String(recalculation) },
    })),
  );
}
