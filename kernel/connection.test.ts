import { expect, test } from 'vitest';
import { encodeCursor, pageOf, toConnection } from './connection.ts';

test.each([
  [{ first: 0 }, 'first'], [{ first: 501 }, 'first'], [{ first: 1.5 }, 'first'], [{ first: 10, after: 'nonsense' }, 'after'], [{ first: 10, after: encodeCursor(['a', 'b']) }, 'after'],
])('%o is refused for %s', (given, path) => {
  expect(pageOf(given, 1)).toMatchObject({ problem: 'InputInvalid', faults: [{ path }] });
});

test('a page knows whether there is more and where it ends', () => {
  const page = toConnection([1, 2, 3], 2, (n) => [String(n)]);
  expect(page.nodes).toEqual([1, 2]);
  expect(page.pageInfo.hasNextPage).toBe(true);
  expect(pageOf({ first: 2, after: page.pageInfo.endCursor }, 1)).toEqual({ first: 2, after: ['2'] });
  expect(toConnection([], 2, String as never).pageInfo).toEqual({ hasNextPage: false, endCursor: null });
});
