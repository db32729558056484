import { z } from 'zod';
import { parseBdewCode, parseEic, parsePostalCode, type IdentifierInvalid } from '@stromgraph/kernel/market-ids';
import type { DecimalText } from '@stromgraph/kernel/money';
import { isProblem } from '@stromgraph/kernel/problem';
import type { LocalDate } from '@stromgraph/kernel/time';

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
const optional = <T>(schema: z.ZodType<T>) =>
  z.preprocess((value) => (value === '' || value === undefined ? null : value), schema.nullable());

/** A line of a file of places, with the grid fee and the concession levy that hold there. */
export const PlaceLine = z
  .strictObject({
    postalCode: identifier(parsePostalCode),
    city: z.string().trim().min(1).max(200),
    district: optional(z.string().trim().min(1).max(200)),
    ags: z.string().regex(/^\d{8}$/, 'is not an official key of 8 digits'),
    gridOperatorCode: identifier(parseBdewCode),
    gridOperatorName: z.string().trim().min(1).max(200),
    gridAreaCode: identifier((text) => parseEic(text, 'Y')),
    validFrom: z.iso.date(),
    validUntil: optional(z.iso.date()),
    gridWorkingCtPerKwh: UnitPrice,
    gridBaseCentsPerYear: UnitPrice,
    meteringCentsPerYear: UnitPrice,
    concessionCtPerKwh: UnitPrice.refine((text) => Number(text) <= 2.39, 'is above the legal maximum of 2.39 ct/kWh'),
  })
  .refine(({ validFrom, validUntil }) => validUntil === null || validUntil > validFrom, {
    path: ['validUntil'],
    message: 'is not after validFrom',
  });
export type PlaceLine = z.infer<typeof PlaceLine>;
