import { expect, test } from 'vitest';
import { makeRetryBudget } from './retry-budget.ts';

test('of a thousand calls that all fail a tenth is repeated, and a few more at the start', () => {
  const budget = makeRetryBudget();
  let retries = 0;
  for (let call = 0; call < 1_000; call++) {
    budget.called();
    if (budget.spend()) retries++;
  }
  expect(retries).toBeGreaterThanOrEqual(100);
  expect(retries).toBeLessThanOrEqual(110);
});

test('what is not spent does not heap up', () => {
  const budget = makeRetryBudget();
  for (let call = 0; call < 1_000_000; call++) budget.called();
  expect(Array.from({ length: 20 }, budget.spend).filter(Boolean)).toHaveLength(10);
});
