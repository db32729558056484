import { transact } from '@stromgraph/kernel/database';
import type { CustomersDb } from '../context.ts';
import { customersWithoutDocument, refreshSearch } from '../store/search.ts';

/** Small enough for a transaction of well under two seconds. */
const CHUNK = 500;

/** Makes what the search lacks, in chunks, while everybody goes on searching; answers how many customers it took up. */
export async function indexCustomers(db: CustomersDb): Promise<number> {
  let indexed = 0;
  for (;;) {
    const ids = await transact(db, async (tx) => {
      const missing = await customersWithoutDocument(tx, CHUNK);
      await refreshSearch(tx, missing);
      return missing;
    });
    indexed += ids.length;
    if (ids.length < CHUNK) return indexed;
  }
}
