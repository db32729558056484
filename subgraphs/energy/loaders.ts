import type { Db } from '@stromgraph/kernel/database';
import { loadOne } from '@stromgraph/kernel/loader';
import { gridAreasById } from './store/grid-areas.ts';
import { positionsById } from './store/positions.ts';
import { tradesById } from './store/trades.ts';

export type Loaders = ReturnType<typeof makeLoaders>;

/** One set per request. A resolver never fetches a row by key except through here. */
export const makeLoaders = (db: Db<any>) => ({
  gridArea: loadOne(
    (ids: readonly string[]) => gridAreasById(db, ids),
    (area) => area.id,
  ),
  position: loadOne(
    (ids: readonly string[]) => positionsById(db, ids),
    (position) => position.id,
  ),
  trade: loadOne(
    (ids: readonly string[]) => tradesById(db, ids),
    (trade) => trade.id,
  ),
});
