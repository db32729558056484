import { expect, test } from 'vitest';
import { statusAfter } from './status.ts';

// Callbacks come twice, late and in the wrong order: none of that may move a message backwards.
test.each([
  { now: 'SENT', news: 'DELIVERED', then: 'DELIVERED' },
  { now: 'PENDING', news: 'DELIVERED', then: 'DELIVERED' },
  { now: 'DELIVERED', news: 'SENT', then: null },
  { now: 'DELIVERED', news: 'DELIVERED', then: null },
  { now: 'DELIVERED', news: 'NACK', then: 'NACK' },
  { now: 'NACK', news: 'DELIVERED', then: null },
  { now: 'VALIDATION_ERROR', news: 'SENT', then: null },
  { now: 'EXPIRED', news: 'DELIVERED', then: 'DELIVERED' },
  { now: 'EXPIRED', news: 'SENT', then: null },
] as const)('$now hears $news: $then', ({ now, news, then }) => expect(statusAfter(now, news)).toBe(then));
