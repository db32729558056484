import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { makeHeld, type Held } from './held.ts';

export type Body = Readonly<{ bytes: Buffer } | { tooLarge: true } | { tooFragmented: true } | { broken: true }>;

const BODY_MS = 15_000;
/** A body may come in so many pieces, and in one more for every sixteen bytes: each costs the event loop what it costs, however small. */
const FREE_PIECES = 4_000;
const BYTES_PER_PIECE = 16;
/** From here on a piece is handed on as it came; what is smaller is gathered. */
const LARGE_PIECE_BYTES = 16_384;
/** What is handed on at once of a body that is not held. */
const SLAB_BYTES = 65_536;

const EMPTY = Buffer.alloc(0);

export const TOO_FRAGMENTED = `The body comes in too many pieces: send ${BYTES_PER_PIECE} bytes or more in each.`;

/** Reads a body up to its limit and in its time; what is larger, or crumbled, is not read to its end. */
export function readBody(request: IncomingMessage, limitBytes: number): Body | Promise<Body> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return { tooLarge: true };
  if (request.destroyed) return { broken: true }; // while its sender was asked for
  if (request.complete || request.readableLength === Number(request.headers['content-length'])) return readWhole(request, limitBytes);
  return new Promise((resolve) => {
    let first: Buffer | null = null; // nearly every body is one piece
    let held: Held | null = null;
    const count = makeCount();
    const timer = setTimeout(() => broken(), BODY_MS);
    function finish(body: Body): void {
      clearTimeout(timer);
      request.off('data', take);
      resolve(body);
    }
    function take(piece: Buffer): void {
      count.add(piece);
      if (count.bytes() > limitBytes) return finish({ tooLarge: true });
      if (count.tooMany()) return finish({ tooFragmented: true });
      if (first === null) return void (first = piece);
      if (held === null) (held = makeHeld(limitBytes)).add(first);
      held.add(piece);
    }
    request.on('data', take);
    const broken = () => finish({ broken: true });
    request.on('end', () => finish({ bytes: held?.whole() ?? first ?? EMPTY }));
    request.on('error', broken);
    request.on('close', broken);
  });
}

/** A body that came with its head, as nearly all do, has no one to wait for; Node may be about to say that it is complete. */
function readWhole(request: IncomingMessage, limitBytes: number): Body {
  if (request.readableLength > limitBytes) return { tooLarge: true };
  const bytes = (request.read() as Buffer | null) ?? EMPTY;
  request.resume(); // its end
  return { bytes };
}

/** The client's body as it comes, its crumbs gathered; `fault` is what it fails with when it is too large, crumbled or cut off. */
export function streamBody(request: IncomingMessage, limitBytes: number, fault: (kind: 'tooLarge' | 'tooFragmented' | 'broken') => Error): Readable {
  const count = makeCount();
  let slab: Buffer = EMPTY;
  let used = 0;
  let flushing: NodeJS.Immediate | undefined;
  const body = new Readable({
    highWaterMark: SLAB_BYTES,
    read: () => void request.resume(),
    destroy(error, done) {
      clearImmediate(flushing);
      request.off('data', take);
      done(error);
    },
  });

  function take(piece: Buffer): void {
    count.add(piece);
    if (count.bytes() > limitBytes) return void body.destroy(fault('tooLarge'));
    if (count.tooMany()) return void body.destroy(fault('tooFragmented'));
    if (used === 0 && piece.length >= LARGE_PIECE_BYTES) return give(piece);
    for (let at = 0; at < piece.length; ) {
      if (slab.length === 0) slab = Buffer.allocUnsafe(SLAB_BYTES);
      const taken = piece.copy(slab, used, at);
      at += taken;
      used += taken;
      if (used === slab.length) flush();
    }
    if (used > 0) flushing ??= setImmediate(flush); // what came in this turn goes on in one piece
  }

  function flush(): void {
    clearImmediate(flushing);
    flushing = undefined;
    const gathered = slab.subarray(0, used);
    slab = EMPTY;
    used = 0;
    if (gathered.length > 0) give(gathered);
  }

  function give(bytes: Buffer): void {
    if (!body.push(bytes)) request.pause();
  }

  request.on('data', take);
  request.once('end', () => {
    if (body.destroyed) return;
    flush();
    body.push(null);
  });
  const broken = () => void (request.complete || body.destroy(fault('broken')));
  if (request.destroyed) broken(); // while its sender was asked for
  else request.once('close', broken);
  return body;
}

function makeCount(): Readonly<{ add: (piece: Buffer) => void; bytes: () => number; tooMany: () => boolean }> {
  let bytes = 0;
  let pieces = 0;
  return {
    add(piece) {
      bytes += piece.length;
      pieces++;
    },
    bytes: () => bytes,
    tooMany: () => pieces > FREE_PIECES + bytes / BYTES_PER_PIECE,
  };
}

/** JSON of a body, or undefined where it is not JSON in UTF-8. */
export function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
