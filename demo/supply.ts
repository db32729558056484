// When a contract was signed, confirmed and begins: only courses that the market's rules allow.
import { earliestSupplyStart } from '@stromgraph/kernel/calendar';
import { addDays, addMonths, type LocalDate, startOfDay } from '@stromgraph/kernel/time';
import type { Random } from './random.ts';

export type ContractState = 'ACTIVE' | 'CONFIRMED' | 'TERMINATED';
export type Course = Readonly<{
  state: ContractState;
  startOn: LocalDate;
  /** Exclusive; only of what has ended. */
  endOn: LocalDate | null;
  endReason: 'SUPPLIER_CHANGE' | 'MOVE_OUT' | null;
  reason: 'SUPPLIER_CHANGE' | 'MOVE_IN';
  signedAt: Date;
  /** When the signed contract reached us. */
  importedAt: Date;
  requestedAt: Date;
  confirmedAt: Date;
}>;

export const OLDEST_MONTHS = 36;
/** The longest time between signature and start of supply. */
export const LONGEST_LEAD_DAYS = 60;
const SHORTEST_LEAD_DAYS = 14;
const MINUTE_MS = 60_000;

export function courseOf(random: Random, today: LocalDate, state: ContractState): Course {
  const reason = random.chance(0.75) ? 'SUPPLIER_CHANGE' : 'MOVE_IN';
  if (state === 'CONFIRMED') {
    const signedOn = addDays(today, -random.whole(1, 15));
    const earliest = earliestSupplyStart(signedOn);
    const startOn = preferFirst(random, later(addDays(earliest, random.whole(0, 40)), addDays(today, random.whole(1, 5))));
    return { state, reason, startOn, endOn: null, endReason: null, ...signedOnDay(random, signedOn) };
  }
  const [oldest, newest] = state === 'TERMINATED' ? [OLDEST_MONTHS, 15] : [OLDEST_MONTHS, 1];
  const startOn = preferFirst(random, addDays(addMonths(today, -random.whole(newest, oldest)), -random.whole(0, 28)), addMonths(today, -newest));
  const signed = signedOnDay(random, addDays(startOn, -random.whole(SHORTEST_LEAD_DAYS, LONGEST_LEAD_DAYS + 1)));
  if (state === 'ACTIVE') return { state, reason, startOn, endOn: null, endReason: null, ...signed };
  const endReason = random.chance(0.6) ? 'SUPPLIER_CHANGE' : 'MOVE_OUT';
  return { state, reason, startOn, endReason, endOn: addDays(addMonths(startOn, 12), random.whole(0, 40)), ...signed };
}

/** Signed by day, sent to the market within hours, confirmed within minutes. */
function signedOnDay(random: Random, day: LocalDate) {
  const signedAt = new Date(startOfDay(day).getTime() + random.whole(8 * 60, 20 * 60) * MINUTE_MS);
  const requestedAt = new Date(signedAt.getTime() + random.whole(2, 180) * MINUTE_MS);
  return { signedAt, importedAt: new Date(signedAt.getTime() + MINUTE_MS), requestedAt, confirmedAt: new Date(requestedAt.getTime() + random.whole(1, 40) * MINUTE_MS) };
}

/** Most people start on the first of a month: the next one, unless it is later than `latest`. */
function preferFirst(random: Random, day: LocalDate, latest?: LocalDate): LocalDate {
  if (!random.chance(0.6)) return day;
  const first = `${addMonths(`${day.slice(0, 7)}-01`, 1).slice(0, 7)}-01`;
  return latest === undefined || first <= latest ? first : day;
}

const later = (a: LocalDate, b: LocalDate) => (a > b ? a : b);
