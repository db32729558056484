import { expect, test } from 'vitest';
import { faultsOf } from '../templates/check.ts';
import { readBundled } from './bundled.ts';

const bundled = readBundled();

test.each(bundled.map((draft) => [`${draft.name} ${draft.locale}`, draft] as const))('%s renders with its own examples', (_, draft) => expect(faultsOf(draft)).toEqual([]));

test('every template comes in both languages', () => {
  for (const drafts of Map.groupBy(bundled, ({ name }) => name).values()) expect(drafts.map(({ locale, text }) => [locale, text !== ''])).toEqual([['de-DE', true], ['en-US', true]]);
});
