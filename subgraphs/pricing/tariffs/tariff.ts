import { Decimal } from 'decimal.js';
import { z } from 'zod';
import type { Id } from '@stromgraph/kernel/ids';
import type { Cents, DecimalText } from '@stromgraph/kernel/money';
import type { WattHours } from '@stromgraph/kernel/energy';
import type { Problem } from '@stromgraph/kernel/problem';
import type { LocalDate } from '@stromgraph/kernel/time';
import { Rate } from './rate.ts';

export const TARIFF_KINDS = ['DYNAMIC', 'FIX12'] as const;
export const ADVANCE_MODES = ['ABSCHLAG_MONTHLY', 'ABSCHLAG_QUARTERLY', 'ABSCHLAG_YEARLY', 'NONE'] as const;
export const ENDS_OF_CONTRACT = ['RENEW_MONTHLY', 'RENEW_TERM', 'END'] as const;
export const PRICE_COMPONENTS = ['ENERGY', 'GRID', 'CONCESSION', 'LEVIES', 'TAX'] as const;
export type TariffKind = (typeof TARIFF_KINDS)[number];

export type Tariff = Readonly<{
  id: Id<'tariff'>;
  name: string;
  kind: TariffKind;
  minimumDurationMonths: number;
  minimumMarginCtPerKwh: DecimalText;
  maximumMarginCtPerKwh: DecimalText;
  consumptionFromWattHours: WattHours;
  consumptionUntilWattHours: WattHours;
  billingFrequencyMonths: number;
  advancePaymentMode: (typeof ADVANCE_MODES)[number];
  numberOfAdvances: number;
  graceDays: number;
  endOfContract: (typeof ENDS_OF_CONTRACT)[number];
  fixedBonusCents: Cents;
  passedThrough: readonly (typeof PRICE_COMPONENTS)[number][];
  validFrom: LocalDate;
  validUntil: LocalDate | null;
  rate: Rate;
  rateVersion: number;
}>;
export type TariffNotFound = Problem<'TariffNotFound', { tariffId: string }>;
export type TariffNameTaken = Problem<'TariffNameTaken', { name: string }>;

const Margin = z.string().regex(/^-?\d{1,6}(\.\d{1,6})?$/, 'is not a number with at most 6 decimals');
const WholeNumber = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** A product as a caller or a file states it. */
export const TariffDefinition = z
  .strictObject({
    id: z.uuid().nullish(),
    name: z.string().trim().min(1).max(200),
    kind: z.enum(TARIFF_KINDS),
    minimumDurationMonths: z.int().min(0).max(24),
    minimumMarginCtPerKwh: Margin,
    maximumMarginCtPerKwh: Margin,
    consumptionFromWattHours: WholeNumber,
    consumptionUntilWattHours: WholeNumber,
    billingFrequencyMonths: z.literal([1, 3, 12]),
    advancePaymentMode: z.enum(ADVANCE_MODES),
    numberOfAdvances: z.int().min(0).max(12).default(12),
    graceDays: z.int().min(0).max(90),
    endOfContract: z.enum(ENDS_OF_CONTRACT),
    fixedBonusCents: WholeNumber.default(0),
    passedThrough: z.array(z.enum(PRICE_COMPONENTS)).default([]),
    validFrom: z.iso.date(),
    validUntil: z.iso.date().nullish(),
    rate: Rate,
  })
  .superRefine((tariff, check) => {
    const say = (path: string, message: string) => check.addIssue({ code: 'custom', path: [path], message });
    if (new Decimal(tariff.minimumMarginCtPerKwh).gt(tariff.maximumMarginCtPerKwh))
      say('maximumMarginCtPerKwh', `is below the minimum ${tariff.minimumMarginCtPerKwh}`);
    if (tariff.consumptionUntilWattHours <= tariff.consumptionFromWattHours)
      say('consumptionUntilWattHours', `is not above ${tariff.consumptionFromWattHours}`);
    if (tariff.validUntil && tariff.validUntil <= tariff.validFrom) say('validUntil', `is not after ${tariff.validFrom}`);
    if ((tariff.kind === 'DYNAMIC') !== (tariff.rate.kind === 'SPOT')) say('rate.kind', `does not fit a ${tariff.kind} tariff`);
  });
export type TariffDefinition = z.infer<typeof TariffDefinition>;
