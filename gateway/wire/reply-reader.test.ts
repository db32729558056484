import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readReplyHead } from './reply-head.ts';
import { makeReplyReader } from './reply-reader.ts';

/** Reads bytes in pieces of these lengths (the last as often as it takes); the connection ends after them if `ends`. */
function read(text: string, { pieces = [Infinity], most = 1_000, ends = false }: { pieces?: readonly number[]; most?: number; ends?: boolean } = {}) {
  const bytes = Buffer.from(text, 'latin1');
  const reader = makeReplyReader(most);
  let state = 'more';
  for (let at = 0, nth = 0; at < bytes.length && state === 'more'; nth++) {
    const length = Math.max(1, pieces[Math.min(nth, pieces.length - 1)] as number);
    const piece = Buffer.from(bytes.subarray(at, at + length)); // a copy, that is overwritten as the shared one is
    at += length;
    state = reader.take(piece);
    if (state === 'more') piece.fill(0);
  }
  if (state === 'more' && ends) state = reader.end();
  return state === 'whole' ? { status: reader.head?.status, body: reader.body.toString('latin1'), reusable: reader.reusable } : state;
}

const head = (...lines: string[]) => `HTTP/1.1 200 OK\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
const CHUNKED = head('transfer-encoding: chunked');

describe('an answer is read', () => {
  test.each<[string, string, object]>([
    ['with its length', `${head('Content-Length: 3')}abc`, { status: 200, body: 'abc', reusable: true }],
    ['empty', head('content-length: 0'), { status: 200, body: '', reusable: true }],
    ['in chunks', `${CHUNKED}3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n`, { status: 200, body: 'abc0123456789', reusable: true }],
    ['in chunks, with trailers', `${CHUNKED}1\r\na\r\n0\r\nx: y\r\n\r\n`, { status: 200, body: 'a', reusable: true }],
    ['after a word before it', `HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${head('content-length: 1')}a`, { status: 200, body: 'a', reusable: true }],
    ['without a body', 'HTTP/1.1 204 No Content\r\n\r\n', { status: 204, body: '', reusable: true }],
    ['of a server that closes', `${head('content-length: 1', 'Connection: close')}a`, { status: 200, body: 'a', reusable: false }],
    ['of an old server', 'HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\na', { status: 200, body: 'a', reusable: false }],
    ['without a reason', 'HTTP/1.1 500\r\ncontent-length: 0\r\n\r\n', { status: 500, body: '', reusable: true }],
  ])('%s, in whatever pieces it comes', (_, text, expected) => {
    expect(read(text)).toEqual(expected);
    expect(read(text, { pieces: [1] })).toEqual(expected);
    const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });
    fc.assert(
      fc.property(lengths, (pieces) => {
        expect(read(text, { pieces })).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  test('to the end of the connection where nothing else tells its end', () => {
    expect(read(`${head()}abc`)).toBe('more');
    expect(read(`${head()}abc`, { ends: true })).toEqual({ status: 200, body: 'abc', reusable: false });
  });

  test.each([`${head('content-length: 4')}abc`, `${CHUNKED}3\r\nab`, `${CHUNKED}3\r\nabc\r\n`, `${CHUNKED}0\r\n`, 'HTTP/1.1 200 OK\r\n'])('never from less than the whole: %j', (text) => {
    expect(read(text, { ends: true })).toBe('broken');
  });

  test.each([`${head('content-length: 1')}ab`, `${head('content-length: 1')}aHTTP/1.1 200 OK\r\n\r\n`, `${CHUNKED}1\r\na\r\n0\r\n\r\nb`, `HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n`])(
    'and nothing beyond it is read by the next: %j',
    (text) => expect(read(text)).toMatchObject({ reusable: false }),
  );
});

describe('what may be read in two ways is not read', () => {
  test.each([
    ['two lengths', head('content-length: 1', 'content-length: 1')],
    ['a list of lengths', head('content-length: 1, 1')],
    ['a length beside chunks', head('content-length: 1', 'transfer-encoding: chunked')],
    ['chunks of an old server', 'HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'],
    ['another coding', head('transfer-encoding: gzip, chunked')],
    ['two codings', head('transfer-encoding: chunked', 'transfer-encoding: chunked')],
    ['a signed length', head('content-length: +1')],
    ['a length beside a blank that is none', head('content-length: 1\xa0')],
    ['chunks beside a blank that is none', head('transfer-encoding: \xa0chunked')],
    ['a length beyond numbers', head('content-length: 9999999999999999')],
    ['a line that goes on in the next', head('x: a', ' b')],
    ['a space before the colon', head('content-length : 1')],
    ['a header without a name', head(': 1')],
    ['a header without a colon', head('content-length')],
    ['a line end alone', 'HTTP/1.1 200 OK\r\nx: a\ncontent-length: 5\r\n\r\n'],
    ['a return alone', 'HTTP/1.1 200 OK\r\nx: a\rcontent-length: 5\r\n\r\n'],
    ['U+0000', head('x: \0')],
    ['another protocol', 'HTTP/2 200\r\n\r\n'],
    ['words', 'postgres://app:hunter2\r\n\r\n'],
    ['a status that is none', 'HTTP/1.1 99 OK\r\n\r\n'],
    ['another protocol from here on', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['hints without end', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(20)],
    ['a head without end', `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(40_000)}`],
    ['a size that is none', `${CHUNKED}x\r\n`],
    ['a size with a sign', `${CHUNKED}-1\r\n`],
    ['a size beyond numbers', `${CHUNKED}fffffffff\r\n`],
    ['an empty size', `${CHUNKED}\r\n`],
    ['a size that ends with LF alone', `${CHUNKED}1\na\r\n`],
    ['a chunk that is longer than it said', `${CHUNKED}1\r\nab\r\n`],
    ['a size without end', `${CHUNKED}1;${'x'.repeat(5_000)}`],
    ['trailers without end', `${CHUNKED}0\r\n${'x: y\r\n'.repeat(200)}`],
  ])('%s', (_, text) => {
    expect(read(text)).toBe('broken');
    expect(read(text, { pieces: [7] })).toBe('broken');
  });
});

test.each([`${head('content-length: 1001')}`, `${CHUNKED}3ea\r\n${'x'.repeat(1_002)}\r\n0\r\n\r\n`, `${head()}${'x'.repeat(1_001)}`])('a body beyond its limit is not read to its end', (text) => {
  expect(read(text, { pieces: [100] })).toBe('too large');
});

test('a body in crumbs is not read to its end; in chunks as large as a word it is', () => {
  expect(read(`${CHUNKED}${'1\r\nx\r\n'.repeat(5_000)}0\r\n\r\n`, { most: 1_000_000 })).toBe('broken');
  expect(read(`${CHUNKED}${`10\r\n${'x'.repeat(16)}\r\n`.repeat(5_000)}0\r\n\r\n`, { most: 1_000_000 })).toMatchObject({ reusable: true });
});

test('a server says how long it keeps a connection', () => {
  expect(readReplyHead('HTTP/1.1 200 OK\r\nKeep-Alive: max=10, timeout=5')).toMatchObject({ keepsMs: 5_000 });
  expect(readReplyHead('HTTP/1.1 200 OK')).toMatchObject({ keepsMs: null });
});
