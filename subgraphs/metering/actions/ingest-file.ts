import { createHash, type Hash } from 'node:crypto';
import { requireActor } from '@stromgraph/kernel/auth';
import { isPassing, transact } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { isProblem, problem, type Problem } from '@stromgraph/kernel/problem';
import type { DomainContext } from '../context.ts';
import type { GivenInterval, Rejection } from '../intervals/value.ts';
import { type Batch, batchById, closeBatch, type FileKey, holdKey, openBatch, openKeyedBatch, releaseKey } from '../store/batches.ts';
import { type Columns, makeReaders, readHeader, readRow } from '../validation/csv-row.ts';
import { fieldsOf, type Line, linesOf, TOO_LONG } from '../value-files.ts';
import { announceBatch, planAnnouncement } from './announce-batch.ts';
import { ensurePartitions } from './ensure-partitions.ts';
import { type About, storeValues } from './store-values.ts';

/** Rows in one transaction: some 100 ms, well below the two seconds that one may last. */
const CHUNK_ROWS = 5_000;
const TRIES = 4;

export type FileUnusable = Problem<'FileUnusable'>;
/** Another file with the same key is being stored. */
export type KeyInUse = Problem<'KeyInUse', { idempotencyKey: string }>;

/**
 * Takes a file of any size, a chunk of rows at a time: each is stored for good before more is read, so memory stays flat and a file
 * that breaks off leaves what came before. The same file again changes nothing. A key is claimed before the first row is stored.
 */
export async function ingestFile(
  ctx: DomainContext,
  body: AsyncIterable<Uint8Array>,
  key: FileKey | null,
): Promise<Batch | FileUnusable | KeyInUse> {
  const { db } = ctx;
  const now = await ctx.now();
  const about: About = { batchId: newId<'batch'>(), now, by: requireActor(ctx.actor).name };
  await ensurePartitions(db, now);
  const hash = key && createHash('sha256');
  const opened = await storeRows(ctx, hash ? hashed(body, hash) : body, about, key);
  if (isProblem(opened)) return opened;
  await transact(db, async (tx) => {
    if (opened.brokeOff) await releaseKey(tx, about.batchId);
    await closeBatch(tx, about.batchId, opened.cutOff ? 'CUT_OFF' : 'COMPLETE', hash?.digest() ?? null);
  });
  await announceBatch(db, about.batchId).catch((error: unknown) =>
    ctx.log.warn({ err: error, batchId: about.batchId }, 'the values are stored; hearers are told later'),
  );
  return (await batchById(db, about.batchId))!;
}

type Chunk = { intervals: GivenInterval[]; unreadable: Rejection[] };

async function* hashed(body: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    hash.update(chunk);
    yield chunk;
  }
}

/** Whether the file ended in the middle of a row, and whether it was the connection that ended it. */
async function storeRows(
  { db }: DomainContext,
  body: AsyncIterable<Uint8Array>,
  about: About,
  key: FileKey | null,
): Promise<{ cutOff: boolean; brokeOff: boolean } | FileUnusable | KeyInUse> {
  const readers = makeReaders();
  let columns: Columns | undefined;
  let row = 0;
  let chunk: Chunk = { intervals: [], unreadable: [] };
  let cutOff = false;
  let brokeOff = false;
  const size = () => chunk.intervals.length + chunk.unreadable.length;
  const store = async () => {
    const stored = { ...chunk, readings: [] };
    chunk = { intervals: [], unreadable: [] };
    await persistently(() =>
      transact(db, async (tx) => {
        await storeValues(tx, stored, about);
        await planAnnouncement(tx, about.batchId, about.now);
        if (key) await holdKey(tx, about.batchId);
      }),
    );
  };
  const take = (line: Line, mayBeCutOff: boolean) => {
    if (line !== TOO_LONG && line.trim() === '') return;
    row += 1;
    const given = line === TOO_LONG ? 'the line is too long' : readRow(fieldsOf(line), row, columns!, readers);
    if (typeof given !== 'string') return void chunk.intervals.push(given);
    if (mayBeCutOff) cutOff = true;
    chunk.unreadable.push(unreadable(row, mayBeCutOff ? `the file ends in this row: ${given}` : given));
  };
  try {
    for await (const page of linesOf(body)) {
      for (const line of page.lines) {
        if (columns) take(line, page.cutOff);
        else {
          const header = line === TOO_LONG ? 'the first line is no header' : readHeader(fieldsOf(line));
          if (typeof header === 'string') return problem('FileUnusable', header);
          columns = header;
          if (!(await open(db, about, key))) return keyInUse(key!.key);
        }
        if (size() >= CHUNK_ROWS) await store();
      }
    }
  } catch (error) {
    if (!columns || !isOfTheConnection(error)) throw error;
    cutOff = brokeOff = true;
    chunk.unreadable.push(unreadable(row + 1, `the file broke off: ${error.message}`));
  }
  if (!columns) return problem('FileUnusable', 'the file is empty (allowed: a header line and rows)');
  if (size() > 0) await store();
  return { cutOff, brokeOff };
}

export const keyInUse = (key: string): KeyInUse =>
  problem('KeyInUse', `A file with the key ${key} is being stored; ask again for its answer.`, { idempotencyKey: key });

/** False when another file holds the key. */
const open = (db: DomainContext['db'], { batchId, now, by }: About, key: FileKey | null): Promise<boolean> =>
  transact(db, async (tx) => {
    const batch = { id: batchId, source: 'REST_CSV', actor: by, receivedAt: now } as const;
    if (key) return openKeyedBatch(tx, batch, key);
    await openBatch(tx, batch);
    return true;
  });

const unreadable = (row: number, reason: string): Rejection => ({
  row,
  path: null,
  meterNumber: null,
  obis: null,
  startMs: null,
  rule: null,
  reason,
  registerId: null,
});

/** The sender or the gateway went away, or sent more than is allowed. */
const isOfTheConnection = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && /^(ECONNRESET|ERR_STREAM_PREMATURE_CLOSE|ABORT_ERR)$/.test(String(error.code));

/** A chunk that met a lock or a lost connection is stored again: it had no effect. */
async function persistently<T>(work: () => Promise<T>, tries = TRIES): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (tries <= 1 || !isPassing(error)) throw error;
    return persistently(work, tries - 1);
  }
}
