// Where tests put clusters and other folders that nobody keeps. A database is some 1,600 files: made, written and removed on a
// disk they cost ten times the processor time that they cost in memory, so they lie there where the system has the room.
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../scripts/process-table.ts';

const MEMORY = '/dev/shm';
const OF_A_RUN = 'stromgraph-tests-';
/** Names the run's folder in memory; unset outside of a test run and where there is none. */
const SCRATCH = 'STROMGRAPH_TEST_SCRATCH';
/** A run fills less than one; a long one some more. */
const ROOM_BYTES = 8 * 2 ** 30;

/** A new folder that everybody may enter, PostgreSQL's nobody too. */
export function scratchFolder(name: string): string {
  const folder = mkdtempSync(join(process.env[SCRATCH] ?? tmpdir(), `stromgraph-${name}-`));
  chmodSync(folder, 0o755);
  return folder;
}

/** For one run; answers what removes all that is left of it. What a killed run has left goes with the next one. */
export function openScratch(): () => void {
  if (!hasRoom()) return () => {};
  for (const name of readdirSync(MEMORY)) if (name.startsWith(OF_A_RUN) && !isAlive(Number(name.slice(OF_A_RUN.length)))) rmSync(join(MEMORY, name), { recursive: true, force: true });
  const folder = join(MEMORY, `${OF_A_RUN}${process.pid}`);
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  process.env[SCRATCH] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return Math.min(bavail * bsize, process.availableMemory()) >= ROOM_BYTES;
  } catch {
    return false; // not a Linux
  }
}
