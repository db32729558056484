import { expect, test } from 'vitest';
import { hashOf, successorOf, tenantOf, toRefreshToken } from './refresh-token.ts';

const token = toRefreshToken('demo', Buffer.alloc(32, 1));

test('a token names its tenant and nothing else is a token', () => {
  expect(tenantOf(token)).toBe('demo');
  for (const text of ['', 'demo', 'demo.', `Demo.${token.slice(5)}`, `${token}x`, `${token}\n`, token.slice(5)]) expect(tenantOf(text)).toBeNull();
});

test('the successor is the same for the same token and key, and another for any other', () => {
  const successor = successorOf(token, 'demo', Buffer.alloc(32, 7));
  expect(successorOf(token, 'demo', Buffer.alloc(32, 7))).toBe(successor);
  expect(successorOf(token, 'demo', Buffer.alloc(32, 8))).not.toBe(successor);
  expect(successorOf(successor, 'demo', Buffer.alloc(32, 7))).not.toBe(successor);
  expect(tenantOf(successor)).toBe('demo');
  expect(hashOf(successor)).toHaveLength(32);
});
