import { type Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { requireActor } from '@stromgraph/kernel/auth';
import { isPassing, transact } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { problem, type Problem } from '@stromgraph/kernel/problem';
import type { DomainContext } from '../context.ts';
import type { GivenInterval, Rejection } from '../intervals/value.ts';
import { type Batch, batchById, closeBatch, openBatch } from '../store/batches.ts';
import { makeReaders, readHeader, readRow, type Columns } from '../validation/csv-row.ts';
import { announceBatch, planAnnouncement } from './announce-batch.ts';
import { ensurePartitions } from './ensure-partitions.ts';
import { storeValues } from './store-values.ts';

/** Rows in one transaction: some 100 ms, well below the two seconds that one may last. */
const CHUNK_ROWS = 5_000;
const TRIES = 4;
const MAX_LINE_CHARACTERS = 10_000;
const CSV = { bom: true, relax_column_count: true, skip_empty_lines: true, max_record_size: MAX_LINE_CHARACTERS };

export type FileUnusable = Problem<'FileUnusable', { batchId: null }>;

/**
 * Takes a file of any size, a chunk of rows at a time: each is stored for good before the next is read, so memory stays flat and a
 * file that breaks off leaves what came before. The same file again changes nothing.
 */
export async function ingestFile(ctx: DomainContext, body: Readable): Promise<Batch | FileUnusable> {
  const { db } = ctx;
  const { name } = requireActor(ctx.actor);
  const now = await ctx.now();
  await ensurePartitions(db, now);
  const batchId = newId<'batch'>();
  const readers = makeReaders();
  let columns: Columns | undefined;
  let row = 0;
  let chunk: { intervals: GivenInterval[]; unreadable: Rejection[] } = { intervals: [], unreadable: [] };
  const store = async () => {
    if (chunk.intervals.length + chunk.unreadable.length === 0) return;
    const { intervals, unreadable } = chunk;
    chunk = { intervals: [], unreadable: [] };
    await persistently(() => transact(db, async (tx) => {
      await storeValues(tx, { intervals, unreadable, readings: [] }, { batchId, now, by: name });
      await planAnnouncement(tx, batchId, now);
    }));
  };
  const refuse = (reason: string) => chunk.unreadable.push({ row, path: null, meterNumber: null, obis: null, startMs: null, rule: null, reason, registerId: null });

  let cutOff = false;
  const records = parse(CSV);
  body.once('error', (error) => records.destroy(error));
  try {
    for await (const fields of body.pipe(records) as AsyncIterable<string[]>) {
      if (!columns) {
        const header = readHeader(fields);
        if (typeof header === 'string') return problem('FileUnusable', header, { batchId: null });
        columns = header;
        await transact(db, (tx) => openBatch(tx, { id: batchId, source: 'REST_CSV', actor: name, receivedAt: now }));
        continue;
      }
      row += 1;
      const given = readRow(fields, row, columns, readers);
      if (typeof given === 'string') refuse(given);
      else chunk.intervals.push(given);
      if (chunk.intervals.length + chunk.unreadable.length >= CHUNK_ROWS) await store();
    }
  } catch (error) {
    if (!isReadingFault(error)) throw error;
    if (!columns) return problem('FileUnusable', `the file cannot be read: ${error.message}`, { batchId: null });
    cutOff = true;
    row += 1;
    refuse(`the file cannot be read on from here: ${error.message}`);
  }
  if (!columns) return problem('FileUnusable', 'the file is empty (allowed: a header line and rows)', { batchId: null });
  await store();
  await transact(db, (tx) => closeBatch(tx, batchId, cutOff ? 'CUT_OFF' : 'COMPLETE'));
  await announceBatch(db, batchId).catch((error: unknown) => ctx.log.warn({ err: error, batchId }, 'the values are stored; hearers are told later'));
  return (await batchById(db, batchId))!;
}

/** What the parser or the connection says of the file, as opposed to what our own storing says. */
const isReadingFault = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && 'code' in error && /^(CSV_|ECONNRESET$|ERR_STREAM_PREMATURE_CLOSE$|ABORT_ERR$)/.test(String(error.code));

/** A chunk that met a lock or a lost connection is stored again: it had no effect. */
async function persistently<T>(work: () => Promise<T>, tries = TRIES): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (tries <= 1 || !isPassing(error)) throw error;
    return persistently(work, tries - 1);
  }
}
