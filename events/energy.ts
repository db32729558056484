import { event } from '@stromgraph/kernel/event';
import { z } from 'zod';
import { Day, DecimalText, Instant, Uuid, Whole } from './values.ts';

/** A forecast version of our portfolio's demand in one area came in: imported, or (basis HISTORY) made by ourselves. `deliveryDay` is the first day that it covers. */
export const ForecastImported = event(
  'energy.ForecastImported',
  1,
  z.strictObject({ gridAreaId: Uuid, horizon: z.enum(['DAY_AHEAD', 'INTRADAY', 'WEEK_AHEAD', 'YEAR_AHEAD']), deliveryDay: Day, version: z.int(), publishedAt: Instant,
    forecastId: Uuid.optional(), basis: z.enum(['SLP', 'TSO', 'DSO', 'HISTORY']).optional() }),
);

/** What was used in an area on a day became known or was corrected; `wattHours` is the whole day. */
export const ConsumptionRealised = event(
  'energy.ConsumptionRealised',
  1,
  z.strictObject({ gridAreaId: Uuid, deliveryDay: Day, version: z.int(), source: z.enum(['DSO']), wattHours: Whole }),
);

/** Positions of an area between two instants have changed; subscribers read them as they now stand. */
export const OpenPositionChanged = event(
  'energy.OpenPositionChanged',
  1,
  /** `recalculation` rises with time: the positions that it wrote carry it. */
  z.strictObject({ gridAreaId: Uuid, from: Instant, until: Instant, causes: z.array(z.string()), recalculation: Whole.optional() }),
);

/** A trade was recorded. */
export const TradeRecorded = event(
  'energy.TradeRecorded',
  1,
  z.strictObject({ tradeId: Uuid, gridAreaId: Uuid, side: z.enum(['BUY', 'SELL']), from: Instant, until: Instant, kilowatts: Whole, pricePerMwh: DecimalText, counterparty: z.string() }),
);

/** An alert was raised, acknowledged or cleared; subscribers read it as it now stands. */
export const EnergyAlertChanged = event(
  'energy.EnergyAlertChanged',
  1,
  z.strictObject({ alertId: Uuid, kind: z.string(), gridAreaId: Uuid.nullable(), change: z.enum(['RAISED', 'ACKNOWLEDGED', 'CLEARED']) }),
);

/** A trade counts no longer; `replacedById` is the one that takes its place, null when it was cancelled. */
export const TradeAmended = event('energy.TradeAmended', 1, z.strictObject({ tradeId: Uuid, replacedById: Uuid.nullable(), gridAreaId: Uuid, reason: z.string() }));

/** Quarter hours of an area, or (with `until`) whole tenors, came to be beyond their limits; each is told once while its breach stands. */
export const OpenPositionAlert = event(
  'energy.OpenPositionAlert',
  1,
  z.strictObject({ gridAreaId: Uuid, /** For people; those told of before had none. */ gridAreaName: z.string().optional(), breaches: z.array(z.strictObject({ breachId: Uuid, start: Instant, until: Instant.optional(), rule: z.enum(['PCT', 'MWH']), openWattHours: Whole })) }),
);

/** An order was placed that the market place has still to take. */
export const HedgeOrderPlaced = event(
  'energy.HedgeOrderPlaced',
  1,
  z.strictObject({ orderId: Uuid, gridAreaId: Uuid, origin: z.enum(['AUTOMATIC', 'MANUAL']), side: z.enum(['BUY', 'SELL']), from: Instant, until: Instant, kilowatts: Whole, limitPricePerMwh: DecimalText.nullable() }),
);

/** Watt-hours per quarter hour in order of time; JSON numbers are exact here (below 2^53). */
const QuarterHours = z.array(z.int().nonnegative());

/**
 * A version of a balancing group's schedule for a delivery day is to be sent: what it buys and sells, by counterparty, and what its customers
 * are expected to use; `counterpartyCode` is the EIC of the counterparty's balancing group, where it is known; 92, 96 or 100 values each, in whole kilowatts (multiples of 250 Wh). `expiresAt`: it makes no sense from then on.
 */
export const ScheduleReady = event(
  'energy.ScheduleReady',
  1,
  z.strictObject({
    nominationId: Uuid, balancingGroupCode: z.string(), responsibleCode: z.string(), coordinatorCode: z.string(), deliveryDay: Day, version: z.int().positive(),
    path: z.enum(['DAY_AHEAD', 'INTRADAY']), deadlineAt: Instant, expiresAt: Instant,
    series: z.array(z.strictObject({ kind: z.enum(['PURCHASE', 'SALE', 'CONSUMPTION']), counterparty: z.string().nullable(), counterpartyCode: z.string().optional(), wattHours: QuarterHours })),
  }),
);

/** A version of what we found a balancing group to have used in a grid area and month (its first day), measured and by load profile, is to be sent. */
export const MabisReportReady = event(
  'energy.MabisReportReady',
  1,
  z.strictObject({
    reportId: Uuid, balancingGroupCode: z.string(), responsibleCode: z.string(), coordinatorCode: z.string(), gridAreaCode: z.string(), month: Day, version: z.int().positive(),
    deadlineAt: Instant, expiresAt: Instant, measuredWattHours: QuarterHours, profiledWattHours: QuarterHours,
  }),
);

/**
 * Profit and loss of an area's day of delivery or of its closed month has a new version, which takes the place of `replaces`. Imbalance is
 * consumption less schedule, plus is short; its cents are what it costs. Until the imbalance price is final it is provisional.
 */
export const ProfitLossPosted = event(
  'energy.ProfitLossPosted',
  1,
  z.strictObject({
    profitLossId: Uuid, gridAreaId: Uuid, period: z.enum(['DAY', 'MONTH']), from: Day, until: Day, version: z.int(), replaces: Uuid.nullable(),
    state: z.enum(['EXPECTED', 'REALISED']), provisional: z.boolean(),
    purchasedWattHours: Whole, purchasedCents: Whole, resoldWattHours: Whole, resoldCents: Whole, soldWattHours: Whole, soldCents: Whole,
    imbalanceWattHours: Whole, imbalanceCents: Whole, marginCents: Whole,
  }),
);
