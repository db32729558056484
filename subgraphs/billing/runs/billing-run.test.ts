import { expect, test } from 'vitest';
import { faultsOfPeriod } from './billing-run.ts';

test.each([
  ['MONTHLY', '2026-10-01', '2026-11-01', []],
  ['MONTHLY', '2026-10-01', '2026-10-02', []],
  ['MONTHLY', '2026-10-01', '2026-11-02', ['until']],
  ['MONTHLY', '2026-10-01', '2026-10-01', ['until']],
  ['MONTHLY', '2026-11-01', '2026-11-21', []],
  ['MONTHLY', '2026-11-01', '2026-11-22', ['until']],
  ['YEARLY', '2025-11-01', '2026-11-01', []],
  ['RE_RATING', '2026-10-01', '2026-11-01', ['kind']],
] as const)('a %s run from %s to %s on 21 November has faults %s', (kind, from, until, paths) => {
  expect(faultsOfPeriod(kind, { from, until }, '2026-11-21').map((fault) => fault.path)).toEqual(paths);
});
