import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { parseSecrets, verifyCall } from './signature.ts';

const NOW = 1_795_500_000_000;
const body = Buffer.from('{"id":"in_1"}');
const secrets = parseSecrets(`whsec_${Buffer.from('the new one').toString('base64')},the old one`);

function call({ secret = 'the new one', id = 'in_1', seconds = NOW / 1000, signed = body }: { secret?: string; id?: string; seconds?: number; signed?: Buffer } = {}) {
  const signature = createHmac('sha256', secret).update(Buffer.concat([Buffer.from(`${id}.${seconds}.`), signed])).digest('base64');
  return { id, timestamp: String(seconds), signature: `v1,${signature}`, body };
}

test('both secrets of a rotation are good', () => {
  expect(verifyCall(secrets, call(), NOW)).toEqual({ id: 'in_1', signedAtMs: NOW });
  expect(verifyCall(secrets, call({ secret: 'the old one' }), NOW)).toMatchObject({ id: 'in_1' });
});

test('one good signature among several is enough', () => {
  expect(verifyCall(secrets, { ...call(), signature: `v1a,xyz v1,AAAA ${call().signature}` }, NOW)).toMatchObject({ id: 'in_1' });
});

// The window holds to the second, in both directions.
test.each([
  [300, 'ok'], [301, 'OUT_OF_TIME'], [-300, 'ok'], [-301, 'OUT_OF_TIME'],
])('a call of %i seconds ago is %s', (ago, expected) => {
  const verdict = verifyCall(secrets, call({ seconds: NOW / 1000 - ago }), NOW);
  expect(typeof verdict === 'string' ? verdict : 'ok').toBe(expected);
});

test.each([
  ['another secret', call({ secret: 'whsec_guess' }), 'FORGED'],
  ['an altered byte', call({ signed: Buffer.from('{"id":"in_2"}') }), 'FORGED'],
  ['another id', { ...call(), id: 'in_2' }, 'FORGED'],
  ['another time', { ...call(), timestamp: String(NOW / 1000 + 1) }, 'FORGED'],
  ['no signature', { ...call(), signature: undefined }, 'UNSIGNED'],
  ['no id', { ...call(), id: undefined }, 'UNSIGNED'],
  ['no time', { ...call(), timestamp: undefined }, 'UNSIGNED'],
  ['a time in words', { ...call(), timestamp: '12e3' }, 'UNSIGNED'],
  ['an empty signature', { ...call(), signature: 'v1,' }, 'FORGED'],
])('%s is refused', (_, signed, expected) => expect(verifyCall(secrets, signed, NOW)).toBe(expected));

test('without secrets nothing is believed', () => expect(verifyCall(parseSecrets(' , '), call(), NOW)).toBe('FORGED'));
