// oxlint-disable-next-line no-control-regex -- JSON escapes exactly these
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/;

/** JSON text of a string; short harmless ones, nearly all of them, skip JSON.stringify. */
export function quote(text: string): string {
  return text.length < 64 && !NEEDS_ESCAPE.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** JSON text of any value that JSON.parse can have made. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? quote(value) : JSON.stringify(value);
}
