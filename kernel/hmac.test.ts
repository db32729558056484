import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { hmacOf } from './hmac.ts';

/** Around the length of a block, in ASCII and beyond it, which is hashed another way. */
const SECRETS = [1, 31, 32, 33, 63, 64, 65, 200].flatMap((length) => ['k', '~', 'ü', '€', '\u{1F600}', '\0'].map((letter) => letter.repeat(length)));
const MESSAGES = ['', 'x', 'x'.repeat(55), 'x'.repeat(64), 'x'.repeat(20_000), 'ä€\u{1F600}', '\0', '\ud800'].flatMap((text) => [text, Buffer.from(text)]);

test('is the HMAC that everybody else computes, of texts and of bytes, whatever the secret', () => {
  for (const secret of SECRETS)
    for (const message of MESSAGES) expect(hmacOf(secret, message)).toBe(createHmac('sha256', secret).update(message).digest('hex'));
});

test('secrets do not mix, however many come by turns', () => {
  const once = SECRETS.map((secret) => hmacOf(secret, 'x'));
  expect(SECRETS.map((secret) => hmacOf(secret, 'x'))).toEqual(once);
});
