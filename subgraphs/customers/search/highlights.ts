import { highlight, type Fragment } from './highlight.ts';
import type { Question } from './question.ts';

export type Highlight = Readonly<{ field: 'NAME' | 'ADDRESS' | 'NUMBER' | 'CONTACT'; fragments: Fragment[] }>;

/** Where in what was found the question stands; the name always comes, so that there is something to show. */
export function highlightsOf(found: { name: string; address: string; number: string | null; byContact: boolean }, { text, words }: Question): Highlight[] {
  const address = highlight(found.address, words);
  const highlights: Highlight[] = [{ field: 'NAME', fragments: highlight(found.name, words) }];
  if (address.some(({ matched }) => matched)) highlights.push({ field: 'ADDRESS', fragments: address });
  if (found.number !== null) highlights.push({ field: 'NUMBER', fragments: [{ text: found.number, matched: true }] });
  if (found.byContact) highlights.push({ field: 'CONTACT', fragments: [{ text, matched: true }] });
  return highlights;
}
