/** In whose name mails go out. */
export type Sender = Readonly<{ name: string; address: string }>;

const MAX_ADDRESS = 254;
const MAX_LOCAL_PART = 64;
/** Control characters, line and paragraph separators, and what turns the direction of reading. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200e\u200f]+/gu;
const ADDRESS = /^[^\s@<>()[\]\\,;:"]+@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+\p{L}[\p{L}\p{N}-]*$/u;

/** Text that may stand in one header line: nobody's name adds a line, a header or a recipient. */
export const headerText = (text: string, maxLength = 200): string => [...text.replace(UNSAFE, ' ').replace(/\s+/gu, ' ').trim()].slice(0, maxLength).join('');

/** Exactly one address, as it may stand behind RCPT TO. */
export function isMailAddress(text: string): boolean {
  return text.length <= MAX_ADDRESS && text.lastIndexOf('@') <= MAX_LOCAL_PART && text.search(UNSAFE) === -1 && !text.startsWith('.') && !text.includes('..') && ADDRESS.test(text);
}
