import { expect, test } from 'vitest';
import { passIn, readPass, writePass } from './pass.ts';

const SECRET = 'a secret of at least 32 characters!';
const pass = { tenant: 'demo', actorId: 'u1', expiresAt: 1_000 };
const text = writePass(SECRET, pass);

test('a pass holds until it expires', () => {
  expect(readPass(SECRET, text, 999)).toEqual(pass);
  expect(readPass(SECRET, text, 1_000)).toBeNull();
});

test.each([
  ['another secret', writePass('another secret of 32 characters!!!', pass)],
  ['another tenant', `${Buffer.from(JSON.stringify({ ...pass, tenant: 'other' })).toString('base64url')}.${text.split('.')[1]}`],
  ['no signature', text.split('.')[0]!],
  ['an empty one', ''],
  ['more parts', `${text}.x`],
])('%s is no pass', (_, forged) => {
  expect(readPass(SECRET, forged, 0)).toBeNull();
});

test.each([
  [undefined, undefined],
  ['other=1', undefined],
  ['other=1; stromgraph_queues=a.b', 'a.b'],
])('in the header %s is %s', (header, expected) => {
  expect(passIn(header)).toBe(expected);
});
