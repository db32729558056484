import { expect, test } from 'vitest';
import { makeVerifier, SIGNATURE_AGE_MS, type SignedRequest, signRequest, STREAMED } from './signature.ts';

const about = { actor: null, tenant: 'demo', requestId: 'r', deadlineAt: 1 };
const request = { method: 'POST', path: '/graphql', body: '{"query":"{a}"}' };

test('a signed request is believed once', () => {
  const verify = makeVerifier('s');
  const signed = signRequest('s', request, about);
  expect(verify(request, signed)).toMatchObject(about);
  expect(verify(request, signed)).toBeNull();
});

test('what is signed is told whole, in a header that is ASCII', () => {
  const actor = { kind: 'user' as const, id: 'u', name: 'Zoë “Öl” \u007f 😀 \ud800\n\\', tenant: 'münchen', scopes: [], expiresAt: 1 };
  const said = { actor, tenant: 'münchen', requestId: 'r', deadlineAt: 1, clientAddress: '::1', untilSeq: 2 };
  const signed = signRequest('s', request, said);
  expect(signed.envelope).toMatch(/^[\x20-\x7e]+$/);
  expect(makeVerifier('s')(request, signed)).toMatchObject(said);
});

test.each<[string, SignedRequest, string]>([
  ['another secret', request, 'x'], ['another body', { ...request, body: '{}' }, 's'], ['another path', { ...request, path: '/x' }, 's'], ['another method', { ...request, method: 'GET' }, 's'], ['a streamed body', { ...request, body: STREAMED }, 's'], ['the word for a streamed body', { ...request, body: 'streamed' }, 's'],
])('%s is refused', (_, asked, secret) => {
  expect(makeVerifier(secret)(asked, signRequest('s', request, about))).toBeNull();
});

test.each([[SIGNATURE_AGE_MS - 2000, true], [SIGNATURE_AGE_MS + 2000, false], [-SIGNATURE_AGE_MS - 2000, false]])('after %i ms it holds: %s', (age, holds) => {
  const verify = makeVerifier('s', () => Date.now() + age);
  expect(verify(request, signRequest('s', request, about)) !== null).toBe(holds);
});

test('an altered or missing envelope is refused', () => {
  const verify = makeVerifier('s');
  const signed = signRequest('s', request, about);
  expect(verify(request, { ...signed, envelope: `${signed.envelope}A` })).toBeNull();
  expect(verify(request, { envelope: undefined, signature: signed.signature })).toBeNull();
  expect(verify(request, { envelope: signed.envelope, signature: undefined })).toBeNull();
  expect(verify(request, { ...signed, signature: '' })).toBeNull();
});

test('a nonce is remembered for as long as its signature lives', () => {
  let now = Date.now();
  const verify = makeVerifier('s', () => now);
  const signed = signRequest('s', request, about);
  expect(verify(request, signed)).not.toBeNull();
  for (let step = 0; step < 5; step++) {
    now += SIGNATURE_AGE_MS / 6;
    expect(verify(request, signed)).toBeNull();
  }
});

test('a body that reads as the mark of a streamed one is a body', () => {
  expect(makeVerifier('s')({ ...request, body: 'streamed' }, signRequest('s', { ...request, body: STREAMED }, about))).toBeNull();
});
