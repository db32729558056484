// Rules that are checked when values come in: each gives a measure, and the thresholds, which are data, say what it means.
// Above the one a value is refused, above the other it is taken and flagged; as delivered, a retailer's thresholds are all 0.
import type { Severity, Thresholds } from './stored/rule.ts';

/** R02 two rows of one interval, R03 negative, R06 beside the grid, R07 not the day's number of values, R08 not over yet. */
export type DoorRule = 'R02' | 'R03' | 'R06' | 'R07' | 'R08';
export type DoorBook = ReadonlyMap<string, Thresholds>;

/** What a measure means; null where it is within limits. Exactly on a threshold is within it, a rule without thresholds allows nothing. */
export function severityOf(book: DoorBook, rule: DoorRule, measure: number): Severity | null {
  const { warnsAbove, blocksAbove } = book.get(rule) ?? { warnsAbove: 0, blocksAbove: 0 };
  if (blocksAbove !== null && measure > blocksAbove) return 'ERROR';
  return warnsAbove !== null && measure > warnsAbove ? 'WARNING' : null;
}

/** R03: watt-hours below zero. */
export const belowZero = (wattHours: number): number => Math.max(0, -wattHours);

/** R06: seconds from the start to the nearest one of the grid. */
export function besideGrid(startMs: number, minutes: number): number {
  const stepMs = minutes * 60_000;
  const beside = ((startMs % stepMs) + stepMs) % stepMs;
  return Math.min(beside, stepMs - beside) / 1_000;
}

/** R08: seconds until the interval is over. */
export const notOver = (endMs: number, nowMs: number): number => Math.max(0, (endMs - nowMs) / 1_000);
