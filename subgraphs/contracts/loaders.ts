import type { Db } from '@stromgraph/kernel/database';
import { loadMany, loadOne } from '@stromgraph/kernel/loader';
import { applicationsOf } from './store/applications.ts';
import { contractsById, locationsById, pricesOf, suppliedMalosOf } from './store/contracts.ts';
import { draftsById } from './store/drafts.ts';
import { maloDraftsOf } from './store/malo-drafts.ts';

export type Loaders = ReturnType<typeof makeLoaders>;

/** One set per request. A resolver never fetches a row by key except through here. */
export const makeLoaders = (db: Db<any>) => ({
  contract: loadOne(
    (ids: readonly string[]) => contractsById(db, ids),
    (contract) => contract.id as string,
  ),
  draft: loadOne(
    (ids: readonly string[]) => draftsById(db, ids),
    (draft) => draft.contractId as string,
  ),
  location: loadOne(
    (ids: readonly string[]) => locationsById(db, ids),
    (location) => location.id as string,
  ),
  prices: loadMany(
    (ids: readonly string[]) => pricesOf(db, ids),
    (price) => price.contractId as string,
  ),
  suppliedMalos: loadMany(
    (ids: readonly string[]) => suppliedMalosOf(db, ids),
    (malo) => malo.contractId as string,
  ),
  maloDrafts: loadMany(
    (ids: readonly string[]) => maloDraftsOf(db, ids),
    (malo) => malo.contractId as string,
  ),
  applications: loadMany(
    (ids: readonly string[]) => applicationsOf(db, ids),
    (application) => application.contractId as string,
  ),
});
