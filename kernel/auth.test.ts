import { expect, test } from 'vitest';
import { type Actor, groupOf, hasScopes, isSamePerson, withoutPerson } from './auth.ts';

const ada: Actor = { kind: 'user', id: 'u1', name: 'Ada', tenant: 'demo', scopes: ['b', 'a'], customerId: 'c1', sessionId: 's1', accessEpoch: 3, expiresAt: 1 };

test('a group has the rights of its callers and nothing of the person', () => {
  expect(groupOf(ada)).toEqual({ kind: 'user', id: '', name: '', tenant: 'demo', scopes: ['a', 'b'], customerId: 'c1', expiresAt: Number.MAX_SAFE_INTEGER, group: true });
});

test.each(['id', 'name', 'sessionId', 'accessEpoch'] as const)('a resolver that reads the %s of a group is refused', (of) => {
  const actor = withoutPerson(groupOf(ada));
  expect(() => actor[of]).toThrow(expect.objectContaining({ extensions: { code: 'PERSONAL' } }));
  expect(hasScopes(actor, ['a', 'session'])).toBe(true);
  expect(actor.customerId).toBe('c1');
});

test.each([['anna', 'anna ', true], ['anna', ' Anna', true], ['Anna Berg', 'ANNA\u00a0BERG', true], ['anna', 'hanna', false], ['u1', 'u11', false]])('%j and %j as one person: %s', (one, other, same) => {
  expect(isSamePerson(one, other)).toBe(same);
});
