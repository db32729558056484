import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { openStream, signStream } from './signed-stream.ts';

const signing = { secret: 's', signature: 'of the headers' };
const HEAD = 36;

type Signed = { blocks: Buffer[]; trailer: string };

/** As it goes over the wire: a block for each chunk, and the trailer. */
async function sign(chunks: readonly string[], by = signing): Promise<Signed> {
  let trailer = '';
  const stream = signStream(by, (last) => (trailer = last));
  Readable.from(chunks.map((chunk) => Buffer.from(chunk))).pipe(stream);
  const wire = await buffer(stream);
  const blocks: Buffer[] = [];
  for (let at = 0; at < wire.length; at += HEAD + wire.readUInt32BE(at)) blocks.push(wire.subarray(at, at + HEAD + wire.readUInt32BE(at)));
  return { blocks, trailer };
}

/** What a reader got before the end or the fault. */
async function open({ blocks, trailer }: { blocks: readonly Buffer[]; trailer: string | undefined }, pieces = 1_000_000): Promise<{ text: string; fault: string | null }> {
  const wire = Buffer.concat(blocks);
  const source = Readable.from(Array.from({ length: Math.ceil(wire.length / pieces) }, (_, index) => wire.subarray(index * pieces, (index + 1) * pieces)), { objectMode: false });
  let text = '';
  try {
    for await (const chunk of openStream(source, signing, () => trailer)) text += String(chunk);
    return { text, fault: null };
  } catch (error) {
    return { text, fault: String((error as { code?: unknown }).code) };
  }
}

const FAULT = 'ERR_STREAM_PREMATURE_CLOSE';
const three = ['one,', 'two,', 'three'];

test.each([1, 7, 40, 1_000])('what was signed is read, in pieces of %i bytes', async (pieces) => {
  expect(await open(await sign(three), pieces)).toEqual({ text: 'one,two,three', fault: null });
});

test.each([0, 1, 65_536, 65_537, 300_000])('a body of %i bytes', async (bytes) => {
  const text = 'x'.repeat(bytes);
  expect(await open(await sign(bytes === 0 ? [] : [text]))).toEqual({ text, fault: null });
});

test.each<[string, (signed: Signed) => { blocks: readonly Buffer[]; trailer: string | undefined } | Promise<Signed>, string]>([
  ['a byte altered', ({ blocks, trailer }) => ({ blocks: blocks.with(1, Buffer.from(blocks[1]!.map((byte, at) => (at === HEAD ? byte ^ 1 : byte)))), trailer }), 'one,'],
  ['a signature altered', ({ blocks, trailer }) => ({ blocks: blocks.with(2, Buffer.from(blocks[2]!.map((byte, at) => (at === 4 ? byte ^ 1 : byte)))), trailer }), 'one,two,'],
  ['a block left out', ({ blocks, trailer }) => ({ blocks: blocks.toSpliced(1, 1), trailer }), 'one,'],
  ['a block twice', ({ blocks, trailer }) => ({ blocks: [blocks[0]!, ...blocks], trailer }), 'one,'],
  ['two blocks exchanged', ({ blocks, trailer }) => ({ blocks: [blocks[1]!, blocks[0]!, blocks[2]!], trailer }), ''],
  ['cut off between two blocks', ({ blocks, trailer }) => ({ blocks: blocks.slice(0, 2), trailer }), 'one,two,'],
  ['cut off in a block', ({ blocks, trailer }) => ({ blocks: blocks.with(2, blocks[2]!.subarray(0, -1)), trailer }), 'one,two,'],
  ['cut off before everything', ({ trailer }) => ({ blocks: [], trailer }), ''],
  ['no trailer', ({ blocks }) => ({ blocks, trailer: undefined }), 'one,two,three'],
  ['nonsense as trailer', ({ blocks }) => ({ blocks, trailer: 'nonsense' }), 'one,two,three'],
  ['the trailer of a shorter body', async ({ blocks }) => ({ blocks, trailer: (await sign(three.slice(0, 2))).trailer }), 'one,two,three'],
  ['blocks of another request', () => sign(three, { ...signing, signature: 'of others' }), ''],
  ['blocks by another secret', () => sign(three, { ...signing, secret: 'x' }), ''],
  ['a block of no length', ({ trailer }) => ({ blocks: [Buffer.alloc(HEAD)], trailer }), ''],
  ['a block without an end', ({ trailer }) => ({ blocks: [Buffer.alloc(HEAD + 9, 255)], trailer }), ''],
  ['bytes that were never signed', ({ trailer }) => ({ blocks: [Buffer.from('one,two,three'.repeat(9))], trailer }), ''],
])('%s: nothing of it is read, and no clean end', async (_, alter, sound) => {
  const { text, fault } = await open(await alter(await sign(three)));
  expect(fault).toBe(FAULT);
  expect(sound.startsWith(text)).toBe(true); // a reader may get less of what was sound, never more
});

test('a connection that breaks reads as one', async () => {
  const { blocks } = await sign(three);
  const source = Readable.from(
    (async function* () {
      yield blocks[0]!;
      await new Promise((resolve) => setImmediate(resolve));
      throw Object.assign(new Error('gone'), { code: 'ECONNRESET' });
    })(),
  );
  const read: string[] = [];
  await expect(
    (async () => {
      for await (const chunk of openStream(source, signing, () => undefined)) read.push(String(chunk));
    })(),
  ).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(read).toEqual(['one,']);
});
