import type { LocalDate } from '@stromgraph/kernel/time';
import type { Supply } from '../validation/meter-facts.ts';
import type { BerlinDay } from './berlin-day.ts';
import { VALUE_STATUSES, type ValueStatus } from './value.ts';

const MINUTE_MS = 60_000;

/**
 * A register's Berlin day while a batch is stored: a place per interval, with what is known there and what the batch makes of it.
 * Columns, as a day of every meter passes through here. Watt-hours are whole numbers, exact as numbers (see Run).
 */
export type DayColumns = {
  readonly registerId: number;
  readonly day: LocalDate;
  readonly fromMs: number;
  readonly minutes: number;
  supply: Supply;
  /** Whether the register had no value at all yet. */
  readonly isFirst: boolean;
  /** Of the day as it is stored; 0 where it has no value yet. */
  version: number;
  readonly wattHours: Float64Array;
  /** 0 where no value is known, else one more than the place in VALUE_STATUSES. */
  readonly statuses: Uint8Array;
  /** The first row of this batch that said so, as news or as known already; 0 where none did. */
  readonly rows: Int32Array;
  readonly added: number[];
  readonly change: DayChange;
};

/** By how much the sums of a day change. */
export type DayChange = {
  wattHours: number;
  known: number;
  substitute: number;
  provisional: number;
  /** Whether a value that was known before has changed. */
  corrected: boolean;
};

export type Place = Readonly<{ registerId: number; minutes: number; supply: Supply; day: BerlinDay; isFirst: boolean }>;
export function emptyDay({ registerId, minutes, supply, isFirst, day: { day, fromMs, untilMs } }: Place): DayColumns {
  const places = (untilMs - fromMs) / (minutes * MINUTE_MS);
  return {
    registerId,
    day,
    fromMs,
    minutes,
    supply,
    isFirst,
    version: 0,
    wattHours: new Float64Array(places),
    statuses: new Uint8Array(places),
    rows: new Int32Array(places),
    added: [],
    change: { wattHours: 0, known: 0, substitute: 0, provisional: 0, corrected: false },
  };
}

export const startAt = ({ fromMs, minutes }: DayColumns, place: number): number => fromMs + place * minutes * MINUTE_MS;
export const codeOf = (status: ValueStatus): number => VALUE_STATUSES.indexOf(status) + 1;
export const statusOfCode = (code: number): ValueStatus | null => VALUE_STATUSES[code - 1] ?? null;
export const isChanged = ({ change }: DayColumns): boolean => change.known > 0 || change.corrected;
