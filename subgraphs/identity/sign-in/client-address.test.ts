import { expect, test } from 'vitest';
import { countedAddress } from './client-address.ts';

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['2001:db8::1', '2001:db8::1'],
  ['127.0.0.1', null],
  ['::1', null],
  ['::ffff:10.1.2.3', null],
  ['192.168.0.7', null],
  ['fd00::7', null],
  ['', null],
  [null, null],
])('failures from %s are counted by %s', (address, counted) => {
  expect(countedAddress(address)).toBe(counted);
});
