// The limit: binary COPY straight into a bare table with the key and the columns of metering's intervals.
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Value } from './values.ts';

const SIGNATURE = Buffer.from('5047434f50590aff0d0a000000000000000000', 'hex');
const FIELDS = 6;
const ROW_BYTES = 2 + FIELDS * 4 + 8 + 8 + 8 + 4 + 2 + 2;
/** PostgreSQL counts microseconds from 2000-01-01. */
const EPOCH_MS = 946_684_800_000;
const QUARTER_HOUR_MINUTES = 15;

export const createBareTable = async (owner: pg.Client): Promise<void> =>
  void (await owner.query('CREATE TABLE bench_interval (start_at timestamptz NOT NULL, watt_hours bigint NOT NULL, known_from timestamptz NOT NULL, register_id integer NOT NULL, status smallint NOT NULL, minutes smallint NOT NULL, PRIMARY KEY (register_id, start_at))'));

/** One COPY of everything, a piece of rows at a time. */
export async function copy(owner: pg.Client, pieces: Iterable<readonly Value[]>): Promise<void> {
  const knownFrom = microsOf(Date.now());
  await pipeline(Readable.from(bytesOf(pieces, knownFrom)), owner.query(copyFrom('COPY bench_interval FROM STDIN (FORMAT binary)')));
}

function* bytesOf(pieces: Iterable<readonly Value[]>, knownFrom: bigint): Generator<Buffer> {
  yield SIGNATURE;
  for (const piece of pieces) yield rowsOf(piece, knownFrom);
  yield Buffer.from('ffff', 'hex');
}

function rowsOf(values: readonly Value[], knownFrom: bigint): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * ROW_BYTES);
  let at = 0;
  const int8 = (value: bigint) => (at = bytes.writeBigInt64BE(value, bytes.writeInt32BE(8, at)));
  const int2 = (value: number) => (at = bytes.writeInt16BE(value, bytes.writeInt32BE(2, at)));
  for (const { meter, startMs, wattHours } of values) {
    at = bytes.writeInt16BE(FIELDS, at);
    int8(microsOf(startMs));
    int8(BigInt(wattHours));
    int8(knownFrom);
    at = bytes.writeInt32BE(meter, bytes.writeInt32BE(4, at));
    int2(1);
    int2(QUARTER_HOUR_MINUTES);
  }
  return bytes;
}

const microsOf = (ms: number): bigint => BigInt(ms - EPOCH_MS) * 1_000n;
