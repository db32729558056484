import type { GivenInterval, ValueStatus } from './value.ts';

/**
 * Values of one register one after the other, as somebody delivers them; not checked against anything yet. Nothing is kept per value
 * but the value, as millions come in one file. Watt-hours are whole numbers within ±(2^53 − 1), so numbers are exact here.
 */
export type Run = Readonly<{
  /** Of the first value, counted from 1 within the batch; the others follow one by one. */
  row: number;
  /** What the values are called in the input, and the place of the first there; null in a file. */
  path: string | null;
  nth: number;
  meterNumber: string;
  obis: string;
  startMs: number;
  stepMs: number;
  wattHours: readonly number[];
  status: ValueStatus;
  /** Why values that are known are replaced. */
  reason: string | null;
  /** How substitute values were formed. */
  method: string | null;
}>;

/** One value of a run by itself. */
export const valueAt = (run: Run, at: number): GivenInterval => ({
  row: run.row + at,
  path: run.path === null ? null : `${run.path}.${run.nth + at}`,
  meterNumber: run.meterNumber,
  obis: run.obis,
  startMs: run.startMs + at * run.stepMs,
  endMs: run.startMs + (at + 1) * run.stepMs,
  wattHours: BigInt(run.wattHours[at]!),
  status: run.status,
  reason: run.reason,
  method: run.method,
});

/** One value as a run of its own. */
export const runOf = ({ startMs, endMs, wattHours, ...value }: GivenInterval): Run => ({
  ...value,
  nth: 0,
  startMs,
  stepMs: endMs - startMs,
  wattHours: [Number(wattHours)],
});
