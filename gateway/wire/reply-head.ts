/** What the head of an HTTP/1.1 answer says of the rest. */
export type ReplyHead = Readonly<{
  status: number;
  type: string | undefined;
  /** Bytes of the body; null where its end is told by chunks or by the end of the connection. */
  length: number | null;
  chunked: boolean;
  /** Whether the other side takes another request on this connection, and for how long it keeps it idle, if it says. */
  keeps: boolean;
  keepsMs: number | null;
}>;

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// oxlint-disable-next-line no-control-regex -- what no value may hold
const CONTROL = /[\0-\x08\x0a-\x1f\x7f]/;
const LENGTH = /^\d{1,15}$/;

/**
 * Reads a head without its last empty line; null where it is none, or may be read in two ways: two lengths, a length beside
 * chunks, an unknown coding, a line that goes on in the next. What one side reads otherwise than the other ends up as somebody else's answer.
 */
export function readReplyHead(text: string): ReplyHead | null {
  const lines = text.split('\r\n');
  const start = STATUS_LINE.exec(lines[0] ?? '');
  if (!start) return null;
  const status = Number(start[2]);
  let keeps = start[1] === '1';
  let type: string | undefined;
  let length: number | null = null;
  let chunked = false;
  let keepsMs: number | null = null;
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index] as string;
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    if (!NAME.test(name) || CONTROL.test(line)) return null;
    switch (name) {
      case 'content-length': {
        const value = valueOf(line, colon);
        if (length !== null || !LENGTH.test(value)) return null;
        length = Number(value);
        break;
      }
      case 'transfer-encoding':
        if (chunked || valueOf(line, colon).toLowerCase() !== 'chunked') return null;
        chunked = true;
        break;
      case 'content-type':
        type = type === undefined ? valueOf(line, colon) : `${type},${valueOf(line, colon)}`;
        break;
      case 'connection':
        if (/(^|,)\s*close\s*(,|$)/i.test(valueOf(line, colon))) keeps = false;
        break;
      case 'keep-alive': {
        const seconds = /(?:^|,)\s*timeout=(\d{1,6})/i.exec(valueOf(line, colon))?.[1];
        if (seconds !== undefined) keepsMs = Number(seconds) * 1_000;
        break;
      }
    }
  }
  if (chunked && (length !== null || start[1] === '0')) return null;
  if (status === 204 || status === 304) return { status, type, length: 0, chunked: false, keeps: keeps && (length ?? 0) === 0 && !chunked, keepsMs };
  return { status, type, length, chunked, keeps: keeps && (chunked || length !== null), keepsMs };
}

/** Without the spaces and tabs around it; other blanks are part of it. */
function valueOf(line: string, colon: number): string {
  let [start, end] = [colon + 1, line.length];
  while (BLANK.has(line[start])) start++;
  while (end > start && BLANK.has(line[end - 1])) end--;
  return line.slice(start, end);
}

const BLANK = new Set<string | undefined>([' ', '\t']);
