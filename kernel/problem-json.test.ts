import { expect, test } from 'vitest';
import { asProblem } from './problem-json.ts';

test.each([
  [400, 'BAD_USER_INPUT'],
  [401, 'UNAUTHENTICATED'],
  [403, 'FORBIDDEN'],
  [404, 'BAD_USER_INPUT'],
  [413, 'LIMIT_EXCEEDED'],
  [500, 'INTERNAL'],
  [503, 'SUBGRAPH_UNAVAILABLE'],
])('a problem of status %i has the code %s', (status, code) => {
  const body = { title: 'It is so.', faults: [1] };
  expect(asProblem(body, status, 'application/problem+json; charset=utf-8', 'r1')).toEqual({ type: 'about:blank', title: 'It is so.', status, code, requestId: 'r1', faults: [1] });
});

test('what its route says holds', () => {
  expect(asProblem({ code: 'FORBIDDEN', status: 400 }, 400, 'application/problem+json', undefined)).toMatchObject({ code: 'FORBIDDEN' });
});

test.each([[{ title: 'x' }, 'application/json'], [{ title: 'x' }, undefined], ['text', 'application/problem+json']])('%j of type %s stays', (body, type) => {
  expect(asProblem(body, 400, type, 'r1')).toBe(body);
});
