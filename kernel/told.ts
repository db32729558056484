// What an error may repeat of what was sent: enough to find it, not all of it.

const MAX_VALUE = 100;
const MAX_MESSAGE = 600;

const QUOTED = /"((?:[^"\\]|\\.)*)"/g;
const UNBROKEN = /\S{101,}/g;

/** A message with the values in it cut to 100 characters, so that an answer never carries a large input back. */
export function shortened(message: string): string {
  const cut = message
    .replace(QUOTED, (quoted, text: string) => (text.length > MAX_VALUE ? `"${text.slice(0, MAX_VALUE)}…"` : quoted))
    .replace(UNBROKEN, (run) => (run.length > MAX_VALUE + 20 ? `${run.slice(0, MAX_VALUE)}…${/"?[;.,]?$/.exec(run)![0]}` : run));
  return cut.length > MAX_MESSAGE ? `${cut.slice(0, MAX_MESSAGE)}…` : cut;
}

/** Where in a JSON value a text has the character U+0000, which PostgreSQL cannot store; null when none has. */
export function placeOfNul(value: unknown, name: string): string | null {
  const open: [unknown, string][] = [[value, name]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [part, place] = next;
    if (typeof part === 'string' && part.includes('\0')) return place;
    if (typeof part !== 'object' || part === null) continue;
    for (const [key, inside] of Object.entries(part)) {
      if (key.includes('\0')) return place;
      if (typeof inside === 'string' || typeof inside === 'object') open.push([inside, place === '' ? key : `${place}.${key}`]);
    }
  }
  return null;
}

/** What a row of a streamed file may not have in its texts; whole requests are refused at the gateway. */
export const hasNoNul = (text: string): boolean => !text.includes('\0');
export const NUL_FAULT = 'has the character U+0000, which is not allowed in text';

export const nulRefused = (place: string): string => shortened(`${place}: the character U+0000 is not allowed in text.`);
