import { event } from '@stromgraph/kernel/event';
import { z } from 'zod';
import { Day, DecimalText, Instant, Uuid, Whole } from './values.ts';

/** A forecast version of our portfolio's demand in one area and delivery day came in. */
export const ForecastImported = event(
  'energy.ForecastImported',
  1,
  z.strictObject({ gridAreaId: Uuid, horizon: z.enum(['DAY_AHEAD', 'INTRADAY', 'WEEK_AHEAD', 'YEAR_AHEAD']), deliveryDay: Day, version: z.int(), publishedAt: Instant }),
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
