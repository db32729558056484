// Lines of a file of any size, in pages as they come in. Each line stands for itself: a stray quote spoils its row, not the file.

/** What the decoder puts in place of bytes that are no UTF-8. */
const REPLACEMENT = '\ufffd';
/** Longer ones are no rows of ours; they are not kept in memory. */
const MAX_LINE_CHARACTERS = 10_000;
/** What stands for a line that is too long. */
export const TOO_LONG: unique symbol = Symbol('line too long');
/** What stands for a line with bytes that are no UTF-8. */
export const NO_UTF8: unique symbol = Symbol('line is no UTF-8');
export type Line = string | typeof TOO_LONG | typeof NO_UTF8;
/** `cutOff`: no line end came after the last line, so the file may have been cut off in it. */
export type Page = Readonly<{ lines: readonly Line[]; cutOff: boolean }>;

/** Pages of lines; the last line of a file that has no line end after it comes as a page of its own, marked as possibly cut off. */
export async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Page> {
  const decoder = new TextDecoder('utf-8'); // drops a byte order mark
  let rest = '';
  let skipping = false;
  for await (const chunk of body) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop()!;
    const lines: Line[] = parts.map(toLine);
    if (skipping && lines.length > 0) {
      lines[0] = TOO_LONG;
      skipping = false;
    }
    if (rest.length > MAX_LINE_CHARACTERS) {
      skipping = true;
      rest = '';
    }
    yield { lines, cutOff: false };
  }
  rest += decoder.decode();
  if (skipping) yield { lines: [TOO_LONG], cutOff: true };
  else if (rest.trim() !== '') yield { lines: [toLine(rest)], cutOff: true };
}

function toLine(line: string): Line {
  if (line.length > MAX_LINE_CHARACTERS) return TOO_LONG;
  return line.includes(REPLACEMENT) ? NO_UTF8 : line;
}

/** The fields of a line; quotes around a field are taken off, a comma inside is not provided for. */
export function fieldsOf(line: string): string[] {
  const fields = (line.endsWith('\r') ? line.slice(0, -1) : line).split(',');
  return line.includes('"') ? fields.map((field) => /^"([^"]*)"$/.exec(field)?.[1] ?? field) : fields;
}
