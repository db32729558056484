import type { Run } from '../intervals/run.ts';
import type { Rejection } from '../intervals/value.ts';
import { type GivenReading, QUALITY_OF } from '../meters/reading.ts';
import { fieldsOf, type Line, NO_UTF8, TOO_LONG } from '../value-files.ts';
import { type Columns, type CsvRow, isOfACounter, type Readers, readRow } from '../validation/csv-row.ts';

/** Rows of a file that are stored together. */
export type Chunk = { rows: number; runs: Run[]; readings: GivenReading[]; unreadable: Rejection[]; meters: Set<string> };
export const emptyChunk = (): Chunk => ({ rows: 0, runs: [], readings: [], unreadable: [], meters: new Set() });

const NOT_UTF8 = 'it is not UTF-8: a byte of ISO 8859-1 (Latin-1), Windows-1252 or UTF-16? Send the file as UTF-8';

/** Why a line cannot be read at all; null where it can. */
export function lineFault(line: Line): string | null {
  if (line === TOO_LONG) return 'the line is too long';
  return line === NO_UTF8 ? NOT_UTF8 : null;
}

/** A word of a list that was cut off is none any more; a number, an instant or a name that was cut off may be another. */
const endsWhole = ({ at, count }: Columns): boolean => [at.status, at.reason, at.method].includes(count - 1);
const NO_END = 'no line end comes after it, so that its last field may be cut off (allowed: a line end, or status, reason or method as the last column)';

/** Adds a line to a chunk; false where it cannot be read. `suffix` says so of the last line of a file that may have been cut off in it. */
export function takeLine(chunk: Chunk, line: Line, row: number, { columns, readers, prefix = '' }: { columns: Columns; readers: Readers; prefix?: string }): boolean {
  chunk.rows += 1;
  const given = lineFault(line) ?? (prefix === '' || endsWhole(columns) ? null : NO_END) ?? readRow(fieldsOf(line as string), row, columns, readers);
  if (typeof given === 'string') {
    chunk.unreadable.push(unreadable(row, prefix + given));
    return false;
  }
  chunk.meters.add(given.meterNumber);
  if (given.startMs === given.endMs && isOfACounter(given.obis)) chunk.readings.push(toReading(given));
  else addToRuns(chunk.runs, given);
  return true;
}

export const unreadable = (row: number, reason: string): Rejection => ({ row, path: null, meterNumber: null, obis: null, startMs: null, rule: null, reason, registerId: null });

/** A row that goes on where the last one ended lengthens its run. */
function addToRuns(runs: Run[], { endMs, wattHours, ...row }: CsvRow): void {
  const last = runs.at(-1);
  const stepMs = endMs - row.startMs;
  if (last && continues(last, row, stepMs)) (last.wattHours as number[]).push(wattHours);
  else runs.push({ ...row, nth: 0, stepMs, wattHours: [wattHours] });
}

const continues = (last: Run, row: Omit<CsvRow, 'endMs' | 'wattHours'>, stepMs: number): boolean =>
  last.stepMs === stepMs &&
  stepMs > 0 &&
  last.startMs + last.wattHours.length * stepMs === row.startMs &&
  last.row + last.wattHours.length === row.row &&
  last.status === row.status &&
  last.meterNumber === row.meterNumber &&
  last.obis === row.obis &&
  last.reason === row.reason &&
  last.method === row.method;

const toReading = ({ row, path, meterNumber, obis, startMs, wattHours, status, reason, method }: CsvRow): GivenReading => ({
  row,
  path,
  meterNumber,
  obis,
  reason,
  method,
  readAtMs: startMs,
  wattHours: BigInt(wattHours),
  quality: QUALITY_OF[status],
  source: 'UPLOAD',
});
