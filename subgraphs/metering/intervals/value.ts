import type { WattHours } from '@stromgraph/kernel/energy';
import type { DoorRule } from '../validation/door.ts';
import type { Supply } from '../validation/meter-facts.ts';

/** True and substitute values may be billed; a provisional one waits for either. */
export type ValueStatus = 'TRUE' | 'SUBSTITUTE' | 'PROVISIONAL';
export const VALUE_STATUSES = ['TRUE', 'SUBSTITUTE', 'PROVISIONAL'] as const;

/** Energy of one interval as somebody delivers it; not checked against anything yet. Times are UTC milliseconds. */
export type GivenInterval = Readonly<{
  /** Counted from 1 within the batch. */
  row: number;
  path: string | null;
  meterNumber: string;
  obis: string;
  startMs: number;
  endMs: number;
  wattHours: WattHours;
  status: ValueStatus;
  /** Why a value that is known is replaced. */
  reason: string | null;
  /** How a substitute value was formed. */
  method: string | null;
}>;

/** An interval that may be stored: its register, and the contract that it was used under. */
export type PlacedInterval = Readonly<{
  /** As it may be stored. */
  given: GivenInterval;
  registerId: number;
  minutes: number;
  supply: Supply;
  warnings: readonly Warning[];
}>;

/** Why a value that was taken should be looked at. */
export type Warning = Readonly<{ rule: DoorRule; registerId: number; startMs: number; detail: string }>;

/** The same of what is delivered, before its register is known. */
export type Flagged = Omit<Warning, 'registerId'> & Readonly<{ meterNumber: string; obis: string }>;

/** Rules of validation that are checked at the door; the others look at values that are stored. */
export type Rule = 'R02' | 'R03' | 'R06' | 'R07' | 'R08' | 'R14' | 'R16';

export type Rejection = Readonly<{
  row: number;
  path: string | null;
  meterNumber: string | null;
  obis: string | null;
  startMs: number | null;
  /** Null where the row could not be read at all. */
  rule: Rule | null;
  reason: string;
  registerId: number | null;
}>;
