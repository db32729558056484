// Arrays in PostgreSQL's binary form: a bulk insert of them runs about half again as fast as of arrays written as text.
const HEADER_BYTES = 20;
const [INT2, INT4, INT8, TIMESTAMPTZ] = [21, 23, 20, 1184];
/** PostgreSQL counts microseconds from 2000-01-01. */
const EPOCH_MS = 946_684_800_000;

export const int2Array = (values: readonly number[]): Buffer =>
  arrayOf(INT2, 2, values, (buffer, value, at) => buffer.writeInt16BE(value, at));
export const int4Array = (values: readonly number[]): Buffer =>
  arrayOf(INT4, 4, values, (buffer, value, at) => buffer.writeInt32BE(value, at));
export const int8Array = (values: readonly bigint[]): Buffer =>
  arrayOf(INT8, 8, values, (buffer, value, at) => buffer.writeBigInt64BE(value, at));
/** From UTC milliseconds. */
export const timestamptzArray = (values: readonly number[]): Buffer =>
  arrayOf(TIMESTAMPTZ, 8, values, (buffer, value, at) => buffer.writeBigInt64BE(BigInt(value - EPOCH_MS) * 1000n, at));

function arrayOf<T>(type: number, bytes: number, values: readonly T[], write: (buffer: Buffer, value: T, at: number) => void): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + values.length * (4 + bytes));
  buffer.writeInt32BE(1, 0); // dimensions
  buffer.writeInt32BE(0, 4); // no nulls
  buffer.writeInt32BE(type, 8);
  buffer.writeInt32BE(values.length, 12);
  buffer.writeInt32BE(1, 16); // first index
  let at = HEADER_BYTES;
  for (const value of values) {
    buffer.writeInt32BE(bytes, at);
    write(buffer, value, at + 4);
    at += 4 + bytes;
  }
  return buffer;
}
