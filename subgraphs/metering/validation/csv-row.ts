// A line of `meter_number,obis,start,end,kwh,status`, read for speed: millions of them come in one file.
import { wattHoursOfKwh } from '@stromgraph/kernel/energy';
import { parseObis } from '@stromgraph/kernel/market-ids';
import { isProblem } from '@stromgraph/kernel/problem';
import { isStorable, UNSTORABLE_FAULT } from '@stromgraph/kernel/told';
import { localTimeFault } from '../intervals/local-time.ts';
import { type GivenInterval, VALUE_STATUSES, type ValueStatus } from '../intervals/value.ts';

/** D of an OBIS code A-B:C.D.E: the reading of a counter. */
export const isOfACounter = (obis: string): boolean => /\.8\.\d+$/.test(obis);

export const REQUIRED_COLUMNS = ['meter_number', 'obis', 'start', 'end', 'kwh', 'status'] as const;
export const OPTIONAL_COLUMNS = ['reason', 'method'] as const;
type Column = (typeof REQUIRED_COLUMNS)[number] | (typeof OPTIONAL_COLUMNS)[number];

/** Where each column stands in the file; what is wrong with the header otherwise. */
export type Columns = Readonly<{ at: Readonly<Record<Column, number>>; count: number }>;
export function readHeader(names: readonly string[]): Columns | string {
  const known: readonly string[] = [...REQUIRED_COLUMNS, ...OPTIONAL_COLUMNS];
  const given = names.map((name) => name.trim());
  const separator = given.length === 1 ? /[;\t|]/.exec(given[0]!)?.[0] : undefined;
  if (separator) return `the fields are separated by ${JSON.stringify(separator)} (allowed: commas, and a decimal point in kwh)`;
  const missing = REQUIRED_COLUMNS.filter((name) => !given.includes(name));
  if (missing.length > 0) return `the header lacks ${missing.join(', ')} (allowed: ${known.join(',')}, the last two optional)`;
  const strange = given.filter((name, index) => !known.includes(name) || given.indexOf(name) !== index);
  if (strange.length > 0) return `the header has ${strange.join(', ')} (allowed: ${known.join(',')}, each once)`;
  return { at: Object.fromEntries(known.map((name) => [name, given.indexOf(name)])) as Record<Column, number>, count: given.length };
}

/** A line's content. A counter's reading is of an instant: it begins and ends there. */
export type CsvRow = Omit<GivenInterval, 'wattHours'> & Readonly<{ wattHours: number }>;

/** The row's content, or why it cannot be read. */
export function readRow(fields: readonly string[], row: number, { at, count }: Columns, { toMs, toObis, toMeter }: Readers): CsvRow | string {
  if (fields.length !== count) return `${fields.length} of ${count} fields: ${fields.length < count ? 'the row is cut off' : 'a stray comma, or a decimal comma in place of a decimal point'}`;
  const meterNumber = toMeter(fields[at.meter_number]!);
  if (meterNumber === null) return fields[at.meter_number]!.trim() === '' ? 'meter_number is empty' : `meter_number ${UNSTORABLE_FAULT}`;
  const unstorable = STORED_TEXTS.find((column) => at[column] >= 0 && !isStorable(fields[at[column]]!));
  if (unstorable) return `${unstorable} ${UNSTORABLE_FAULT}`;
  const obis = toObis(fields[at.obis]!);
  if (obis === null) return `obis ${quoted(fields[at.obis]!)} is no register code such as 1-0:1.29.0`;
  const startMs = toMs(fields[at.start]!);
  if (startMs === null) return instantFault('start', fields[at.start]!, '2026-11-24T00:00:00+01:00');
  const endMs = fields[at.end] === '' && isOfACounter(obis) ? startMs : toMs(fields[at.end]!);
  if (endMs === null) return instantFault('end', fields[at.end]!, '2026-11-24T00:15:00+01:00');
  const wattHours = readKwh(fields[at.kwh]!);
  if (wattHours === null) return `kwh ${quoted(fields[at.kwh]!)} is no number of kilowatt-hours with a decimal point and at most three decimals`;
  const status = fields[at.status]! as ValueStatus;
  if (!VALUE_STATUSES.includes(status)) return `status ${quoted(status)} is none of ${VALUE_STATUSES.join(', ')}`;
  return { row, path: null, meterNumber, obis, startMs, endMs, wattHours, status, reason: optional(fields[at.reason]), method: optional(fields[at.method]) };
}

/** Taken as they are; the others have a form of their own. */
const STORED_TEXTS = ['reason', 'method'] as const;
const optional = (text: string | undefined): string | null => text?.trim() || null;
const quoted = (text: string) => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);

const instantFault = (column: string, text: string, example: string): string =>
  `${column} ${quoted(text)} is no instant with an offset, such as ${example}${localTimeFault(text)}`;

const KWH = /^(\d{1,11})(?:\.(\d{1,3}))?$/;
const THOUSANDTHS = [1, 100, 10, 1] as const;

/** Whole watt-hours; null where it is no such number or beyond what numbers hold exactly. */
function readKwh(text: string): number | null {
  const parts = KWH.exec(text);
  if (parts) return Number(parts[1]) * 1_000 + (parts[2] === undefined ? 0 : Number(parts[2]) * THOUSANDTHS[parts[2].length]!);
  const wattHours = wattHoursOfKwh(text);
  return wattHours !== null && Number.isSafeInteger(Number(wattHours)) ? Number(wattHours) : null;
}

const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.0+)?)?(Z|([+-])(\d{2}):(\d{2}))$/;

/** Reads what repeats from row to row once: a row begins where the last one ended, at the same register. */
export type Readers = Readonly<{ toMs: (text: string) => number | null; toObis: (text: string) => string | null; toMeter: (text: string) => string | null }>;
export const makeReaders = (): Readers => ({ toMs: remembered(toMs), toObis: remembered(toObis), toMeter: remembered(toMeter) });

const MAX_REMEMBERED = 10_000;

function remembered<T>(read: (text: string) => T): (text: string) => T {
  const held = new Map<string, T>();
  return (text) => {
    const known = held.get(text);
    if (known !== undefined) return known;
    if (held.size > MAX_REMEMBERED) held.clear();
    const fresh = read(text);
    held.set(text, fresh);
    return fresh;
  };
}

const toMeter = (text: string): string | null => (text.trim() === '' || !isStorable(text) ? null : text.trim().toUpperCase());

function toObis(text: string): string | null {
  const code = parseObis(text);
  return isProblem(code) ? null : code;
}

function toMs(text: string): number | null {
  const parts = INSTANT.exec(text);
  if (!parts) return null;
  const [year, month, day, hour, minute] = parts.slice(1, 6).map(Number) as [number, number, number, number, number];
  const second = Number(parts[6] ?? 0);
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return null;
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  if (new Date(local).getUTCDate() !== day) return null;
  const [offsetHours, offsetMinutes] = [Number(parts[9] ?? 0), Number(parts[10] ?? 0)];
  if (offsetHours > 18 || offsetMinutes > 59) return null;
  const offset = (offsetHours * 60 + offsetMinutes) * 60_000;
  return parts[8] === '-' ? local + offset : local - offset;
}
