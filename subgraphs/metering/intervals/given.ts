import type { WattHours } from '@stromgraph/kernel/energy';
import { parseMeterNumber, parseObis } from '@stromgraph/kernel/market-ids';
import { fault, type InputFault, isProblem } from '@stromgraph/kernel/problem';
import type { GivenReading, ReadingQuality, ReadingSource } from '../meters/reading.ts';
import { dayCountFault } from '../validation/series.ts';
import type { GivenInterval, Rejection, ValueStatus } from './value.ts';

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

/** Series become rows, counted through; what a series as a whole breaks is said of each of its values. */
export function rowsOf({ intervals, registers }: GivenValues): {
  intervals: GivenInterval[];
  readings: GivenReading[];
  unreadable: Rejection[];
} {
  let row = 0;
  const rows: GivenInterval[] = [];
  const unreadable: Rejection[] = [];
  intervals.forEach((series, nth) => {
    const { meterNumber, obis } = named(series);
    const dayFault = dayCountFault(series.start.getTime(), series.wattHours.length, series.minutes);
    series.wattHours.forEach((wattHours, at) => {
      row += 1;
      if (wattHours === null) return;
      const startMs = series.start.getTime() + at * series.minutes * MINUTE_MS;
      const path = `intervals.${nth}.wattHours.${at}`;
      if (dayFault) unreadable.push({ row, path, meterNumber, obis, startMs, rule: 'R07', reason: dayFault, registerId: null });
      else
        rows.push({
          row,
          path,
          meterNumber,
          obis,
          startMs,
          endMs: startMs + series.minutes * MINUTE_MS,
          wattHours,
          status: series.status,
          reason: series.reason,
          method: series.method,
        });
    });
  });
  const readings = registers.map((read, nth) => ({
    ...read,
    ...named(read),
    row: (row += 1),
    path: `registers.${nth}`,
    readAtMs: read.readAt.getTime(),
  }));
  return { intervals: rows, readings, unreadable };
}

const named = ({ meterNumber, obis }: { meterNumber: string; obis: string }) => ({
  meterNumber: parseMeterNumber(meterNumber) as string,
  obis: parseObis(obis) as string,
});
