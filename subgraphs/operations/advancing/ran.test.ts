import { expect, test } from 'vitest';
import { summarise } from './ran.ts';

test('sums per domain and kind, with what is still failing', () => {
  const seen = [{ domain: 'market', kind: 'poll', count: 1 }, { domain: 'billing', kind: 'remind', count: 2 }, { domain: 'market', kind: 'poll', count: 3 }];
  expect(summarise(seen, [{ domain: 'billing', kind: 'remind', count: 1 }])).toEqual([
    { domain: 'billing', kind: 'remind', count: 2, failing: 1 },
    { domain: 'market', kind: 'poll', count: 4, failing: 0 },
  ]);
  expect(summarise([], [])).toEqual([]);
});
