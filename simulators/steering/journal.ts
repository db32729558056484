import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a simulator remembers across a restart, one JSON line each. Without a folder it forgets. */
export type Journal = { append(entry: object): void; clear(): void };

export function openJournal<Entry extends object>(
  folder: string | undefined,
  name: string,
  replay: (entry: Entry) => void,
): Journal {
  if (folder === undefined) return { append: () => undefined, clear: () => undefined };
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.ndjson`);
  for (const line of wholeLines(path)) replay(JSON.parse(line) as Entry);
  return {
    append: (entry) => appendFileSync(path, `${JSON.stringify(entry)}\n`),
    clear: () => writeFileSync(path, ''),
  };
}

/** A line that a kill left half-written is cut off, so that the next one does not grow onto it. */
function wholeLines(path: string): string[] {
  if (!existsSync(path)) return [];
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf('\n') + 1;
  if (end < bytes.length) truncateSync(path, end);
  return bytes.subarray(0, end).toString('utf8').split('\n').filter(Boolean);
}
