import { event } from '@stromgraph/kernel/event';
import { z } from 'zod';
import { Day, Uuid } from './values.ts';

/** A campaign was published: a new immutable price version of a tariff for one sales channel. */
export const PriceVersionPublished = event(
  'pricing.PriceVersionPublished',
  1,
  z.strictObject({ campaignId: Uuid, tariffId: Uuid, channel: z.string(), validFrom: Day, validUntil: Day.nullable() }),
);
