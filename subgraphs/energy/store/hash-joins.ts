import { type Db, type Queryable, readTogether } from '@stromgraph/kernel/database';

/** For statements over thousands of days or contracts, of which the database expects a few: nested loops would take them squared. */
export const readWithHashJoins = <T>(db: Db<any>, read: (at: Queryable) => Promise<T>): Promise<T> => readTogether(db, (at) => withHashJoins(at, read));

/** The same within a transaction, whose other statements keep their plans. */
export async function withHashJoins<T>(tx: Queryable, read: (at: Queryable) => Promise<T>): Promise<T> {
  await tx.query('SET LOCAL enable_nestloop = off');
  const answer = await read(tx);
  await tx.query('SET LOCAL enable_nestloop = on');
  return answer;
}
