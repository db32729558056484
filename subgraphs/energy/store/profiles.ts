import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { LoadProfile } from '../profiles/profile.ts';

/** Whether a year of delivery has load profiles of its own. */
export async function hasProfilesOf(db: Queryable, year: number): Promise<boolean> {
  const [row] = await db.sql<{ known: boolean }>`SELECT EXISTS (SELECT FROM energy.load_profile WHERE year = ${year}) AS known`;
  return row!.known;
}

/** Stores a version; false when it is known already. */
export async function addProfile(tx: Tx, { code, year, version, dynamised, publishedAt, values }: LoadProfile): Promise<boolean> {
  const added = await tx.sql`
    INSERT INTO energy.load_profile (code, year, version, dynamised, published_at) VALUES (${code}, ${year}, ${version}, ${dynamised}, ${publishedAt})
    ON CONFLICT DO NOTHING RETURNING code`;
  if (added.length === 0) return false;
  await tx.sql`
    INSERT INTO energy.slp_profile (code, year, version, month, day_type, slot, value)
    SELECT ${code}, ${year}, ${version}, * FROM unnest(${values.map(({ month }) => month)}::smallint[], ${values.map(({ dayType }) => dayType)}::text[],
      ${values.map(({ slot }) => slot)}::smallint[], ${values.map(({ value }) => value)}::numeric[])`;
  return true;
}
