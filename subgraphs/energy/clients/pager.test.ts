import { expect, test } from 'vitest';
import { readPager } from './pager.ts';

const [URL_A, URL_B, SECRET_A, SECRET_B] = ['https://pager.test/a?key=1', 'http://pager.test/b', `whsec_${'A'.repeat(32)}`, `whsec_${'B'.repeat(30)}==`];

test.each([
  ['nobody', {}, { demo: null }],
  ['one for all', { URL: URL_A, SECRET: SECRET_A }, { demo: { url: URL_A, secret: SECRET_A }, other: { url: URL_A, secret: SECRET_A } }],
  ['one each', { URL: `demo=${URL_A},other=${URL_B}`, SECRET: `demo=${SECRET_A}, other=${SECRET_B}` }, { demo: { url: URL_A, secret: SECRET_A }, other: { url: URL_B, secret: SECRET_B }, third: null }],
  ['one of its own, the others together', { URL: `${URL_A},other=${URL_B}`, SECRET: SECRET_A }, { demo: { url: URL_A, secret: SECRET_A }, other: { url: URL_B, secret: SECRET_A } }],
])('who is paged: %s', (_, given, expected) => {
  const { of } = readPager(Object.fromEntries(Object.entries(given).map(([name, value]) => [`STROMGRAPH_PAGER_${name}`, value])));
  for (const [tenant, address] of Object.entries(expected)) expect(of(tenant), tenant).toEqual(address);
});

test.each([
  ['an address that is none', { URL: 'pager.test', SECRET: SECRET_A }, 'STROMGRAPH_PAGER_URL: pager.test is refused (allowed: an http address)'],
  ['no secret', { URL: URL_A }, 'STROMGRAPH_PAGER_SECRET: is missing'],
  ['no secret for one', { URL: `demo=${URL_A},other=${URL_B}`, SECRET: `demo=${SECRET_A}` }, 'STROMGRAPH_PAGER_SECRET: has none for other'],
  ['a short secret, which is not told', { URL: URL_A, SECRET: 'whsec_secret' }, 'STROMGRAPH_PAGER_SECRET: a secret is refused'],
  ['an unknown severity', { SEVERITY: 'LOW' }, 'STROMGRAPH_PAGER_SEVERITY'],
])('%s is refused in one line', (_, given, message) => {
  expect(() => readPager(Object.fromEntries(Object.entries(given).map(([name, value]) => [`STROMGRAPH_PAGER_${name}`, value])))).toThrow(message);
});
