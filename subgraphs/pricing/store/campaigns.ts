import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { Id } from '@stromgraph/kernel/ids';
import type { Campaign, SalesChannel } from '../campaigns/campaign.ts';
import { PRICE_TABLES } from './prices.ts';

type Row = {
  id: string;
  tariff_id: string;
  rate_version: number;
  channel: string;
  valid_from: string;
  valid_until: string | null;
  created_at: Date;
  published_at: Date | null;
  price_count: number | null;
  engine_version: string;
  input_hash: string;
};

/** Rows of an unpublished campaign that go in one transaction. */
const DISCARD_CHUNK = 20_000;

export async function insertCampaign(tx: Tx, campaign: Campaign): Promise<void> {
  await tx.sql`INSERT INTO pricing.campaign (id, tariff_id, rate_version, channel, valid_from, valid_until, created_at,
    engine_version, input_hash)
    VALUES (${campaign.id}, ${campaign.tariffId}, ${campaign.rateVersion}, ${campaign.channel}, ${campaign.validFrom},
      ${campaign.validUntil}, ${campaign.createdAt}, ${campaign.engineVersion}, ${campaign.inputHash})`;
}

/** The flip that makes all of a campaign's rows visible at once. */
export async function publishCampaign(tx: Tx, id: string, priceCount: number, at: Date): Promise<void> {
  await tx.sql`UPDATE pricing.campaign SET published_at = ${at}, price_count = ${priceCount} WHERE id = ${id}`;
}

/** Takes back some of what was loaded of a campaign that was not published; true when nothing of it is left. */
export async function discardSome(tx: Tx, id: string): Promise<boolean> {
  const [held] = await tx.sql<{
    published: boolean;
  }>`SELECT published_at IS NOT NULL AS published FROM pricing.campaign WHERE id = ${id} FOR UPDATE`;
  if (!held || held.published) return true;
  for (const table of Object.values(PRICE_TABLES)) {
    const { rowCount } = await tx.query(
      `DELETE FROM ${table} WHERE campaign_id = $1 AND line IN (SELECT line FROM ${table} WHERE campaign_id = $1 ORDER BY line LIMIT $2)`,
      [id, DISCARD_CHUNK],
    );
    if (rowCount === DISCARD_CHUNK) return false;
  }
  await tx.sql`DELETE FROM pricing.campaign WHERE id = ${id}`;
  return true;
}

export async function campaignsById(db: Queryable, ids: readonly string[]): Promise<Campaign[]> {
  return (await db.sql<Row>`SELECT * FROM pricing.campaign WHERE id = ANY (${ids}::uuid[])`).map(toCampaign);
}

export const channelsByName = (db: Queryable, names: readonly string[]): Promise<SalesChannel[]> =>
  db.sql<SalesChannel>`SELECT name, margin_strategy AS "marginStrategy" FROM pricing.channel WHERE name = ANY (${names})`;

const toCampaign = (row: Row): Campaign => ({
  id: row.id as Id<'campaign'>,
  tariffId: row.tariff_id as Id<'tariff'>,
  rateVersion: row.rate_version,
  channel: row.channel,
  validFrom: row.valid_from,
  validUntil: row.valid_until,
  createdAt: row.created_at,
  publishedAt: row.published_at,
  priceCount: row.price_count,
  engineVersion: row.engine_version,
  inputHash: row.input_hash,
});
