// What an error may repeat of what was sent: enough to find it, not all of it.

const MAX_VALUE = 100;
const MAX_MESSAGE = 600;

/** A quotation, or all that follows a quote that nothing closes: what can fail is tried anew from every quote in it, and a hostile text has many. */
const QUOTED = /"((?:[^"\\]|\\[^]?)*)("|$)/g;
const UNBROKEN = /\S+/g;

/** A message with the values in it cut to 100 characters, so that an answer never carries a large input back. */
export function shortened(message: string): string {
  const cut = message
    .replace(QUOTED, (quoted, text: string, closed: string) => (closed && text.length > MAX_VALUE ? `"${text.slice(0, MAX_VALUE)}…"` : quoted))
    .replace(UNBROKEN, (run) => (run.length > MAX_VALUE + 20 ? `${run.slice(0, MAX_VALUE)}…${/"?[;.,]?$/.exec(run)![0]}` : run));
  return cut.length > MAX_MESSAGE ? `${cut.slice(0, MAX_MESSAGE)}…` : cut;
}

/** Whether PostgreSQL can store a text as it is: no U+0000, and no half of a surrogate pair, which would silently become U+FFFD. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

/** Where in a JSON value a text cannot be stored; null when all can. */
export function placeOfUnstorable(value: unknown, name: string): string | null {
  const open: [unknown, string][] = [[value, name]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [part, place] = next;
    if (typeof part === 'string' && !isStorable(part)) return place;
    if (typeof part !== 'object' || part === null) continue;
    for (const [key, inside] of Object.entries(part)) {
      if (!isStorable(key)) return place;
      if (typeof inside === 'string' || typeof inside === 'object') open.push([inside, place === '' ? key : `${place}.${key}`]);
    }
  }
  return null;
}

/** Of a text in a row of a streamed file; whole requests are refused at the gateway. */
export const UNSTORABLE_FAULT = 'has the character U+0000 or half of a surrogate pair, which are not allowed in text';

export const unstorableRefused = (place: string): string => shortened(`${place}: the character U+0000 and halves of surrogate pairs are not allowed in text.`);
