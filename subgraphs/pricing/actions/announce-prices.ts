import { CampaignPricesPublished } from '@stromgraph/events/pricing';
import type { Tx } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { publishAll } from '@stromgraph/kernel/outbox';
import { ANNOUNCE_PRICES } from '../campaigns/due-kinds.ts';
import { campaignsById } from '../store/campaigns.ts';
import { pricesAfter } from '../store/prices.ts';
import { tariffsById } from '../store/tariffs.ts';

const PRICES_PER_EVENT = 500;
/** Prices that one transaction tells; the next one goes on, so that a nationwide campaign holds nobody up. */
const PRICES_PER_STEP = 5_000;

/** Tells others a published campaign's prices after a line of its payload, and plans the next step when there are more. */
export async function announcePrices(tx: Tx, subject: string, dueAt: Date): Promise<void> {
  const [campaignId = '', line = '0'] = subject.split(':');
  const [campaign] = await campaignsById(tx, [campaignId]);
  const [tariff] = campaign ? await tariffsById(tx, [campaign.tariffId]) : [];
  if (!campaign?.publishedAt || !tariff) throw new Error(`campaign ${campaignId} is not published`);
  const after = Number(line);
  const prices = await pricesAfter(tx, campaignId, tariff.kind, after, PRICES_PER_STEP);
  const chunks = Array.from({ length: Math.ceil(prices.length / PRICES_PER_EVENT) }, (_, index) =>
    prices.slice(index * PRICES_PER_EVENT, (index + 1) * PRICES_PER_EVENT),
  );
  await publishAll(
    tx,
    CampaignPricesPublished,
    chunks.map((chunk) => ({
      aggregateType: 'campaign',
      aggregateId: campaignId,
      data: { campaignId, tariffId: campaign.tariffId, prices: chunk },
    })),
  );
  const told = after + prices.length; // lines count without gaps
  if (told < campaign.priceCount!) await schedule(tx, { kind: ANNOUNCE_PRICES, subject: `${campaignId}:${told}`, dueAt });
}
