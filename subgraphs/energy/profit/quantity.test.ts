import { expect, test } from 'vitest';
import { isSameQuantity, settleQuantity } from './quantity.ts';

test.each([
  ['used less than allocated: paid back', 3_000_000n, '3500000.4', '80', [3_500_000n, 500_000n, 4_000n]],
  ['used more than allocated: charged', 4_000_000n, '3500000.5', '80', [3_500_001n, -499_999n, -4_000n]],
  ['used as allocated', 3_500_000n, '3500000.49', '80', [3_500_000n, 0n, 0n]],
  ['paid back at a negative price: charged', 0n, '100000', '-40', [100_000n, 100_000n, -400n]],
  ['half a cent is rounded away from zero', 100n, '50', '100', [50n, -50n, -1n]],
  ['no price is known', 0n, '1', null, [1n, 1n, null]],
] as const)('%s', (_, measured, wattHours, eurPerMwh, [allocatedWattHours, differenceWattHours, amountCents]) => {
  expect(settleQuantity(measured, { wattHours, eurPerMwh, provisional: true })).toEqual({ allocatedWattHours, differenceWattHours, eurPerMwh, amountCents, provisional: true });
});

const settled = { allocatedWattHours: 3_500_000n, differenceWattHours: 500_000n, eurPerMwh: '80.00', amountCents: 4_000n, provisional: true };
test.each([
  ['the same price, written otherwise', { eurPerMwh: '80' }, true],
  ['the same price that is official now', { provisional: false }, false],
  ['another price', { eurPerMwh: '80.01', amountCents: 4_001n }, false],
  ['no price', { eurPerMwh: null, amountCents: null }, false],
  ['another energy', { allocatedWattHours: 3_500_001n }, false],
] as const)('a quantity that meets %s', (_, change, isSame) => {
  expect(isSameQuantity(settled, { ...settled, ...change })).toBe(isSame);
});
