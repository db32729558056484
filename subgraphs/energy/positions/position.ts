import type { WattHours } from '@stromgraph/kernel/energy';
import { addDays, dayOf, type LocalDate, startOfDay } from '@stromgraph/kernel/time';
import type { Cents, DecimalText } from '@stromgraph/kernel/money';

export type LimitRule = 'PCT' | 'MWH';

/** What is still to buy (plus) or to sell (minus) for one quarter hour in one grid area, as it stands. */
export type OpenPosition = Readonly<{
  id: string;
  gridAreaId: string;
  startAt: Date;
  endAt: Date;
  demandWattHours: WattHours;
  hedgedWattHours: WattHours;
  openWattHours: WattHours;
  /** Null until something was measured. */
  realisedWattHours: WattHours | null;
  averagePriceEurPerMwh: DecimalText | null;
  priceEurPerMwh: DecimalText | null;
  valueCents: Cents | null;
  status: 'OPEN' | 'HEDGED';
  breach: LimitRule | null;
  forecastVersion: number | null;
  calculatedAt: Date;
}>;

/** Whose positions, and of which delivery quarter hours: from inclusive, until exclusive; null stands for every area. */
export type PositionRange = Readonly<{ gridAreaIds: readonly string[] | null; from: Date; until: Date }>;

/** What a subscription tells; quarter hours are counted from `from`. */
export type PositionUpdate = Readonly<{ seq: bigint; committedAt: Date; reset: boolean; positions: readonly OpenPosition[]; from: Date }>;

/** The Berlin days that a range touches. */
export function daysOf({ from, until }: PositionRange): LocalDate[] {
  const days: LocalDate[] = [];
  for (let day = dayOf(from); startOfDay(day) < until; day = addDays(day, 1)) days.push(day);
  return days;
}
