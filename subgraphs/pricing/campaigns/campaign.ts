import { z } from 'zod';
import type { Id } from '@stromgraph/kernel/ids';
import { fault, type InputFault, type Problem } from '@stromgraph/kernel/problem';
import type { LocalDate } from '@stromgraph/kernel/time';
import { isStorable, UNSTORABLE_FAULT } from '@stromgraph/kernel/told';

export type SalesChannel = Readonly<{ name: string; marginStrategy: 'FIXED' | 'OPTIMISED' }>;
export type Campaign = Readonly<{
  id: Id<'campaign'>;
  tariffId: Id<'tariff'>;
  rateVersion: number;
  channel: string;
  validFrom: LocalDate;
  validUntil: LocalDate | null;
  createdAt: Date;
  publishedAt: Date | null;
  priceCount: number | null;
  engineVersion: string;
  inputHash: string;
}>;
export type ChannelNotFound = Problem<'ChannelNotFound', { channel: string }>;
export type CampaignAlreadyPublished = Problem<'CampaignAlreadyPublished', { campaignId: string }>;

/** What a payload says of itself before its rows. */
export const CampaignHeader = z
  .strictObject({
    /** Made here unless given. */
    campaignId: z.uuid().nullish(),
    tariffId: z.uuid(),
    channel: z.string().min(1).max(40).refine(isStorable, UNSTORABLE_FAULT),
    validFrom: z.iso.date(),
    validUntil: z.iso.date().nullish(),
    engineVersion: z.string().min(1).max(200).refine(isStorable, UNSTORABLE_FAULT),
    inputHash: z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 in lower-case hexadecimal digits'),
  })
  .refine(({ validFrom, validUntil }) => !validUntil || validUntil > validFrom, {
    path: ['validUntil'],
    message: 'is not after validFrom',
  });
export type CampaignHeader = z.infer<typeof CampaignHeader>;

/** Prices are offered for days on which their tariff can be had; without an end of its own a campaign ends with its tariff. */
export function faultsOfDays({ validFrom, validUntil }: CampaignHeader, tariff: Readonly<{ validUntil: LocalDate | null }>): InputFault[] {
  const until = tariff.validUntil;
  if (until === null) return [];
  return [
    ...(validFrom >= until ? [fault('validFrom', `is after the end of the tariff on ${until}`, `before ${until}`)] : []),
    ...(validUntil && validUntil > until ? [fault('validUntil', `is after the end of the tariff on ${until}`, `at most ${until}`)] : []),
  ];
}
