/** Reads the chunks of a body: `more` are to come, or its end is read and so many bytes lie beyond it. */
export type Chunks = Readonly<{ take: (piece: Buffer) => 'more' | 'broken' | Readonly<{ rest: number }> }>;

const SIZE = /^([0-9a-fA-F]{1,8})[\t ]*(;[\t\x20-\x7e]*)?$/;
const MAX_LINE_BYTES = 4_096;
const MAX_TRAILERS = 100;
/** So many chunks are taken, and one more for every sixteen bytes: each costs the event loop what it costs, however small. */
const FREE_CHUNKS = 4_000;
const BYTES_PER_CHUNK = 16;
const [CR, LF] = [13, 10];

export function makeChunks(add: (part: Buffer) => void): Chunks {
  let line = '';
  let missing = 0;
  let state: 'size' | 'data' | 'after data' | 'trailer' = 'size';
  let trailers = 0;
  let chunks = 0;
  let bytes = 0;

  /** Up to and with its CRLF; the number of bytes that it took, or null where the line is broken. */
  function takeLine(piece: Buffer, at: number): Readonly<{ next: number; whole: boolean }> | null {
    const end = piece.indexOf(LF, at);
    const stop = end < 0 ? piece.length : end + 1;
    line += piece.toString('latin1', at, stop);
    if (line.length > MAX_LINE_BYTES) return null;
    if (end < 0) return { next: stop, whole: false };
    if (line.charCodeAt(line.length - 2) !== CR || line.indexOf('\r') !== line.length - 2) return null;
    line = line.slice(0, -2);
    return { next: stop, whole: true };
  }

  function take(piece: Buffer): ReturnType<Chunks['take']> {
    let at = 0;
    while (at < piece.length) {
      if (state === 'data') {
        const part = piece.subarray(at, at + missing);
        add(part);
        at += part.length;
        missing -= part.length;
        if (missing === 0) state = 'after data';
        continue;
      }
      const taken = takeLine(piece, at);
      if (taken === null) return 'broken';
      at = taken.next;
      if (!taken.whole) return 'more';
      const said = line;
      line = '';
      if (state === 'trailer') {
        if (said === '') return { rest: piece.length - at };
        if (++trailers > MAX_TRAILERS) return 'broken';
      } else if (state === 'after data') {
        if (said !== '') return 'broken';
        state = 'size';
      } else {
        const size = SIZE.exec(said)?.[1];
        if (size === undefined) return 'broken';
        missing = parseInt(size, 16);
        bytes += missing;
        if (++chunks > FREE_CHUNKS + bytes / BYTES_PER_CHUNK) return 'broken';
        state = missing === 0 ? 'trailer' : 'data';
      }
    }
    return 'more';
  }

  return { take };
}
