import type { Piece } from '../validation/place.ts';
import { codeOf, type DayColumns, startAt } from './day-columns.ts';

/** Rows that said values of a register one after the other, each so many rows after the one before: one, or as many as there are registers in a file in order of time. A reading of a counter is one of its own. */
export type Stretch = Readonly<{ registerId: number; startMs: number; untilMs: number; row: number; rowStep: number }>;

/** Where values are known and pieces say something else: of these it matters whether an earlier row of the same file has said them. */
export function contestedPlaces(pieces: readonly Piece[], dayOf: (piece: Piece) => DayColumns): (readonly [DayColumns, number])[] {
  const contested: (readonly [DayColumns, number])[] = [];
  for (const piece of pieces) {
    const { run, from, count } = piece;
    const [day, status] = [dayOf(piece), codeOf(run.status)];
    const first = (run.startMs + from * run.stepMs - day.fromMs) / run.stepMs;
    for (let nth = 0; nth < count; nth++) {
      const known = day.statuses[first + nth]!;
      if (known !== 0 && (known !== status || day.wattHours[first + nth] !== run.wattHours[from + nth])) contested.push([day, first + nth]);
    }
  }
  return contested;
}

/** What rows from `firstRow` on have said of days. */
export function stretchesOf(days: Iterable<DayColumns>, firstRow: number): Stretch[] {
  const stretches: Stretch[] = [];
  for (const day of days)
    for (let place = 0; place < day.rows.length; ) {
      const row = day.rows[place]!;
      const first = place++;
      if (row < firstRow) continue;
      const rowStep = Math.max(1, (day.rows[place] ?? 0) - row);
      while (place < day.rows.length && day.rows[place] === row + (place - first) * rowStep) place++;
      stretches.push({ registerId: day.registerId, startMs: startAt(day, first), untilMs: startAt(day, place), row, rowStep });
    }
  return stretches;
}
