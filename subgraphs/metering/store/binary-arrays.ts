// Arrays in PostgreSQL's binary form: a bulk insert of them runs about half again as fast as of arrays written as text.
const HEADER_BYTES = 20;
const [INT2, INT4, INT8, TIMESTAMPTZ] = [21, 23, 20, 1184];
/** PostgreSQL counts microseconds from 2000-01-01. */
const EPOCH_MS = 946_684_800_000;
const TWO_32 = 4_294_967_296;

export const int2Array = (values: ArrayLike<number>): Buffer => arrayOf(INT2, 2, values, (buffer, value, at) => buffer.writeInt16BE(value, at));
export const int4Array = (values: ArrayLike<number>): Buffer => arrayOf(INT4, 4, values, (buffer, value, at) => buffer.writeInt32BE(value, at));
/** From whole numbers within ±(2^53 − 1). */
export const int8Array = (values: ArrayLike<number>): Buffer => arrayOf(INT8, 8, values, writeWhole);
/** From UTC milliseconds. */
export const timestamptzArray = (values: ArrayLike<number>): Buffer =>
  arrayOf(TIMESTAMPTZ, 8, values, (buffer, value, at) => writeWhole(buffer, (value - EPOCH_MS) * 1_000, at));

/** In two halves: a bigint per value would cost more than all the rest. */
function writeWhole(buffer: Buffer, value: number, at: number): void {
  const high = Math.floor(value / TWO_32);
  buffer.writeInt32BE(high, at);
  buffer.writeUInt32BE(value - high * TWO_32, at + 4);
}

function arrayOf(type: number, bytes: number, values: ArrayLike<number>, write: (buffer: Buffer, value: number, at: number) => void): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + values.length * (4 + bytes));
  buffer.writeInt32BE(1, 0); // dimensions
  buffer.writeInt32BE(0, 4); // no nulls
  buffer.writeInt32BE(type, 8);
  buffer.writeInt32BE(values.length, 12);
  buffer.writeInt32BE(1, 16); // first index
  let at = HEADER_BYTES;
  for (let nth = 0; nth < values.length; nth++) {
    buffer.writeInt32BE(bytes, at);
    write(buffer, values[nth]!, at + 4);
    at += 4 + bytes;
  }
  return buffer;
}
