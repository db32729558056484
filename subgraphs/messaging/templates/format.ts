// How values are written in a language: Intl does it, exactly, from text and bigint.
import { BERLIN, isLocalDate, parseInstant } from '@stromgraph/kernel/time';
import type { Locale } from '../recipients/recipient.ts';
import type { VariableKind } from './template.ts';

export type Given = string | number;
type Kind = Readonly<{ allowed: string; is: (value: Given) => boolean; write: (value: Given, locale: Locale) => string }>;

const MAX_TEXT = 5_000;
const WHOLE = /^-?\d{1,30}$/;
const DECIMAL = /^-?\d{1,30}(\.\d{1,18})?$/;
/** A number that JSON may have rounded is not taken. */
const isWhole = (value: Given) => (typeof value === 'number' ? Number.isSafeInteger(value) : WHOLE.test(value));

/** Checks and writes of each kind. Money is in whole cents, energy in whole watt-hours. */
export const KINDS: Readonly<Record<VariableKind, Kind>> = {
  TEXT: { allowed: `text of at most ${MAX_TEXT} characters`, is: (value) => typeof value === 'string' && value.length <= MAX_TEXT, write: (value) => String(value) },
  NUMBER: { allowed: 'a number, or a decimal number as text', is: (value) => (typeof value === 'number' ? Number.isFinite(value) : DECIMAL.test(value)), write: (value, locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 18 }).format(String(value) as never) },
  MONEY: { allowed: 'whole cents', is: isWhole, write: (value, locale) => new Intl.NumberFormat(locale, { style: 'currency', currency: 'EUR' }).format(shifted(BigInt(value), 2) as never) },
  ENERGY: { allowed: 'whole watt-hours', is: isWhole, write: (value, locale) => `${new Intl.NumberFormat(locale, { maximumFractionDigits: 3 }).format(shifted(BigInt(value), 3) as never)} kWh` },
  DAY: { allowed: 'a day, YYYY-MM-DD', is: (value) => typeof value === 'string' && isLocalDate(value), write: (value, locale) => Temporal.PlainDate.from(String(value)).toLocaleString(locale, { dateStyle: 'long' }) },
  INSTANT: {
    allowed: 'an instant with its offset or Z',
    is: (value) => typeof value === 'string' && parseInstant(value) !== null,
    write: (value, locale) => Temporal.Instant.from(String(value)).toLocaleString(locale, { timeZone: BERLIN, dateStyle: 'long', timeStyle: 'short' }),
  },
};

/** A whole number with its decimal point moved to the left, as text: 123456 by 2 is "1234.56". */
function shifted(whole: bigint, places: number): string {
  const digits = (whole < 0n ? -whole : whole).toString().padStart(places + 1, '0');
  return `${whole < 0n ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}
