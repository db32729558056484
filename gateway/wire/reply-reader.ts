import { makeHeld, type Held } from '../held.ts';
import { makeChunks, type Chunks } from './chunks.ts';
import { readReplyHead, type ReplyHead } from './reply-head.ts';

/** An answer as it came; its body may lie in a buffer that is written again in the next turn. */
export type WireReply = Readonly<{ status: number; type: string | undefined; body: Buffer }>;

export type Read = 'more' | 'whole' | 'broken' | 'too large';

/** Reads one answer from the pieces of a connection; `head` is there from its last line on. */
export type ReplyReader = {
  take: (piece: Buffer) => Read;
  /** The connection has ended: an answer without a length is whole then. */
  end: () => Read;
  head: ReplyHead | null;
  body: Buffer;
  /** Whether the connection can serve another request: it said so, and nothing came beyond the answer. */
  reusable: boolean;
};

const HEAD_END = '\r\n\r\n';
const MAX_HEAD_BYTES = 32_768;
/** 100 and 103 come before the answer; nobody sends many. */
const MAX_INTERIM = 10;

export function makeReplyReader(mostBytes: number): ReplyReader {
  let early: Held | null = null;
  let held: Held | null = null;
  let chunks: Chunks | null = null;
  let interim = 0;
  const reader: ReplyReader = { take, end, head: null, body: EMPTY, reusable: false };

  function take(piece: Buffer): Read {
    return reader.head === null ? takeHead(piece) : takeBody(reader.head, piece);
  }

  function takeHead(piece: Buffer): Read {
    let bytes = piece;
    if (early !== null) {
      early.add(piece);
      bytes = early.whole();
    }
    const headEnd = bytes.indexOf(HEAD_END, 0, 'latin1');
    if (headEnd < 0 ? bytes.length > MAX_HEAD_BYTES : headEnd > MAX_HEAD_BYTES) return 'broken';
    if (headEnd < 0) {
      if (early === null) (early = makeHeld(MAX_HEAD_BYTES)).add(piece);
      return 'more';
    }
    const head = readReplyHead(bytes.toString('latin1', 0, headEnd));
    if (head === null || head.status === 101) return 'broken';
    const rest = bytes.subarray(headEnd + HEAD_END.length);
    early = null;
    if (head.status < 200) {
      if (++interim > MAX_INTERIM) return 'broken';
      return rest.length === 0 ? 'more' : takeHead(rest);
    }
    reader.head = head;
    if (head.length !== null && head.length > mostBytes) return 'too large';
    if (head.chunked) chunks = makeChunks((part) => (held ??= makeHeld(mostBytes)).add(part));
    return takeBody(head, rest);
  }

  function takeBody(head: ReplyHead, piece: Buffer): Read {
    if (chunks !== null) return takeChunks(head, chunks, piece);
    if (head.length === null) {
      (held ??= makeHeld(mostBytes)).add(piece);
      return held.bytes() > mostBytes ? 'too large' : 'more';
    }
    const missing = head.length - (held === null ? 0 : held.bytes());
    if (piece.length < missing) {
      (held ??= makeHeld(head.length)).add(piece);
      return 'more';
    }
    const last = piece.length === missing ? piece : piece.subarray(0, missing);
    held?.add(last);
    return whole(head, held === null ? last : held.whole(), piece.length === missing);
  }

  function takeChunks(head: ReplyHead, taking: Chunks, piece: Buffer): Read {
    const read = taking.take(piece);
    if (read === 'broken') return 'broken';
    if (held !== null && held.bytes() > mostBytes) return 'too large';
    return read === 'more' ? 'more' : whole(head, held === null ? EMPTY : held.whole(), read.rest === 0);
  }

  function whole(head: ReplyHead, body: Buffer, nothingBeyond: boolean): Read {
    reader.body = body;
    reader.reusable = head.keeps && nothingBeyond;
    return 'whole';
  }

  function end(): Read {
    if (reader.head === null || reader.head.length !== null || reader.head.chunked) return 'broken';
    return whole(reader.head, held === null ? EMPTY : held.whole(), false);
  }

  return reader;
}

const EMPTY = Buffer.alloc(0);
