// Where public material for conformance tests lies: it is not part of this repository.
import { globSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export type PublicData = Readonly<{ what: string; /** Its folder in `data`, and a file by which it is known. */ folder: string; file: string; /** The variable that names another folder. */ variable: string }>;

export const FEDERATION_AUDIT: PublicData = { what: 'The federation audit', folder: 'federation-audit', file: 'run.mjs', variable: 'STROMGRAPH_FEDERATION_AUDIT' };
export const LOAD_PROFILES: PublicData = { what: 'The check of the public load profiles', folder: 'slp-demandlib', file: 'h25.csv', variable: 'STROMGRAPH_PROFILE_FILES' };

/** The folder that the variable names, else one in the `data` of a folder beside this repository; null, and said so, where there is none. */
export function findPublicData({ what, folder, file, variable }: PublicData): string | null {
  const named = process.env[variable];
  const from = named ? resolve(named) : join(import.meta.dirname, '../..');
  const found = globSync(named ? file : `*/data/${folder}/${file}`, { cwd: from }).sort()[0];
  if (found) return dirname(join(from, found));
  console.log(`${what} is not run: it is not ${named ? `at ${from}` : `beside this repository, and ${variable} names no folder`}.`);
  return null;
}
