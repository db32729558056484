import { expect, test } from 'vitest';
import { highlight } from './highlight.ts';

const marked = (text: string, ...words: string[]) => highlight(text, words).map((piece) => (piece.matched ? `[${piece.text}]` : piece.text)).join('');

test.each([
  ['Anna Müller', ['anna'], '[Anna] Müller'],
  ['Anna Müller', ['Mueler'], 'Anna [Müller]'],
  ['Anna Müller', ['müller'], 'Anna [Müller]'],
  ['Domstraße 1, 50667 Köln', ['koeln', '50667'], 'Domstraße 1, [50667] [Köln]'],
  ['Domstraße 1', ['dom'], '[Domstraße] 1'],
  ['Anna Müller', [], 'Anna Müller'],
  ['Anna Müller', ['schmidt'], 'Anna Müller'],
  ['', ['anna'], ''],
])('%s for %j is %s', (text, words, expected) => {
  expect(marked(text, ...words)).toBe(expected);
  expect(highlight(text, words).map((piece) => piece.text).join('')).toBe(text);
});
