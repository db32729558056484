// A body that is too large to be held is signed as it goes: each block carries a signature over all that came up to its end, and the
// last one follows as an HTTP trailer. A reader gets nothing that was altered, and a clean end only where the sender ended.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';

/** The trailer that ends a streamed body. */
export const DIGEST_TRAILER = 'x-stromgraph-digest';

/** `signature`: that of the request's headers, so that no block fits another request. */
type Signing = Readonly<{ secret: string; signature: string }>;

const LENGTH_BYTES = 4;
const MARK_BYTES = 32;
const HEAD_BYTES = LENGTH_BYTES + MARK_BYTES;
const MAX_BLOCK_BYTES = 65_536;

/** Bytes in, signed blocks out; `ended` gets the trailer just before the end. */
export function signStream(signing: Signing, ended: (trailer: string) => void): Transform {
  const marks = makeMarks(signing);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (let at = 0; at < chunk.length; at += MAX_BLOCK_BYTES) {
        const block = chunk.subarray(at, at + MAX_BLOCK_BYTES);
        const length = Buffer.alloc(LENGTH_BYTES);
        length.writeUInt32BE(block.length);
        this.push(Buffer.concat([length, marks.next(block), block]));
      }
      done();
    },
    flush(done) {
      ended(marks.last().toString('hex'));
      done();
    },
  });
}

/** Signed blocks in, bytes out; fails at the first block that does not fit, and at an end that was not signed. */
export function openStream(source: Readable, signing: Signing, trailer: () => string | undefined): Readable {
  const marks = makeMarks(signing);
  let rest: Buffer = Buffer.alloc(0);
  const opened = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      while (rest.length >= HEAD_BYTES) {
        const length = rest.readUInt32BE();
        if (length === 0 || length > MAX_BLOCK_BYTES) return done(altered());
        if (rest.length < HEAD_BYTES + length) break;
        const block = rest.subarray(HEAD_BYTES, HEAD_BYTES + length);
        if (!timingSafeEqual(rest.subarray(LENGTH_BYTES, HEAD_BYTES), marks.next(block))) return done(altered());
        rest = rest.subarray(HEAD_BYTES + length);
        this.push(block);
      }
      done();
    },
    flush(done) {
      const said = Buffer.from(trailer() ?? '', 'hex');
      const whole = rest.length === 0 && said.length === MARK_BYTES && timingSafeEqual(said, marks.last());
      done(whole ? null : altered());
    },
  });
  opened.on('error', () => source.resume()); // what still comes belongs to nobody, and its answer waits behind it
  source.on('error', (error) => opened.destroy(error));
  source.once('close', () => source.readableEnded || opened.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })));
  return source.pipe(opened);
}

/** Reads as a connection that broke: what came before was signed and holds. */
const altered = () => Object.assign(new Error('the body was altered or cut off on its way'), { code: 'ERR_STREAM_PREMATURE_CLOSE', statusCode: 401 });

function makeMarks({ secret, signature }: Signing) {
  const all = createHash('sha256');
  let blocks = 0;
  const mark = (what: string) => createHmac('sha256', secret).update(`${signature}\n${what}\n`).update(all.copy().digest()).digest();
  return {
    next(block: Buffer): Buffer {
      all.update(block);
      return mark(String(blocks++));
    },
    last: () => mark(`end of ${blocks}`),
  };
}
