import { addMs, QUARTER_HOUR_MS, quarterHoursOf, type LocalDate } from '@stromgraph/kernel/time';
import type { GridArea } from '../areas/grid-area.ts';
import type { PositionLimit } from './limit.ts';
import type { OpenPosition } from './position.ts';

/** A delivery day in columns: the quarter hours of the first area, then those of the second, and so on. */
export type DeliveryDay = Readonly<{
  date: LocalDate;
  /** The place in the stream of changes that it was read at. */
  seq: bigint;
  /** When the latest of its positions was calculated. */
  asOf: Date;
  /** The gate closes when the market place has taken the last order for the period. */
  periods: readonly Readonly<{ index: number; start: Date; end: Date; gateClosesAt: Date }>[];
  areas: readonly GridArea[];
  limits: readonly PositionLimit[];
  cells: readonly (OpenPosition | null)[];
}>;

const MINUTE_MS = 60_000;

/** Null for a day that has no positions. */
export function toDeliveryDay(date: LocalDate, { seq, areas, limits, gateMinutes, positions }: Pick<DeliveryDay, 'seq' | 'areas' | 'limits'> & { gateMinutes: number; positions: readonly OpenPosition[] }): DeliveryDay | null {
  if (positions.length === 0) return null;
  const starts = quarterHoursOf(date);
  const at = new Map(positions.map((position) => [keyOf(position.gridAreaId, position.startAt), position]));
  return {
    date,
    seq,
    asOf: positions.map(({ calculatedAt }) => calculatedAt).reduce((a, b) => (a > b ? a : b)),
    periods: starts.map((start, index) => ({ index, start, end: addMs(start, QUARTER_HOUR_MS), gateClosesAt: addMs(start, -gateMinutes * MINUTE_MS) })),
    areas,
    limits,
    cells: areas.flatMap(({ id }) => starts.map((start) => at.get(keyOf(id, start)) ?? null)),
  };
}

const keyOf = (gridAreaId: string, start: Date): string => `${gridAreaId} ${start.getTime()}`;
