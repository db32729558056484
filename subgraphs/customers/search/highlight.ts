export type Fragment = Readonly<{ text: string; matched: boolean }>;

/** How alike two words must be to count as the same with a typo; the database uses the same figure. */
export const ALIKE = 0.45;

/** Cuts a text into pieces, those marked that a word of the question has found. Put together they are the text again. */
export function highlight(text: string, words: readonly string[]): Fragment[] {
  const wanted = words.map(fold);
  const pieces = text.split(/([\s,]+)/).filter((piece) => piece !== '');
  const marked = pieces.map((piece) => ({ text: piece, matched: /[^\s,]/.test(piece) && wanted.some((word) => isFound(word, fold(piece))) }));
  return marked.reduce<Fragment[]>((joined, piece) => {
    const last = joined.at(-1);
    return last?.matched === piece.matched ? [...joined.slice(0, -1), { text: last.text + piece.text, matched: last.matched }] : [...joined, piece];
  }, []);
}

/** Small letters, ä as ae, no accents. */
export const fold = (text: string): string =>
  text.toLowerCase().replaceAll('ä', 'ae').replaceAll('ö', 'oe').replaceAll('ü', 'ue').replaceAll('ß', 'ss').normalize('NFD').replaceAll(/\p{M}/gu, '');

const isFound = (word: string, piece: string): boolean => piece.startsWith(word) || similarity(word, piece) >= ALIKE;

/** How many of the word's groups of three letters the piece has, as pg_trgm's word similarity counts them. */
function similarity(word: string, piece: string): number {
  const wanted = trigrams(word);
  return wanted.intersection(trigrams(piece)).size / wanted.size;
}

function trigrams(word: string): Set<string> {
  const padded = `  ${word} `;
  return new Set(Array.from({ length: padded.length - 2 }, (_, index) => padded.slice(index, index + 3)));
}
