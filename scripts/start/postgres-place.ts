import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isEnterable } from '../postgres.ts';

const SYSTEM_FOLDER = '/var/lib/stromgraph';

/**
 * Where the embedded cluster lies: in the data folder. Run by root, PostgreSQL works as nobody, who cannot enter a
 * private home folder: then the cluster lies in a system folder, and `postgres/lies-in` says which.
 */
export function placeOf(dataFolder: string): string {
  const inside = join(dataFolder, 'postgres');
  mkdirSync(inside, { recursive: true, mode: 0o755 });
  const pointer = join(inside, 'lies-in');
  if (existsSync(pointer)) return readFileSync(pointer, 'utf8').trim();
  if (process.getuid?.() !== 0 || isEnterable(inside)) return inside;
  const outside = join(SYSTEM_FOLDER, randomUUID());
  mkdirSync(outside, { recursive: true, mode: 0o755 });
  writeFileSync(pointer, `${outside}\n`);
  return outside;
}
