import { describe, expect, test } from 'vitest';
import { makeBudgets, type Account } from './budgets.ts';

const RULE = { concurrentOperations: 2, costPerSecond: 100, costBurst: 300 };
function setUp() {
  let at = 0;
  const budgets = makeBudgets(RULE, () => at);
  budgets.stop();
  return { budgets, pass: (ms: number) => void (at += ms) };
}

describe('at once', () => {
  test('so many of one principal; others have their own, and a place that is left is free', () => {
    const { budgets } = setUp();
    const first = budgets.enter('a') as Account;
    budgets.enter('a');
    expect(budgets.enter('a')).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      limit: { limit: 'concurrentOperations', value: 3, maximum: 2 },
      retryAfterSeconds: 1,
    });
    expect(budgets.enter('b')).toHaveProperty('running', 1);
    budgets.leave(first);
    expect(budgets.enter('a')).toHaveProperty('running', 2);
  });
});

describe('per second', () => {
  test.each([
    { spent: 300, afterMs: 0, seconds: null },
    { spent: 301, afterMs: 0, seconds: 1 },
    { spent: 301, afterMs: 10, seconds: null },
    { spent: 650, afterMs: 0, seconds: 4 },
    { spent: 650, afterMs: 3_000, seconds: 1 },
    { spent: 650, afterMs: 3_500, seconds: null },
    { spent: 1e12, afterMs: 0, seconds: 3_600 },
  ])('who has spent $spent waits, $afterMs ms later, $seconds s', ({ spent, afterMs, seconds }) => {
    const { budgets, pass } = setUp();
    const account = budgets.enter('a') as Account;
    budgets.spend(account, spent);
    budgets.leave(account);
    pass(afterMs);
    const next = budgets.enter('a');
    expect('retryAfterSeconds' in next ? next.retryAfterSeconds : null).toBe(seconds);
  });

  test('a pause earns no more than a burst', () => {
    const { budgets, pass } = setUp();
    budgets.charge('a', 1);
    pass(1_000_000);
    expect(budgets.charge('a', 301)).toBeNull();
    expect(budgets.charge('a', 1)).toMatchObject({ limit: { limit: 'costPerSecond', value: 101, maximum: 100 } });
  });
});
