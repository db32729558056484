import type { Db } from '@stromgraph/kernel/database';
import { loadMany, loadOne } from '@stromgraph/kernel/loader';
import { installationsOf, metersById, registersOf } from './store/meters.ts';

export type Loaders = ReturnType<typeof makeLoaders>;

/** One set per request. A resolver never fetches a row by key except through here. */
export const makeLoaders = (db: Db<any>) => ({
  meter: loadOne(
    (ids: readonly string[]) => metersById(db, ids),
    (meter) => meter.id,
  ),
  registers: loadMany(
    (ids: readonly string[]) => registersOf(db, ids),
    (register) => register.meterId,
  ),
  installations: loadMany(
    (ids: readonly string[]) => installationsOf(db, ids),
    (installation) => installation.meterId,
  ),
});
