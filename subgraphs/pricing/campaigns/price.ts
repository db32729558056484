import { Decimal } from 'decimal.js';
import { z } from 'zod';
import type { Cents, DecimalText } from '@stromgraph/kernel/money';
import { fault, type InputFault } from '@stromgraph/kernel/problem';
import type { LocalDate } from '@stromgraph/kernel/time';
import { isStorable, UNSTORABLE_FAULT } from '@stromgraph/kernel/told';
import type { Tariff } from '../tariffs/tariff.ts';
import type { Campaign } from './campaign.ts';
import type { Place } from './place.ts';

const UnitPrice = z.string().regex(/^\d{1,6}(\.\d{1,6})?$/, 'is not a price of at most 6 decimals');
const SignedPrice = z.string().regex(/^-?\d{1,6}(\.\d{1,6})?$/, 'is not a price of at most 6 decimals');

const Text = (most: number) => z.string().min(1).max(most).refine(isStorable, UNSTORABLE_FAULT);

/** One row of a campaign's payload; unit prices are net. */
export const PriceLine = z.strictObject({
  postalCode: Text(10),
  city: Text(200),
  district: z.preprocess((value) => (value === '' || value === undefined ? null : value), Text(200).nullable()),
  startsOn: z.iso.date(),
  workingPriceCtPerKwh: UnitPrice,
  fixFeeCentsPerMonth: UnitPrice,
  variableBonusCtPerKwh: UnitPrice.default('0'),
  fixedBonusCents: z
    .union([z.string(), z.int()])
    .transform(String)
    .pipe(z.string().regex(/^\d{1,12}$/, 'is not a whole number of cents'))
    .default('0'),
  gridWorkingCtPerKwh: UnitPrice,
  gridFixCentsPerMonth: UnitPrice,
  energyCtPerKwh: SignedPrice,
  concessionCtPerKwh: UnitPrice,
  leviesCtPerKwh: UnitPrice,
  taxCtPerKwh: UnitPrice,
});
export type PriceLine = z.infer<typeof PriceLine>;

/** A price of a published campaign, as it is offered. */
export type OfferedPrice = Readonly<{
  campaign: Campaign;
  tariff: Tariff;
  place: Place;
  line: number;
  startsOn: LocalDate;
  workingPriceCtPerKwh: DecimalText;
  fixFeeCentsPerMonth: DecimalText;
  variableBonusCtPerKwh: DecimalText;
  fixedBonusCents: Cents;
  gridWorkingCtPerKwh: DecimalText;
  gridFixCentsPerMonth: DecimalText;
  costs: Readonly<Record<'energy' | 'grid' | 'concession' | 'levies' | 'tax' | 'margin', DecimalText>>;
}>;

/** Energy, grid, concession, levies and tax: what the working price must earn before there is a margin. */
export const costsOf = (line: PriceLine): Decimal =>
  [line.energyCtPerKwh, line.gridWorkingCtPerKwh, line.concessionCtPerKwh, line.leviesCtPerKwh, line.taxCtPerKwh].reduce(
    (sum, part) => sum.plus(part),
    new Decimal(0),
  );

/** A working price whose margin leaves the tariff's corridor; a margin exactly on a border is inside. */
export function corridorFault(
  line: PriceLine,
  number: number,
  tariff: Pick<Tariff, 'minimumMarginCtPerKwh' | 'maximumMarginCtPerKwh'>,
): InputFault | null {
  const costs = costsOf(line);
  const [lowest, highest] = [costs.plus(tariff.minimumMarginCtPerKwh), costs.plus(tariff.maximumMarginCtPerKwh)];
  if (lowest.lessThanOrEqualTo(line.workingPriceCtPerKwh) && highest.greaterThanOrEqualTo(line.workingPriceCtPerKwh)) return null;
  return fault(
    `rows.${number}.workingPriceCtPerKwh`,
    `${line.workingPriceCtPerKwh} ct/kWh leaves the margin corridor`,
    `${lowest.toFixed()} to ${highest.toFixed()} ct/kWh`,
  );
}
