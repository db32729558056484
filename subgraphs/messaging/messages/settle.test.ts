import { CLOSED } from '@stromgraph/kernel/retry';
import { expect, test } from 'vitest';
import { type Delivery, settlementOf } from './settle.ts';

const now = new Date('2026-11-24T09:00:00Z');
const settle = (delivery: Delivery, attempts = 1, circuit = CLOSED) => settlementOf(delivery, { attempts, now, circuit, chance: 0 });

test('what was taken is sent, what is unknown too, but it says so', () => {
  expect(settle({ kind: 'TAKEN', code: '250', providerId: '<m>' })).toMatchObject({ status: 'SENT', unconfirmed: false, providerId: '<m>', result: 'SENT' });
  expect(settle({ kind: 'UNKNOWN', code: 'ECONNECTION', reason: 'closed', providerId: '<m>' })).toMatchObject({ status: 'SENT', unconfirmed: true, result: 'UNKNOWN', nextRetryAt: null });
});

// Five tries, then it is given up; a provider that is down does not use them up.
test.each([
  [1, 'PENDING', '2026-11-24T09:01:00Z'],
  [4, 'PENDING', '2026-11-24T09:08:00Z'],
  [5, 'FAILED', null],
])('refused for the moment at try %i: %s', (attempts, status, next) => {
  expect(settle({ kind: 'DEFERRED', code: '451', reason: 'later' }, attempts)).toMatchObject({ status, attempts, nextRetryAt: next && new Date(next) });
});

test('a provider that is down costs no try', () => {
  const open = { failures: 3, openUntil: new Date('2026-11-24T09:00:45Z') };
  expect(settle({ kind: 'UNREACHABLE', code: 'ECONNREFUSED', reason: 'down' }, 5)).toMatchObject({ status: 'PENDING', attempts: 4, result: null, nextRetryAt: new Date('2026-11-24T09:00:30Z') });
  expect(settle({ kind: 'HELD_BACK', reason: 'left alone' }, 0, open)).toMatchObject({ status: 'PENDING', attempts: 0, nextRetryAt: open.openUntil });
});

test('what comes back says whether the address is gone', () => {
  expect(settle({ kind: 'REFUSED', code: '550', reason: 'no such user', addressGone: true })).toMatchObject({ status: 'BOUNCED', addressGone: true });
  expect(settle({ kind: 'SUPPRESSED', reason: 'OPTED_OUT' }, 0)).toMatchObject({ status: 'SUPPRESSED', result: null });
});
