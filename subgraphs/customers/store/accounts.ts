import type { Queryable } from '@stromgraph/kernel/database';
import type { Account } from '../record/customer.ts';

type Row = Readonly<{ id: string; name: string; parent_id: string | null; path: string; balance_cents: bigint; active_contracts: number }>;

/** The tree in the order of a walk down it; each node with the sums of itself and all below. `path` is the place in that order. */
export async function accountsOf(db: Queryable, customerId: string, after: string | null, limit: number): Promise<Account[]> {
  const rows = await db.sql<Row>`
    WITH RECURSIVE tree AS (
      SELECT id, parent_id, name, balance_cents, id::text AS path FROM customers.account WHERE customer_id = ${customerId} AND parent_id IS NULL
      UNION ALL SELECT a.id, a.parent_id, a.name, a.balance_cents, tree.path || '/' || a.id FROM customers.account a JOIN tree ON a.parent_id = tree.id
    ), counted AS (
      SELECT account_id, count(*) AS number FROM customers.contract_ref WHERE customer_id = ${customerId} AND active GROUP BY account_id
    )
    SELECT t.id, t.name, t.parent_id, t.path, sum(below.balance_cents)::bigint AS balance_cents, coalesce(sum(counted.number), 0)::int AS active_contracts
    FROM tree t JOIN tree below ON below.path = t.path OR below.path LIKE t.path || '/%' LEFT JOIN counted ON counted.account_id = below.id
    WHERE ${after}::text IS NULL OR t.path > ${after}
    GROUP BY t.id, t.name, t.parent_id, t.path ORDER BY t.path LIMIT ${limit}`;
  return rows.map((row) => ({ id: row.id, name: row.name, parentId: row.parent_id, balanceCents: row.balance_cents, activeContracts: row.active_contracts, path: row.path }));
}
