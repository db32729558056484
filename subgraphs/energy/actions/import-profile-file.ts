import type { Db } from '@stromgraph/kernel/database';
import { businessNow } from '@stromgraph/kernel/clock';
import { isProblem } from '@stromgraph/kernel/problem';
import { parseMonthlyProfile, parseSeasonalProfiles, type ProfileFileInvalid } from '../profiles/profile-csv.ts';
import { haveSameValues } from '../profiles/same-values.ts';
import { newestProfile } from '../store/profiles.ts';
import { importLoadProfile } from './import-load-profile.ts';

export type ImportedProfile = Readonly<{ code: string; version: number; known: boolean }>;

/** Imports the profiles of one public file for a year of delivery; `name` is the profile's code where the file holds one. What is known already stays as it is. */
export async function importProfileFile(db: Db<any>, { name, year, text }: { name: string; year: number; text: string }): Promise<ImportedProfile[] | ProfileFileInvalid> {
  const parsed = isSeasonal(text) ? parseSeasonalProfiles(text) : parseMonthlyProfile(name.toUpperCase(), text);
  if (isProblem(parsed)) return parsed;
  const done: ImportedProfile[] = [];
  for (const profile of Array.isArray(parsed) ? parsed : [parsed]) {
    const newest = await newestProfile(db, profile.code, year);
    const known = newest !== null && newest.dynamised === profile.dynamised && newest.seasonal === profile.seasonal && haveSameValues(profile.values, newest.values);
    const version = known ? newest.version : (newest?.version ?? 0) + 1;
    if (!known) await importLoadProfile(db, { ...profile, year, version, source: 'FILE', publishedAt: await businessNow(db) });
    done.push({ code: profile.code, version, known });
  }
  return done;
}

/** The form with seasons has its profiles as columns. */
const isSeasonal = (text: string): boolean => /^\uFEFF?[^,\n]*,period,/.test(text);
