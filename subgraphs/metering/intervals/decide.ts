import { type DoorBook, severityOf } from '../validation/door.ts';
import { type Piece, rejectionOf } from '../validation/place.ts';
import { replacementFault } from '../validation/replacement.ts';
import { codeOf, type DayColumns, startAt, statusOfCode } from './day-columns.ts';
import { valueAt } from './run.ts';
import type { Rejection, ValueStatus, Warning } from './value.ts';

/** A value that takes the place of one that was known. */
export type Replacement = Readonly<{ registerId: number; startMs: number; wattHours: number; status: ValueStatus; was: ValueStatus; reason: string | null }>;
/** Why a substitute that is stored was formed, and how. */
export type Explained = Readonly<{ registerId: number; startMs: number; reason: string; method: string }>;
export type ExplainedValue = Explained & Readonly<{ wattHours: number }>;
export type Decided = { accepted: number; unchanged: number; replaced: Replacement[]; explained: ExplainedValue[]; refused: Rejection[]; warnings: Warning[] };

const [SUBSTITUTE, PROVISIONAL] = [codeOf('SUBSTITUTE'), codeOf('PROVISIONAL')];

/**
 * Holds pieces against their days, in order: what is new is put in its place, what is known is counted, the rest replaces what is known
 * or is refused. `dayOf` gives the day of a piece with what is stored there; rows before `firstRow` said theirs in an earlier part of the batch.
 */
export function decide(pieces: readonly Piece[], dayOf: (piece: Piece) => DayColumns, book: DoorBook, firstRow = 0): Decided {
  const decided: Decided = { accepted: 0, unchanged: 0, replaced: [], explained: [], refused: [], warnings: [] };
  for (const piece of pieces) decidePiece(piece, dayOf(piece), { book, firstRow }, decided);
  return decided;
}

type By = Readonly<{ book: DoorBook; firstRow: number }>;
function decidePiece(piece: Piece, day: DayColumns, by: By, decided: Decided): void {
  const { run, from, count } = piece;
  const first = (run.startMs + from * run.stepMs - day.fromMs) / run.stepMs;
  const status = codeOf(run.status);
  const before = day.added.length + decided.replaced.length;
  for (let nth = 0; nth < count; nth++) {
    const place = first + nth;
    const wattHours = run.wattHours[from + nth]!;
    const known = day.statuses[place]!;
    if (known === 0) {
      day.added.push(place);
      put(day, place, { wattHours, status, row: run.row + from + nth });
      explain(piece, from + nth, startAt(day, place), decided);
    } else if (known === status && day.wattHours[place] === wattHours) {
      decided.unchanged += 1;
      day.rows[place] ||= run.row + from + nth; // said, so that the same batch again is answered as before
    } else if (day.rows[place]! > 0) sayTwice(piece, from + nth, day, place, by, decided);
    else replace(piece, from + nth, day, place, decided);
  }
  decided.accepted += day.added.length + decided.replaced.length - before;
  if (day.added.length + decided.replaced.length > before) day.supply = piece.supply;
}

/** Another delivery may have corrected what a row of an earlier part said, so that it is not known whether this one says something else than that row, only that it does than what stands. */
export const saidBefore = (row: number, what: 'interval' | 'instant'): string => `row ${row} of this file was of the same ${what}, and what stands since is another value`;

/** R02. The row that came before in the same batch stands. */
function sayTwice({ run, registerId }: Piece, at: number, day: DayColumns, place: number, { book, firstRow }: By, decided: Decided): void {
  const differs = Math.abs(day.wattHours[place]! - run.wattHours[at]!);
  const severity = day.statuses[place] === codeOf(run.status) ? severityOf(book, 'R02', differs) : 'ERROR';
  const value = valueAt(run, at);
  const first = day.rows[place]!;
  if (severity === 'ERROR')
    return void decided.refused.push(rejectionOf(value, { rule: 'R02', reason: first < firstRow ? saidBefore(first, 'interval') : `row ${first} says something else of the same interval`, registerId }));
  decided.unchanged += 1;
  if (severity === 'WARNING') decided.warnings.push({ rule: 'R02', registerId, startMs: value.startMs, detail: `row ${value.row} differs by ${differs} Wh from what stands of the same interval since row ${first}` });
}

function replace({ run, registerId }: Piece, at: number, day: DayColumns, place: number, decided: Decided): void {
  const was = statusOfCode(day.statuses[place]!)!;
  const reason = replacementFault(was, run.status, run);
  if (reason) return void decided.refused.push(rejectionOf(valueAt(run, at), { rule: 'R02', reason, registerId }));
  decided.replaced.push({ registerId, startMs: startAt(day, place), wattHours: run.wattHours[at]!, status: run.status, was, reason: run.reason });
  take(day, place);
  day.change.corrected = true;
  put(day, place, { wattHours: run.wattHours[at]!, status: codeOf(run.status), row: run.row + at });
  explain({ run, registerId }, at, startAt(day, place), decided);
}

/** Validation has let no substitute pass without both. */
function explain({ run: { status, reason, method, wattHours }, registerId }: Pick<Piece, 'run' | 'registerId'>, at: number, startMs: number, decided: Decided): void {
  if (status === 'SUBSTITUTE') decided.explained.push({ registerId, startMs, wattHours: wattHours[at]!, reason: reason!, method: method! });
}

function put(day: DayColumns, place: number, { wattHours, status, row }: { wattHours: number; status: number; row: number }): void {
  day.wattHours[place] = wattHours;
  day.statuses[place] = status;
  day.rows[place] = row;
  count(day, place, 1);
}

const take = (day: DayColumns, place: number): void => count(day, place, -1);

function count({ change, wattHours, statuses }: DayColumns, place: number, sign: 1 | -1): void {
  change.known += sign;
  change.wattHours += sign * wattHours[place]!;
  if (statuses[place] === SUBSTITUTE) change.substitute += sign;
  if (statuses[place] === PROVISIONAL) change.provisional += sign;
}
