import { Decimal } from 'decimal.js';
import { z } from 'zod';
import { parseBdewCode, parseEic, parsePostalCode, type IdentifierInvalid } from '@stromgraph/kernel/market-ids';
import type { DecimalText } from '@stromgraph/kernel/money';
import { fault, type InputFault, isProblem } from '@stromgraph/kernel/problem';
import type { LocalDate } from '@stromgraph/kernel/time';
import { isStorable, UNSTORABLE_FAULT } from '@stromgraph/kernel/told';

export type Place = Readonly<{
  postalCode: string;
  city: string;
  district: string | null;
  ags: string;
  gridOperatorCode: string;
  gridOperatorName: string;
  gridAreaCode: string;
}>;
export type GridFee = Readonly<{
  validFrom: LocalDate;
  validUntil: LocalDate | null;
  workingCtPerKwh: DecimalText;
  baseCentsPerYear: DecimalText;
  meteringCentsPerYear: DecimalText;
}>;
export type ConcessionRate = Readonly<{ ctPerKwh: DecimalText; validFrom: LocalDate; validUntil: LocalDate | null }>;

const identifier = (parse: (text: string) => string | IdentifierInvalid) =>
  z.string().superRefine((text, check) => {
    const parsed = parse(text);
    if (isProblem(parsed)) check.addIssue({ code: 'custom', message: `${parsed.reason}: ${parsed.message}` });
  });
const UnitPrice = z.string().regex(/^\d{1,6}(\.\d{1,6})?$/, 'is not a price of at most 6 decimals');
const Text = z.string().trim().min(1).max(200).refine(isStorable, UNSTORABLE_FAULT);
const optional = <T>(schema: z.ZodType<T>) =>
  z.preprocess((value) => (value === '' || value === undefined ? null : value), schema.nullable());

/** A line of a file of places, with the grid fee and the concession levy that hold there. */
export const PlaceLine = z
  .strictObject({
    postalCode: identifier(parsePostalCode),
    city: Text,
    district: optional(Text),
    ags: z.string().regex(/^\d{8}$/, 'is not an official key of 8 digits'),
    gridOperatorCode: identifier(parseBdewCode),
    gridOperatorName: Text,
    gridAreaCode: identifier((text) => parseEic(text, 'Y')),
    validFrom: z.iso.date(),
    validUntil: optional(z.iso.date()),
    gridWorkingCtPerKwh: UnitPrice,
    gridBaseCentsPerYear: UnitPrice,
    meteringCentsPerYear: UnitPrice,
    concessionCtPerKwh: UnitPrice.refine((text) => new Decimal(text).lte('2.39'), 'is above the legal maximum of 2.39 ct/kWh'),
  })
  .refine(({ validFrom, validUntil }) => validUntil === null || validUntil > validFrom, {
    path: ['validUntil'],
    message: 'is not after validFrom',
  });
export type PlaceLine = z.infer<typeof PlaceLine>;

/** Lines of one file that contradict an earlier one: another grid fee for a place, or another concession rate for a municipality, on the same days. */
export function contradictions(lines: readonly PlaceLine[]): InputFault[] {
  const fees = new Map<string, PlaceLine[]>();
  const levies = new Map<string, PlaceLine[]>();
  return lines.flatMap((line, index) => {
    const place = JSON.stringify([line.postalCode, line.city, line.district]);
    return [
      ...(differs(fees, place, line, feeOf) ? [fault(`rows.${index + 1}.gridWorkingCtPerKwh`, CONTRADICTS, RESOLVED)] : []),
      ...(differs(levies, line.ags, line, levyOf) ? [fault(`rows.${index + 1}.concessionCtPerKwh`, CONTRADICTS, RESOLVED)] : []),
    ];
  });
}

export const CONTRADICTS = 'another rate is known for these days';
export const RESOLVED = 'the known rate, or days after it';

/** 8.5 and 8.50 are one price. */
const sameForm = (price: DecimalText) => new Decimal(price).toString();
const feeOf = (line: PlaceLine) =>
  [line.validFrom, line.validUntil, ...[line.gridWorkingCtPerKwh, line.gridBaseCentsPerYear, line.meteringCentsPerYear].map(sameForm)].join();
const levyOf = (line: PlaceLine) => [line.validFrom, line.validUntil, sameForm(line.concessionCtPerKwh)].join();
const overlaps = (a: PlaceLine, b: PlaceLine) =>
  (a.validUntil === null || b.validFrom < a.validUntil) && (b.validUntil === null || a.validFrom < b.validUntil);

function differs(known: Map<string, PlaceLine[]>, key: string, line: PlaceLine, rateOf: (line: PlaceLine) => string): boolean {
  const earlier = known.get(key) ?? [];
  if (earlier.some((other) => overlaps(other, line) && rateOf(other) !== rateOf(line))) return true;
  if (!earlier.some((other) => rateOf(other) === rateOf(line))) known.set(key, [...earlier, line]);
  return false;
}
