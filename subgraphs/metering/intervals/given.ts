import type { WattHours } from '@stromgraph/kernel/energy';
import { parseMeterNumber, parseObis } from '@stromgraph/kernel/market-ids';
import { fault, type InputFault, isProblem } from '@stromgraph/kernel/problem';
import type { GivenReading, ReadingQuality, ReadingSource } from '../meters/reading.ts';
import { dayCountFault } from '../validation/series.ts';
import { type DoorBook, severityOf } from '../validation/door.ts';
import { rejectionOf } from '../validation/place.ts';
import { type Run, valueAt } from './run.ts';
import type { Flagged, Rejection, ValueStatus } from './value.ts';

/** Values of one register one after the other from a start on; null where none is delivered. */
export type GivenSeries = Readonly<{
  meterNumber: string;
  obis: string;
  start: Date;
  minutes: number;
  wattHours: readonly (WattHours | null)[];
  status: ValueStatus;
  reason: string | null;
  method: string | null;
  /** Why the instant cannot be read; none of it is taken then. */
  fault?: string;
}>;
export type GivenRegisterRead = Readonly<{
  meterNumber: string;
  obis: string;
  readAt: Date;
  wattHours: WattHours;
  quality: ReadingQuality;
  source: ReadingSource;
  reason: string | null;
  method: string | null;
  /** Why the instant cannot be read; none of it is taken then. */
  fault?: string;
}>;
export type GivenValues = Readonly<{ intervals: readonly GivenSeries[]; registers: readonly GivenRegisterRead[] }>;

export const MAX_VALUES = 10_000;
const MINUTE_MS = 60_000;

/** What is wrong with the whole; nothing of it is looked at then. */
export function faultsOfValues({ intervals, registers }: GivenValues): InputFault[] {
  const count = intervals.reduce((sum, series) => sum + series.wattHours.length, registers.length);
  if (count === 0) return [fault('intervals', 'there is no value, neither here nor in registers', '1 to 10,000 values together')];
  if (count > MAX_VALUES)
    return [fault('intervals', `${count} values are too many`, '1 to 10,000 values together; more as a file by POST /metering/readings')];
  const badLength = intervals.flatMap(({ minutes }, nth) =>
    [15, 30, 60].includes(minutes) ? [] : [fault(`intervals.${nth}.minutes`, `${minutes} is no interval length`, '15, 30 or 60')],
  );
  const badNames = [
    ...intervals.map((each, nth) => ({ each, path: `intervals.${nth}` })),
    ...registers.map((each, nth) => ({ each, path: `registers.${nth}` })),
  ].flatMap(({ each, path }) => [
    ...(isProblem(parseMeterNumber(each.meterNumber))
      ? [fault(`${path}.meterNumber`, 'is no meter number', '1 to 35 printable characters')]
      : []),
    ...(isProblem(parseObis(each.obis)) ? [fault(`${path}.obis`, 'is no register code', 'such as 1-0:1.29.0 or 1-0:1.8.0')] : []),
  ]);
  return [...badLength, ...badNames];
}

/** Series become runs, counted through; what a series as a whole breaks is said of each of its values, or to be looked at. */
export function rowsOf({ intervals, registers }: GivenValues, book: DoorBook): { intervals: Run[]; readings: GivenReading[]; unreadable: Rejection[]; flagged: Flagged[] } {
  let row = 1;
  const runs: Run[] = [];
  const unreadable: Rejection[] = [];
  const flagged: Flagged[] = [];
  intervals.forEach((series, nth) => {
    if (series.fault !== undefined) {
      for (const at of series.wattHours.keys()) unreadable.push({ ...unread(series), row: row + at, path: `intervals.${nth}.start` });
      row += series.wattHours.length;
      return;
    }
    const ofSeries = runsOf(series, { row, path: `intervals.${nth}.wattHours` });
    row += series.wattHours.length;
    const days = dayCountFault(series.start.getTime(), series.wattHours.length, series.minutes);
    const severity = days && severityOf(book, 'R07', days.differs);
    if (days && severity === 'WARNING') flagged.push({ ...named(series), rule: 'R07', startMs: series.start.getTime(), detail: days.reason });
    if (days && severity === 'ERROR') {
      const { reason } = days;
      for (const run of ofSeries) run.wattHours.forEach((_, at) => unreadable.push(rejectionOf(valueAt(run, at), { rule: 'R07', reason, registerId: null })));
    } else runs.push(...ofSeries);
  });
  const readings = registers.flatMap((read, nth) => {
    const place = { row: row + nth, path: `registers.${nth}` };
    if (read.fault === undefined) return [{ ...read, ...named(read), ...place, readAtMs: read.readAt.getTime() }];
    unreadable.push({ ...unread(read), row: place.row, path: `${place.path}.readAt` });
    return [];
  });
  return { intervals: runs, readings, unreadable, flagged };
}

const unread = ({ fault, ...given }: { meterNumber: string; obis: string; fault?: string }) => ({ ...named(given), startMs: null, rule: null, reason: fault!, registerId: null });

/** A run up to each value that is missing. */
function runsOf({ start, minutes, wattHours, status, reason, method, ...series }: GivenSeries, { row, path }: { row: number; path: string }): Run[] {
  const stepMs = minutes * MINUTE_MS;
  const about = { ...named(series), stepMs, status, reason, method, path };
  const runs: Run[] = [];
  let values: number[] | null = null;
  wattHours.forEach((value, nth) => {
    if (value === null) return void (values = null);
    if (!values) runs.push({ ...about, row: row + nth, nth, startMs: start.getTime() + nth * stepMs, wattHours: (values = []) });
    values.push(Number(value));
  });
  return runs;
}

const named = ({ meterNumber, obis }: { meterNumber: string; obis: string }) => ({
  meterNumber: parseMeterNumber(meterNumber) as string,
  obis: parseObis(obis) as string,
});
