import { addMonths, dayOf, startOfDay } from '@stromgraph/kernel/time';
import type { Tx } from '@stromgraph/kernel/database';
import { makeBerlinDayFinder } from '../intervals/berlin-day.ts';
import { type DayColumns, emptyDay, isChanged, startAt } from '../intervals/day-columns.ts';
import { decide, type Decided, type Replacement } from '../intervals/decide.ts';
import type { Run } from '../intervals/run.ts';
import { contestedPlaces, stretchesOf } from '../intervals/stretches.ts';
import type { Flagged, Rejection, Warning } from '../intervals/value.ts';
import type { GivenReading } from '../meters/reading.ts';
import { type Counts, saveRejections } from '../store/batches.ts';
import { fillDays, fillPlaces } from '../store/day-columns.ts';
import { foldIntoUsage } from '../store/day-sums.ts';
import { rememberRows, stretchesAt } from '../store/file-rows.ts';
import { saveExplained } from '../store/substitutes.ts';
import { saveWarnings } from '../store/findings.ts';
import { addIntervals, replaceIntervals } from '../store/intervals.ts';
import { lockMeterFacts } from '../store/meter-facts.ts';
import type { MeterFacts } from '../validation/meter-facts.ts';
import { type Piece, placeRuns } from '../validation/place.ts';
import type { RuleBook } from '../validation/stored/rule.ts';
import { storeReadings } from './store-readings.ts';

/** Older values are not taken: nothing may be billed from them any more. */
export const KEPT_MONTHS = 36;
export const oldestKept = (now: Date): Date => startOfDay(`${addMonths(dayOf(now), -KEPT_MONTHS).slice(0, 7)}-01`);

export type Values = Readonly<{ intervals: readonly Run[]; readings: readonly GivenReading[]; unreadable: readonly Rejection[]; flagged?: readonly Flagged[] }>;
/** `inParts`: other parts of the same batch are stored in other transactions. */
export type About = Readonly<{ batchId: string; now: Date; by: string; book: RuleBook; inParts?: boolean }>;
/** What became of some values. `isWhole`: the changed days hold everything that is now stored of them. */
export type Stored = Readonly<{ counts: Counts; meters: ReadonlyMap<string, MeterFacts>; changed: readonly DayColumns[]; replaced: readonly Replacement[]; isWhole: boolean; readings: number }>;

/** Days with fewer values of a batch than this are looked at value by value where they are many. */
const DENSE_VALUES = 8;
const FEW_DAYS = 1_000;

const dayFinder = makeBerlinDayFinder();

/** Stores what is right of some values and refuses the rest with a reason each; sums of days and months are kept up to date. */
export async function storeValues(tx: Tx, { intervals, readings, unreadable, flagged = [] }: Values, about: About): Promise<Stored> {
  const { batchId, now, by, book } = about;
  const meters = await lockMeterFacts(tx, [...new Set([...intervals, ...readings].map(({ meterNumber }) => meterNumber))]);
  const placed = placeRuns(intervals, meters, { nowMs: now.getTime(), oldestMs: oldestKept(now).getTime(), book, dayOf: dayFinder });
  const days = daysOf(placed.pieces);
  const isWhole = await fill(tx, placed.pieces, days);
  const dayOf = (piece: Piece) => days.get(keyOf(piece))!;
  if (about.inParts) await recall(tx, contestedPlaces(placed.pieces, dayOf), batchId);
  const decided = decide(placed.pieces, dayOf, book, about.inParts ? firstRowOf(placed.pieces) : 0);
  const changed = [...days.values()].filter(isChanged);
  await save(tx, changed, decided, about);
  if (about.inParts) await rememberRows(tx, batchId, stretchesOf(days.values(), firstRowOf(placed.pieces)));
  const ofReadings = readings.length === 0 ? NONE : await storeReadings(tx, readings, meters, about);
  const rejections = [...unreadable, ...placed.rejections, ...decided.refused, ...ofReadings.rejections];
  await saveRejections(tx, batchId, rejections, { at: now, by });
  await saveWarnings(tx, batchId, [...flaggedOf(flagged, meters), ...placed.warnings, ...decided.warnings], { at: now, by });
  const counts = { accepted: decided.accepted + ofReadings.accepted, unchanged: decided.unchanged + ofReadings.unchanged, rejected: rejections.length };
  return { counts, meters, changed, replaced: decided.replaced, isWhole, readings: ofReadings.accepted };
}

const flaggedOf = (flagged: readonly Flagged[], meters: ReadonlyMap<string, MeterFacts>): Warning[] =>
  flagged.flatMap(({ meterNumber, obis, ...warning }) => {
    const register = meters.get(meterNumber)?.registers.get(obis);
    return register ? [{ ...warning, registerId: register.registerId }] : [];
  });

const NONE = { accepted: 0, unchanged: 0, rejections: [] as Rejection[] };

async function save(tx: Tx, changed: readonly DayColumns[], { replaced, explained }: Decided, { batchId, now }: About): Promise<void> {
  const about = { at: now, batchId };
  await saveExplained(tx, explained, about);
  await addIntervals(tx, changed, about);
  await replaceIntervals(tx, replaced, about);
  await foldIntoUsage(tx, changed, about);
}

/** Rows of a file come in their order. */
const firstRowOf = ([first]: readonly Piece[]): number => (first ? first.run.row + first.from : 1);

/** Puts the rows of earlier parts that said them into places. */
async function recall(tx: Tx, places: readonly (readonly [DayColumns, number])[], batchId: string): Promise<void> {
  const stretches = await stretchesAt(tx, batchId, places.map(([day, place]) => ({ registerId: day.registerId, startMs: startAt(day, place) })));
  stretches.forEach((stretch, nth) => {
    const [day, place] = places[nth]!;
    if (stretch) day.rows[place] = stretch.row + (stretch.rowStep * (startAt(day, place) - stretch.startMs)) / (startAt(day, 1) - day.fromMs);
  });
}

const keyOf = ({ registerId, day }: Piece): string => `${registerId} ${day.day}`;

function daysOf(pieces: readonly Piece[]): Map<string, DayColumns> {
  const days = new Map<string, DayColumns>();
  for (const piece of pieces) if (!days.has(keyOf(piece))) days.set(keyOf(piece), emptyDay(piece));
  return days;
}

/** Puts what is known into the days; whether they are whole then. */
async function fill(tx: Tx, pieces: readonly Piece[], days: ReadonlyMap<string, DayColumns>): Promise<boolean> {
  const known = [...days.values()];
  const values = pieces.reduce((sum, { count }) => sum + count, 0);
  if (known.length <= FEW_DAYS || values >= known.length * DENSE_VALUES) {
    await fillDays(tx, known);
    return true;
  }
  await fillPlaces(tx, pieces.flatMap((piece) => placesOf(piece, days.get(keyOf(piece))!)));
  return false;
}

function placesOf({ run, from, count }: Piece, day: DayColumns): (readonly [DayColumns, number])[] {
  const first = (run.startMs + from * run.stepMs - day.fromMs) / run.stepMs;
  return Array.from({ length: count }, (_, nth) => [day, first + nth] as const);
}
