import type { Db } from '@stromgraph/kernel/database';
import { loadOne } from '@stromgraph/kernel/loader';
import { campaignsById, channelsByName } from './store/campaigns.ts';
import { tariffsById } from './store/tariffs.ts';

export type Loaders = ReturnType<typeof makeLoaders>;

/** One set per request. A resolver never fetches a row by key except through here. */
export const makeLoaders = (db: Db<any>) => ({
  tariff: loadOne(
    (ids: readonly string[]) => tariffsById(db, ids),
    (tariff) => tariff.id as string,
  ),
  campaign: loadOne(
    (ids: readonly string[]) => campaignsById(db, ids),
    (campaign) => campaign.id as string,
  ),
  channel: loadOne(
    (names: readonly string[]) => channelsByName(db, names),
    (channel) => channel.name,
  ),
});
