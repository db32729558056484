import { type Db, type Queryable, readTogether } from '@stromgraph/kernel/database';

/** For statements over thousands of days, of which the database expects a few: nested loops would take them squared. */
export const withHashJoins = <T>(db: Db<any>, read: (at: Queryable) => Promise<T>): Promise<T> =>
  readTogether(db, async (at) => {
    await at.query('SET LOCAL enable_nestloop = off');
    return read(at);
  });
