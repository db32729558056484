import type { DecimalText } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { GridArea } from '../areas/grid-area.ts';
import { type DayType, dayTypeOf } from '../profiles/day-type.ts';
import { dynamisationOn } from '../profiles/dynamisation.ts';

/** One area and delivery day, with what load profiles make of it. */
export type AreaDay = Readonly<{ gridAreaId: string; day: LocalDate; dayType: DayType; dynamisation: DecimalText }>;

export const areaDaysOf = (areas: readonly GridArea[], days: readonly LocalDate[]): AreaDay[] =>
  areas.flatMap((area) =>
    days.map((day) => ({ gridAreaId: area.id, day, dayType: dayTypeOf(day, area.federalState), dynamisation: dynamisationOn(day) })),
  );
