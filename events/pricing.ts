import { event } from '@stromgraph/kernel/event';
import { z } from 'zod';
import { Day, DecimalText, Instant, Uuid, Whole } from './values.ts';

/** A campaign was published: a new immutable price version of a tariff for one sales channel. Its prices follow in CampaignPricesPublished. */
export const PriceVersionPublished = event(
  'pricing.PriceVersionPublished',
  1,
  z.strictObject({
    campaignId: Uuid, tariffId: Uuid, channel: z.string(), validFrom: Day, validUntil: Day.nullable(),
    /** So many prices follow; who keeps a copy knows by it when the copy is whole. */
    priceCount: z.int().optional(),
  }),
);

/** How consumption is rated relative to the campaign's working price. */
export const RateConfiguration = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('FLAT') }),
  z.strictObject({ kind: z.literal('SPOT') }),
  z.strictObject({ kind: z.literal('TIME_OF_USE'), windows: z.array(z.strictObject({ name: z.string(), days: z.array(z.string()), from: z.string(), until: z.string(), adjustmentCtPerKwh: DecimalText })) }),
  z.strictObject({ kind: z.literal('BLOCK'), tiers: z.array(z.strictObject({ upToWattHours: Whole.nullable(), adjustmentCtPerKwh: DecimalText })) }),
]);

/** A product was defined: its master data, which never change but for their end. */
export const TariffDefined = event(
  'pricing.TariffDefined',
  1,
  z.strictObject({
    tariffId: Uuid, name: z.string(), kind: z.enum(['DYNAMIC', 'FIX12']), minimumDurationMonths: z.int(),
    consumptionFromWattHours: Whole, consumptionUntilWattHours: Whole, billingFrequencyMonths: z.int(),
    advancePaymentMode: z.enum(['ABSCHLAG_MONTHLY', 'ABSCHLAG_QUARTERLY', 'ABSCHLAG_YEARLY', 'NONE']), numberOfAdvances: z.int(), graceDays: z.int(),
    endOfContract: z.enum(['RENEW_MONTHLY', 'RENEW_TERM', 'END']), fixedBonusCents: Whole, passedThrough: z.array(z.string()),
    validFrom: Day, validUntil: Day.nullable(), rate: RateConfiguration,
  }),
);

/** Some of a published campaign's prices (at most 500 an event), net. */
export const CampaignPricesPublished = event(
  'pricing.CampaignPricesPublished',
  1,
  z.strictObject({
    campaignId: Uuid, tariffId: Uuid,
    prices: z.array(
      z.strictObject({
        postalCode: z.string(), city: z.string(), district: z.string().nullable(), startsOn: Day,
        workingPriceCtPerKwh: DecimalText, fixFeeCentsPerMonth: DecimalText, variableBonusCtPerKwh: DecimalText, fixedBonusCents: Whole,
        gridWorkingCtPerKwh: DecimalText, gridFixCentsPerMonth: DecimalText,
      }),
    ).max(500),
  }),
);

/** Places were made known or have changed their operator or grid area (at most 500 an event). */
export const PlacesPublished = event(
  'pricing.PlacesPublished',
  1,
  z.strictObject({
    places: z.array(z.strictObject({ postalCode: z.string(), city: z.string(), district: z.string().nullable(), ags: z.string(), gridOperatorCode: z.string(), gridAreaCode: z.string() })).max(500),
  }),
);

/** A price forward curve was imported: one version of a trading day, for the delivery days from `from` to `until` (exclusive). Its prices follow in CurvePricesPublished. */
export const CurvePublished = event(
  'pricing.CurvePublished',
  1,
  z.strictObject({
    curveId: Uuid, tradingDay: Day, version: z.int(), publishedAt: Instant, from: Day, until: Day,
    /** Of one price: 15 or 60. */
    minutes: z.literal([15, 60]),
  }),
);

/** Some days of a curve (at most 100 an event); EUR/MWh in order of time, with the hours that the Berlin day has. */
export const CurvePricesPublished = event(
  'pricing.CurvePricesPublished',
  1,
  z.strictObject({ curveId: Uuid, days: z.array(z.strictObject({ day: Day, eurPerMwh: z.array(DecimalText) })).max(100) }),
);
