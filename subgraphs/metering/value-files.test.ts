import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fieldsOf, type Line, linesOf, TOO_LONG } from './value-files.ts';

async function read(chunks: readonly (string | Uint8Array)[]): Promise<{ lines: Line[]; cutOff: boolean }> {
  const lines: Line[] = [];
  let cutOff = false;
  const bytes = (async function* () {
    for (const chunk of chunks) yield typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
  })();
  for await (const page of linesOf(bytes)) {
    lines.push(...page.lines);
    cutOff = page.cutOff;
  }
  return { lines, cutOff };
}

test.each<[string[], Line[], boolean]>([
  [['a\nb\n'], ['a', 'b'], false],
  [['a\nb'], ['a', 'b'], true],
  [['a\n', 'b', 'c\nd'], ['a', 'bc', 'd'], true],
  [['\ufeffa\n'], ['a'], false],
  [[''], [], false],
  [['a\n', '  '], ['a'], false],
  [[`${'x'.repeat(10_001)}\nb\n`], [TOO_LONG, 'b'], false],
  [['x'.repeat(6_000), 'x'.repeat(6_000), 'x'.repeat(6_000), '\nb\n'], [TOO_LONG, 'b'], false],
  [['a\n', 'x'.repeat(12_000)], ['a', TOO_LONG], true],
])('chunks %# become lines', async (chunks, lines, cutOff) => {
  expect(await read(chunks)).toEqual({ lines, cutOff });
});

test('wherever a file is cut into chunks, its lines are the same', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: fc.constantFrom('a', 'ü', '€', '"', ',', '\r'), maxLength: 5 }), { maxLength: 8 }), fc.array(fc.nat(60), { maxLength: 6 }), async (lines, cuts) => {
      const bytes = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(''));
      const at = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
      expect((await read(at.slice(1).map((end, nth) => bytes.slice(at[nth], end)))).lines).toEqual(lines);
    }),
  ));

test.each([['a,b', ['a', 'b']], ['a,,"b"\r', ['a', '', 'b']], ['"a,b"', ['"a', 'b"']], ['"a', ['"a']]])('the fields of %j', (line, fields) => {
  expect(fieldsOf(line)).toEqual(fields);
});
