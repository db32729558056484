import type { Actor } from '@stromgraph/kernel/auth';
import { describe, expect, test } from 'vitest';
import { KEPT_MS, makeWithdrawals, type Withdrawal } from './withdrawals.ts';

const actor = (changes: Partial<Actor> = {}): Actor => ({
  kind: 'user',
  id: 'u1',
  name: 'Ada',
  tenant: 'demo',
  scopes: [],
  sessionId: 's1',
  accessEpoch: 3,
  expiresAt: 0,
  ...changes,
});
const { sessionId: _, accessEpoch: __, ...apiKey } = actor({ kind: 'channel', id: 'k1' });
const withdrawal = (changes: Partial<Withdrawal>): Withdrawal => ({
  subjectId: 'u1',
  sessionId: null,
  epochBelow: null,
  withdrawnAt: 0,
  ...changes,
});

describe('whom a withdrawal concerns', () => {
  test.each<[string, Partial<Withdrawal>, Actor, boolean]>([
    ['the session', { sessionId: 's1' }, actor(), true],
    ['another session of the user', { sessionId: 's2' }, actor(), false],
    ['an earlier epoch', { epochBelow: 4 }, actor(), true],
    ['the epoch that has begun', { epochBelow: 3 }, actor(), false],
    ['another user', { subjectId: 'u2', epochBelow: 9 }, actor(), false],

    ['a credential that does not say its epoch', { subjectId: 'k1', epochBelow: 1 }, apiKey, true],
    ['the API key', { subjectId: 'k1' }, apiKey, true],
    ['another API key', { subjectId: 'k2' }, apiKey, false],
    ['a user whose id is like a session’s', { sessionId: 'u1' }, actor(), false],
  ])('%s', (_name, said, who, expected) => {
    const withdrawals = makeWithdrawals(() => 0);
    withdrawals.add([withdrawal(said)]);
    expect(withdrawals.concern(who)).toBe(expected);
  });

  test('the highest epoch holds, in whatever order they come', () => {
    const withdrawals = makeWithdrawals(() => 0);
    withdrawals.add([withdrawal({ epochBelow: 4 }), withdrawal({ epochBelow: 2 })]);
    expect([withdrawals.concern(actor()), withdrawals.size()]).toEqual([true, 1]);
  });
});

describe('how long', () => {
  test('until no token can be left that it refuses', () => {
    let time = 0;
    const withdrawals = makeWithdrawals(() => time);
    withdrawals.add([withdrawal({ sessionId: 's1' }), withdrawal({ sessionId: 's2', withdrawnAt: 10_000 })]);
    time = KEPT_MS - 1;
    expect([withdrawals.size(), withdrawals.concern(actor())]).toEqual([2, true]);
    time = KEPT_MS;
    expect([withdrawals.size(), withdrawals.concern(actor())]).toEqual([1, false]);
    time = KEPT_MS + 10_000;
    expect(withdrawals.size()).toBe(0);
  });

  test('longer where the same is withdrawn again', () => {
    let time = 0;
    const withdrawals = makeWithdrawals(() => time);
    withdrawals.add([withdrawal({ epochBelow: 4 }), withdrawal({ sessionId: 's9' }), withdrawal({ epochBelow: 5, withdrawnAt: 10_000 })]);
    time = KEPT_MS;
    expect([withdrawals.size(), withdrawals.concern(actor())]).toEqual([1, true]);
  });

  test('what is told late is not kept', () => {
    const withdrawals = makeWithdrawals(() => 2 * KEPT_MS);
    withdrawals.add([withdrawal({ sessionId: 's1' })]);
    expect(withdrawals.size()).toBe(0);
  });
});

test('a state replaces what was known', () => {
  const withdrawals = makeWithdrawals(() => 0);
  withdrawals.add([withdrawal({ sessionId: 's1' })]);
  withdrawals.replace([withdrawal({ sessionId: 's2' })]);
  expect([withdrawals.concern(actor()), withdrawals.concern(actor({ sessionId: 's2' })), withdrawals.size()]).toEqual([false, true, 1]);
});
