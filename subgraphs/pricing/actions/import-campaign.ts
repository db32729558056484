import { PriceVersionPublished } from '@stromgraph/events/pricing';
import { businessNow } from '@stromgraph/kernel/clock';
import { transact } from '@stromgraph/kernel/database';
import { schedule, unschedule } from '@stromgraph/kernel/due';
import { newId } from '@stromgraph/kernel/ids';
import { parseInput } from '@stromgraph/kernel/input';
import { publish } from '@stromgraph/kernel/outbox';
import { fault, type InputInvalid, invalid, isProblem, problem } from '@stromgraph/kernel/problem';
import { type Campaign, type CampaignAlreadyPublished, CampaignHeader, type ChannelNotFound, faultsOfDays } from '../campaigns/campaign.ts';
import { ANNOUNCE_PRICES, DISCARD_CAMPAIGN } from '../campaigns/due-kinds.ts';
import type { DomainContext } from '../context.ts';
import { campaignsById, channelsByName, discardSome, insertCampaign, publishCampaign } from '../store/campaigns.ts';
import { tariffsById } from '../store/tariffs.ts';
import type { Tariff, TariffNotFound } from '../tariffs/tariff.ts';
import { loadPrices } from './load-prices.ts';

/** What a crash left of an unpublished campaign is taken back after this, in business time. */
const DISCARD_AFTER_MS = 3_600_000;

export type ImportedCampaign = Readonly<{ campaign: Campaign; replayed: boolean }>;
export type ImportRefused = InputInvalid | TariffNotFound | ChannelNotFound | CampaignAlreadyPublished;

/**
 * Loads a campaign row by row, so that a nationwide price list never sits in memory. Rows are stored in chunks under an
 * unpublished campaign and become visible together; if one row is wrong, the whole payload is refused and nothing stays.
 */
export async function importCampaign(
  ctx: DomainContext,
  givenHeader: unknown,
  rows: AsyncIterable<unknown>,
): Promise<ImportedCampaign | ImportRefused> {
  const header = parseInput(CampaignHeader, givenHeader);
  if (isProblem(header)) return header;
  const begun = await beginCampaign(ctx, header);
  if (isProblem(begun) || 'replayed' in begun) return begun;
  const { campaign, tariff } = begun;
  let loaded: Awaited<ReturnType<typeof loadPrices>>;
  try {
    loaded = await loadPrices(ctx, campaign.id, tariff, rows);
  } catch (error) {
    await discardCampaign(ctx, campaign.id);
    throw error;
  }
  if (isProblem(loaded)) {
    await discardCampaign(ctx, campaign.id);
    return loaded;
  }
  return publishLoaded(ctx, campaign, loaded.count);
}

async function beginCampaign(
  ctx: DomainContext,
  header: CampaignHeader,
): Promise<{ campaign: Campaign; tariff: Tariff } | ImportedCampaign | ImportRefused> {
  const [tariff] = await tariffsById(ctx.db, [header.tariffId]);
  if (!tariff) return problem('TariffNotFound', `There is no tariff ${header.tariffId}.`, { tariffId: header.tariffId });
  const [channel] = await channelsByName(ctx.db, [header.channel]);
  if (!channel) return problem('ChannelNotFound', `There is no sales channel ${header.channel}.`, { channel: header.channel });
  if (header.campaignId) {
    const [known] = await campaignsById(ctx.db, [header.campaignId]);
    if (known?.publishedAt)
      return isSame(known, header)
        ? { campaign: known, replayed: true }
        : problem('CampaignAlreadyPublished', `The campaign ${known.id} is published and never changes.`, { campaignId: known.id });
    if (known) await discardCampaign(ctx, known.id);
  }
  const faults = faultsOfDays(header, tariff);
  if (faults.length > 0) return invalid(faults);
  const createdAt = await ctx.now();
  const campaign: Campaign = {
    ...header,
    id: header.campaignId ?? newId<'campaign'>(),
    rateVersion: tariff.rateVersion,
    validUntil: header.validUntil ?? null,
    createdAt,
    publishedAt: null,
    priceCount: null,
  };
  await transact(ctx.db, async (tx) => {
    await insertCampaign(tx, campaign);
    await schedule(tx, { kind: DISCARD_CAMPAIGN, subject: campaign.id, dueAt: new Date(createdAt.getTime() + DISCARD_AFTER_MS) });
  });
  return { campaign, tariff };
}

const isSame = (known: Campaign, header: CampaignHeader) =>
  known.inputHash === header.inputHash && known.tariffId === header.tariffId && known.channel === header.channel;

async function publishLoaded(ctx: DomainContext, campaign: Campaign, priceCount: number): Promise<ImportedCampaign | InputInvalid> {
  if (priceCount === 0) {
    await discardCampaign(ctx, campaign.id);
    return invalid([fault('rows', 'there are none', 'at least 1')]);
  }
  return transact(ctx.db, async (tx) => {
    const publishedAt = await businessNow(tx);
    await publishCampaign(tx, campaign.id, priceCount, publishedAt);
    await unschedule(tx, { kind: DISCARD_CAMPAIGN, subject: campaign.id });
    const { id: campaignId, tariffId, channel, validFrom, validUntil } = campaign;
    await publish(tx, PriceVersionPublished, {
      aggregateType: 'campaign',
      aggregateId: campaignId,
      data: { campaignId, tariffId, channel, validFrom, validUntil, priceCount },
    });
    await schedule(tx, { kind: ANNOUNCE_PRICES, subject: `${campaignId}:0`, dueAt: publishedAt });
    return { campaign: { ...campaign, publishedAt, priceCount }, replayed: false };
  });
}

async function discardCampaign(ctx: DomainContext, campaignId: string): Promise<void> {
  while (!(await transact(ctx.db, (tx) => discardSome(tx, campaignId)))) continue;
  await transact(ctx.db, (tx) => unschedule(tx, { kind: DISCARD_CAMPAIGN, subject: campaignId }));
}
