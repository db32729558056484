import { expect, test } from 'vitest';
import { replacementFault } from './replacement.ts';

const nothing = { reason: null, method: null };
const reason = { reason: 'meter defect', method: null };
const both = { reason: 'meter defect', method: 'comparison day' };

// The matrix of WiM part 2, section 2.5.4: known value, next value, what comes with it, whether it may take its place.
test.each([
  ['PROVISIONAL', 'PROVISIONAL', both, false],
  ['SUBSTITUTE', 'PROVISIONAL', both, false],
  ['TRUE', 'PROVISIONAL', both, false],
  ['PROVISIONAL', 'SUBSTITUTE', both, true],
  ['SUBSTITUTE', 'SUBSTITUTE', both, true],
  ['TRUE', 'SUBSTITUTE', both, true],
  ['PROVISIONAL', 'SUBSTITUTE', reason, false],
  ['TRUE', 'SUBSTITUTE', nothing, false],
  ['PROVISIONAL', 'TRUE', nothing, true],
  ['SUBSTITUTE', 'TRUE', nothing, true],
  ['TRUE', 'TRUE', nothing, false],
  ['TRUE', 'TRUE', { reason: ' ', method: null }, false],
  ['TRUE', 'TRUE', reason, true],
] as const)('%s to %s with %j: %s', (known, next, explained, allowed) => {
  expect(replacementFault(known, next, explained) === null).toBe(allowed);
});
