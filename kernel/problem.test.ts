import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseInput } from './input.ts';
import { isProblem, problem } from './problem.ts';

test('problems are told from results by their name', () => {
  expect(isProblem(problem('X', 'y'))).toBe(true);
  expect(isProblem({ message: 'y' })).toBe(false);
  expect(isProblem(null)).toBe(false);
});

const Shape = z.object({ a: z.object({ n: z.int().min(1).max(10) }), kind: z.enum(['A', 'B']), list: z.array(z.string().min(2)) });

test('each fault names its field, what is wrong and what is allowed', () => {
  const outcome = parseInput(Shape, { a: { n: 11 }, kind: 'C', list: ['ok', 'x'] });
  expect(outcome).toMatchObject({
    problem: 'InputInvalid',
    faults: [
      { path: 'a.n', allowed: 'at most 10' },
      { path: 'kind', allowed: 'A, B' },
      { path: 'list.1', allowed: 'at least 2' },
    ],
  });
});
