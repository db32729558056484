// What pages of other sites, odd clients and hostile headers send over HTTP.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAttackedGraph, type AttackedGraph } from './attacked-graph.ts';
import { sendCrumbs } from '../toys/crumbs.ts';
import { send } from './transports.ts';

let attacked: AttackedGraph;
let authorization = '';
beforeAll(async () => {
  attacked = await startAttackedGraph();
  authorization = await attacked.authorization();
});
afterAll(() => attacked.stop());

const BODY = '{"query":"mutation { add(name: \\"x\\") }"}';
const JSON_TYPE = { 'content-type': 'application/json' };

describe('S15 G12: a page of another site', () => {
  test.each<[string, string, Record<string, string>, number]>([
    ['text/plain', 'POST', { 'content-type': 'text/plain' }, 415],
    ['a form', 'POST', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['an upload', 'POST', { 'content-type': 'multipart/form-data; boundary=x' }, 415],
    ['no type', 'POST', {}, 415],
    ['a type that only begins as JSON', 'POST', { 'content-type': 'application/json-patch' }, 415],
    ['two types', 'POST', { 'content-type': 'text/plain, application/json' }, 415],
    ['a bare GET', 'GET', {}, 405],
    ['a GET of an odd type', 'GET', { 'content-type': 'text/plain' }, 405],
    ['a preflight', 'OPTIONS', { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }, 405],
    ['its origin', 'POST', { ...JSON_TYPE, origin: 'https://evil.test' }, 403],
    ['its origin, hidden', 'POST', { ...JSON_TYPE, origin: 'null' }, 403],
    ['an origin with our host in it', 'POST', { ...JSON_TYPE, origin: 'http://127.0.0.1.evil.test' }, 403],
    ['Sec-Fetch-Site: cross-site', 'POST', { ...JSON_TYPE, 'sec-fetch-site': 'cross-site' }, 403],
    ['Sec-Fetch-Site: cross-site by GET', 'GET', { 'sec-fetch-site': 'cross-site' }, 403],
  ])('%s', async (_, method, headers, status) => {
    const before = attacked.asked();
    const path = method === 'GET' ? `?query=${encodeURIComponent('mutation { add(name: "x") }')}` : '';
    const response = await fetchRaw(path, method, headers, method === 'POST' ? BODY : '');
    expect(response.status).toBe(status);
    expect(response.allowed).toBeUndefined();
    expect(attacked.asked()).toBe(before);
  });

  test('a cookie signs nobody in, and none is set', async () => {
    const cookie = `token=${authorization.slice(7)}; authorization=${encodeURIComponent(authorization)}`;
    const response = await fetch(attacked.url, { method: 'POST', headers: { ...JSON_TYPE, cookie }, body: '{"query":"{ mine }"}' });
    expect([await response.text(), response.headers.get('set-cookie')]).toEqual([expect.stringContaining('UNAUTHENTICATED'), null]);
  });
});

describe('G13: hostile types and bodies', () => {
  test.each<[string, Record<string, string>, number]>([
    ['a charset that is none', { 'content-type': `application/json; charset=${'x'.repeat(8_000)}` }, 415],
    ['another charset', { 'content-type': 'application/json; charset=utf-7' }, 415],
    ['many charsets', { 'content-type': `application/json${'; charset=utf-16'.repeat(500)}` }, 415],
    ['many parameters', { 'content-type': `application/json${'; a=b'.repeat(1_500)}` }, 200],
    ['compressed', { ...JSON_TYPE, 'content-encoding': 'br' }, 415],
    ['a flood of ranges in Accept', { ...JSON_TYPE, accept: 'a/b;q=0.1,'.repeat(1_000) }, 406],
  ])('%s', async (_, headers, status) => {
    expect((await fetchRaw('', 'POST', headers, '{"query":"{ __typename }"}')).status).toBe(status);
  });

  test.each<[string, string]>([
    ['JSON 100,000 arrays deep', '['.repeat(100_000)],
    ['an object 50,000 deep', '{"a":'.repeat(50_000)],
    ['variables 20,000 deep', `{"query":"{ __typename }","variables":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`],
    ['a number without end', `{"query":${'9'.repeat(200_000)}}`],
  ])('%s is answered 400', async (_, body) => {
    expect((await fetchRaw('', 'POST', { ...JSON_TYPE, accept: 'application/graphql-response+json' }, body)).status).toBe(400);
  });

  test('a body in crumbs is refused before they are many; in pieces as large as a word it is read', async () => {
    const text = `{"query":"{ __typename }"${' '.repeat(200_000)}}`;
    const ask = (bytes: number) => sendCrumbs(Number(new URL(attacked.url).port), '/graphql', { text, bytes, headers: { ...JSON_TYPE, authorization } });
    expect(await ask(1)).toBe(400);
    expect(await ask(20)).toBe(200);
  });

  test('a body that never comes holds nothing up', async () => {
    const stuck = Array.from({ length: 20 }, () =>
      fetch(attacked.url, { method: 'POST', headers: { ...JSON_TYPE, authorization: 'Bearer x' }, body: endless(), duplex: 'half' } as never).catch(() => null),
    );
    expect((await send(attacked.url, 'POST', { ...JSON_TYPE, authorization }, '{"query":"{ product(id: \\"p1\\") { name } }"}')).text).toContain('Lamp');
    await Promise.all(stuck);
  });
});

/** Bytes that stop in the middle; whoever has no valid credential is told so without waiting for the rest. */
const endless = () => new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{"query":"')) });

async function fetchRaw(path: string, method: string, headers: Record<string, string>, body: string) {
  let allowed: string | undefined;
  const { request } = await import('node:http');
  const status = await new Promise<number>((resolve, reject) => {
    const sent = request(attacked.url + path, { method, headers: { authorization, ...headers } }, (response) => {
      allowed = response.headers['access-control-allow-origin'];
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    sent.on('error', reject);
    sent.end(body);
  });
  return { status, allowed };
}
