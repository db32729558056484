import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { DecimalText } from '@stromgraph/kernel/money';
import type { DayType } from '../profiles/day-type.ts';
import type { LoadProfile, ProfileValue } from '../profiles/profile.ts';

/** Whether a year of delivery has load profiles of its own. */
export async function hasProfilesOf(db: Queryable, year: number): Promise<boolean> {
  const [row] = await db.sql<{ known: boolean }>`SELECT EXISTS (SELECT FROM energy.load_profile WHERE year = ${year}) AS known`;
  return row!.known;
}

/** Stores a version; false when it is known already. */
export async function addProfile(tx: Tx, { code, year, version, dynamised, seasonal, source, publishedAt, values }: LoadProfile): Promise<boolean> {
  const added = await tx.sql`
    INSERT INTO energy.load_profile (code, year, version, dynamised, published_at, seasonal, source)
    VALUES (${code}, ${year}, ${version}, ${dynamised}, ${publishedAt}, ${seasonal}, ${source})
    ON CONFLICT DO NOTHING RETURNING code`;
  if (added.length === 0) return false;
  await tx.sql`
    INSERT INTO energy.slp_profile (code, year, version, month, day_type, slot, value)
    SELECT ${code}, ${year}, ${version}, * FROM unnest(${values.map(({ month }) => month)}::smallint[], ${values.map(({ dayType }) => dayType)}::text[],
      ${values.map(({ slot }) => slot)}::smallint[], ${values.map(({ value }) => value)}::numeric[])`;
  return true;
}

/** The newest version of a profile for a year; null while there is none. */
export async function newestProfile(db: Queryable, code: string, year: number): Promise<{ version: number; dynamised: boolean; seasonal: boolean; values: ProfileValue[] } | null> {
  const [row] = await db.sql<{ version: number; dynamised: boolean; seasonal: boolean }>`
    SELECT version, dynamised, seasonal FROM energy.load_profile WHERE code = ${code} AND year = ${year} ORDER BY version DESC LIMIT 1`;
  if (!row) return null;
  const rows = await db.sql<{ month: number; day_type: DayType; slot: number; value: DecimalText }>`
    SELECT month, day_type, slot, value FROM energy.slp_profile WHERE code = ${code} AND year = ${year} AND version = ${row.version}`;
  return { ...row, values: rows.map(({ day_type: dayType, ...rest }) => ({ dayType, ...rest })) };
}
