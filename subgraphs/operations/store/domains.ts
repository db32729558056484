import type { Queryable } from '@stromgraph/kernel/database';

/** The domains of this database that publish, hear and have due work. */
export async function domainsOf(db: Queryable): Promise<string[]> {
  const rows = await db.sql<{ domain: string }>`SELECT domain FROM platform.relay_cursor ORDER BY domain`;
  return rows.map(({ domain }) => domain);
}
