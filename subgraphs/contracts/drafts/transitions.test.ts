import { expect, test } from 'vitest';
import { CONTRACT_STATES, mayStep, refuseStep, TRANSITIONS } from './transitions.ts';

const allowed = new Set<string>(TRANSITIONS.map(([from, to]) => `${from}>${to}`));

test.each(CONTRACT_STATES.flatMap((from) => CONTRACT_STATES.map((to) => [from, to] as const)))('%s to %s', (from, to) => {
  const problem = refuseStep(from, to);
  expect(problem === null).toBe(allowed.has(`${from}>${to}`));
  if (problem) expect(problem).toMatchObject({ problem: 'StateForbidsIt', from, to, message: `A contract that is ${from} cannot become ${to}.` });
});

test('a contract begins as a draft only', () => {
  expect(CONTRACT_STATES.filter((to) => mayStep('NONE', to))).toEqual(['DRAFT']);
});
