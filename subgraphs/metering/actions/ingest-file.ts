import { createHash, type Hash } from 'node:crypto';
import { requireActor } from '@stromgraph/kernel/auth';
import { type Db, isPassing, planningOnce, transact } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { isProblem, problem, type Problem } from '@stromgraph/kernel/problem';
import type { DomainContext } from '../context.ts';
import { type Batch, closeBatch, countChunk, type FileKey, fileOfKey, openFile, releaseKey, wasCounted } from '../store/batches.ts';
import { rememberDays } from '../store/day-sums.ts';
import { forgetRows } from '../store/file-rows.ts';
import { ruleBook } from '../store/findings.ts';
import { type Chunk, emptyChunk, lineFault, takeLine, unreadable } from './csv-chunk.ts';
import { type Columns, makeReaders, readHeader } from '../validation/csv-row.ts';
import { fieldsOf, type Line, linesOf } from '../value-files.ts';
import { announceBatch, planAnnouncement } from './announce-batch.ts';
import { ensurePartitions } from './ensure-partitions.ts';
import { type About, storeValues } from './store-values.ts';
import { makeStoring, type Storing } from './storing.ts';

/** Rows in one transaction: some 100 ms, well below the two seconds that one may last. It ends with a meter if that comes soon. */
export const CHUNK_ROWS = 6_000;
export const MOST_CHUNK_ROWS = 10_000;
/** Readings of counters are some ten times dearer each than intervals. */
export const CHUNK_READINGS = 2_500;
const TRIES = 4;

export type FileUnusable = Problem<'FileUnusable'>;
/** Another file with the same key is being stored. */
export type KeyInUse = Problem<'KeyInUse', { idempotencyKey: string; batchId: string | null }>;

/**
 * Takes a file of any size, a chunk of rows at a time: so few are in hand at once that memory stays flat, and a file that breaks off
 * leaves what came before. The same file again changes nothing. A key is claimed before the first row is stored.
 */
export async function ingestFile(ctx: DomainContext, body: AsyncIterable<Uint8Array>, key: FileKey | null): Promise<Batch | FileUnusable | KeyInUse> {
  const { db, log } = ctx;
  const now = await ctx.now();
  await ensurePartitions(db, now);
  const about: About = { batchId: newId<'batch'>(), now, by: requireActor(ctx.actor).name, book: await ruleBook(db), inParts: true };
  const hash = key && createHash('sha256');
  const close = (cutOff: boolean, keepsKey: boolean) =>
    transact(db, async (tx) => {
      if (!keepsKey) await releaseKey(tx, about.batchId);
      return closeBatch(tx, about.batchId, cutOff ? 'CUT_OFF' : 'COMPLETE', { digest: hash?.digest() ?? null });
    });
  const file: File = { db, about, key, storing: makeStoring((chunk) => storeChunk(db, chunk, about, key)), isOpen: false };
  try {
    const outcome = await storeRows(file, hash ? hashed(body, hash) : body);
    if (isProblem(outcome)) return outcome;
    const batch = await close(outcome.cutOff, !outcome.brokeOff);
    await forgetRows(db).catch((error: unknown) => log.warn({ err: error, batchId: about.batchId }, 'which rows said what is forgotten with the next file'));
    await announceBatch(db, about.batchId).catch((error: unknown) => log.warn({ err: error, batchId: about.batchId }, 'the values are stored; hearers are told later'));
    return batch;
  } catch (error) {
    // What was stored before stays; the batch says at once that no more comes, and its key is free.
    if (file.isOpen) await file.storing.end().catch(() => null).then(() => close(true, false)).catch(() => null);
    throw error;
  }
}

type File = { readonly db: Db<any>; readonly about: About; readonly key: FileKey | null; readonly storing: Storing; isOpen: boolean };

async function* hashed(body: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    hash.update(chunk);
    yield chunk;
  }
}

/** Whether the file ended in the middle of a row, and whether it was the connection that ended it; a file that lost its key stores nothing more. */
async function storeRows(file: File, body: AsyncIterable<Uint8Array>): Promise<{ cutOff: boolean; brokeOff: boolean } | FileUnusable | KeyInUse> {
  const { storing } = file;
  const readers = makeReaders();
  let columns: Columns | undefined;
  let row = 0;
  let chunk = emptyChunk();
  let [cutOff, brokeOff] = [false, false];
  const take = (line: Line, mayBeCutOff: boolean) => {
    const prefix = mayBeCutOff ? 'the file ends in this row: ' : '';
    if (!takeLine(chunk, line, (row += 1), { columns: columns!, readers, prefix }) && mayBeCutOff) cutOff = true;
  };
  try {
    for await (const page of linesOf(body))
      for (const line of page.lines) {
        if (!columns) {
          const unread = lineFault(line);
          const header = unread === null ? readHeader(fieldsOf(line as string)) : `the first line is no header: ${unread}`;
          if (typeof header === 'string') return problem('FileUnusable', header);
          columns = header;
          if (!(await open(file))) return lostKey(file);
        } else if (typeof line === 'string' && line.trim() === '') row += 1; // so that the number of a row finds its line
        else {
          if (isFull(chunk, line)) {
            if (!(await storing.add(chunk))) return lostKey(file);
            chunk = emptyChunk();
          }
          take(line, page.cutOff);
        }
      }
  } catch (error) {
    if (!columns || !isOfTheConnection(error)) throw error;
    cutOff = brokeOff = true;
    chunk.unreadable.push(unreadable(row + 1, `the file broke off: ${error.message}`));
  }
  if (!columns) return problem('FileUnusable', 'the file is empty (allowed: a header line and rows)');
  const isStored = (chunk.rows + chunk.unreadable.length === 0 || (await storing.add(chunk))) && (await storing.end());
  return isStored ? { cutOff, brokeOff } : lostKey(file);
}

/** A chunk ends before the next meter begins, so that two can be stored at once; a long one anywhere. */
const isFull = ({ rows, runs, readings }: Chunk, line: Line): boolean =>
  readings.length >= CHUNK_READINGS ||
  (rows >= CHUNK_ROWS && (rows >= MOST_CHUNK_ROWS || typeof line !== 'string' || !line.toUpperCase().includes(runs.at(-1)?.meterNumber ?? line)));

/** False where the file has lost its key meanwhile. Where the connection was lost it is asked first whether the chunk is stored: its answer may be all that was. */
function storeChunk(db: Db<any>, { runs, readings, unreadable: refused }: Chunk, about: About, key: FileKey | null): Promise<boolean> {
  let counted: string | null = null;
  return persistently(async () => {
    const outcome = await transact(db, async (plain) => {
      const tx = planningOnce(plain);
      if (counted !== null && (await wasCounted(tx, about.batchId, counted))) return null;
      const { changed, counts } = await storeValues(tx, { intervals: runs, readings, unreadable: refused }, about);
      await rememberDays(tx, changed, { at: about.now, batchId: about.batchId });
      await planAnnouncement(tx, about.batchId, about.now);
      counted = await countChunk(tx, about.batchId, counts, key);
      return counted === null ? keyInUse(key?.key ?? '', null) : null;
    });
    return !isProblem(outcome);
  });
}

export const keyInUse = (key: string, batchId: string | null): KeyInUse =>
  problem('KeyInUse', `A file with the key ${key} is being stored; ask again for its answer, or for how far its batch is.`, { idempotencyKey: key, batchId });

/** Another file holds the key now. */
async function lostKey({ db, key }: File): Promise<KeyInUse> {
  const held = await fileOfKey(db, key!);
  return keyInUse(key!.key, held === null || held === 'VALUES' ? null : held.batchId);
}

/** False when another file holds the key. */
async function open(file: File): Promise<boolean> {
  const { batchId: id, now: receivedAt, by: actor } = file.about;
  file.isOpen = await transact(file.db, (tx) => openFile(tx, { id, source: 'REST_CSV', actor, receivedAt }, file.key));
  return file.isOpen;
}

/** The sender or the gateway went away, or sent more than is allowed. */
const isOfTheConnection = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && /^(ECONNRESET|ERR_STREAM_PREMATURE_CLOSE|ABORT_ERR)$/.test(String(error.code));

/** What met a lock or a lost connection is tried again. */
async function persistently<T>(work: () => Promise<T>, tries = TRIES): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (tries <= 1 || !isPassing(error)) throw error;
    return persistently(work, tries - 1);
  }
}
