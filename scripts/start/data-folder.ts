import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { commandLineOf } from '../process-table.ts';

/** Makes the folder and makes sure that there is room and that no other run has it. Answers what gives it free again. */
export function occupyDataFolder(folder: string, minFreeMegabytes: number): () => void {
  try {
    makeFolder(join(folder, 'logs'));
  } catch (error) {
    throw new Error(`STROMGRAPH_DATA: ${folder} cannot be made (${(error as NodeJS.ErrnoException).code}).`, { cause: error });
  }
  refuseLittleRoom(folder, minFreeMegabytes);
  const lock = join(folder, 'start.pid');
  const other = runningStart(lock);
  if (other !== null) throw new Error(`STROMGRAPH_DATA: ${folder} is in use by another start (process ${other}).`);
  rmSync(lock, { force: true });
  writeFileSync(lock, `${process.pid}\n`, { flag: 'wx' });
  return () => {
    if (existsSync(lock) && Number(readFileSync(lock, 'utf8')) === process.pid) rmSync(lock, { force: true });
  };
}

/** One by one: Node's own recursive form never ends where a file system refuses folders with ENOENT, as /proc does. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o755 });
}

function refuseLittleRoom(folder: string, minFreeMegabytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  const freeMegabytes = Math.floor((bavail * bsize) / 1_000_000);
  if (freeMegabytes < minFreeMegabytes)
    throw new Error(`STROMGRAPH_MIN_FREE_MB: ${folder} has ${freeMegabytes} MB left, less than the ${minFreeMegabytes} MB that must be free.`);
}

/** The process that wrote the lock, if it still lives and is a start; a killed run leaves its lock behind. */
function runningStart(lock: string): number | null {
  if (!existsSync(lock)) return null;
  const pid = Number(readFileSync(lock, 'utf8'));
  return pid !== process.pid && commandLineOf(pid).includes('start.ts') ? pid : null;
}
