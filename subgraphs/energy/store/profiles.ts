import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { DecimalText } from '@stromgraph/kernel/money';
import type { DayType } from '../profiles/day-type.ts';
import type { LoadProfile, ProfileValue } from '../profiles/profile.ts';

/** Those of these profiles and years of delivery that have values of their own, beside what was measured: «code year». */
export async function profilesKnown(db: Queryable, codes: readonly string[], years: readonly number[]): Promise<Set<string>> {
  const rows = await db.sql<{ known: string }>`
    SELECT DISTINCT code || ' ' || year AS known FROM energy.load_profile WHERE code = ANY (${codes}::text[]) AND year = ANY (${years}::int[]) AND source <> 'MEASURED'`;
  return new Set(rows.map(({ known }) => known));
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

type StoredProfile = Readonly<{ year: number; version: number; dynamised: boolean; seasonal: boolean; values: ProfileValue[] }>;

/** The newest version of a profile for a year; null while there is none. */
export const newestProfile = (db: Queryable, code: string, year: number): Promise<StoredProfile | null> => findProfile(db, { code, from: year, to: year });

/** The profile that holds in a year: its newest version of that year, or of the last one known. */
export const profileIn = (db: Queryable, code: string, year: number): Promise<StoredProfile | null> => findProfile(db, { code, from: 0, to: year });

async function findProfile(db: Queryable, { code, from, to }: { code: string; from: number; to: number }): Promise<StoredProfile | null> {
  const [row] = await db.sql<{ year: number; version: number; dynamised: boolean; seasonal: boolean }>`
    SELECT year, version, dynamised, seasonal FROM energy.load_profile WHERE code = ${code} AND year BETWEEN ${from} AND ${to} ORDER BY year DESC, version DESC LIMIT 1`;
  if (!row) return null;
  const rows = await db.sql<{ month: number; day_type: DayType; slot: number; value: DecimalText }>`
    SELECT month, day_type, slot, value FROM energy.slp_profile WHERE code = ${code} AND year = ${row.year} AND version = ${row.version}`;
  return { ...row, values: rows.map(({ day_type: dayType, ...rest }) => ({ dayType, ...rest })) };
}
