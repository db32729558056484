import { expect, test } from 'vitest';
import { faultsOfDecision } from './decision.ts';

test.each([
  ['seen on site', 'Anna', []],
  ['x'.repeat(500), 'Anna', []],
  ['', 'Anna', ['reason']],
  [' \n', 'Anna', ['reason']],
  ['x'.repeat(501), 'Anna', ['reason']],
  ['seen on site', '', ['name']],
  [' ', '\t', ['name', 'reason']],
])('a decision for %j by %j', (reason, name, paths) => {
  expect(faultsOfDecision({ reason }, { name }).map(({ path }) => path)).toEqual(paths);
});
