import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { makeVerifyToken, remoteKeys, type VerifyToken } from './access-token.ts';
import { makeBoundedCache } from './bounded-cache.ts';
import { startIssuer, type Issuer } from './toys/issuer.ts';
import { tokenVectors } from './toys/token-vectors.ts';
import { SECRET } from './toys/toy.ts';

let issuer: Issuer;
let warm: VerifyToken;
beforeAll(async () => {
  issuer = await startIssuer();
  warm = verifierOf(issuer);
});
afterAll(() => issuer.stop());
afterEach(() => void vi.useRealTimers());

const verifierOf = (from: Issuer, now?: () => number) => makeVerifyToken(from.rule, remoteKeys(SECRET, from.rule.jwksUrl), now);
const NAMES = tokenVectors({ publicKey: {} } as Issuer).map(([name]) => name);

describe('tokens that do not hold, beside one that is kept', () => {
  test(`${NAMES.length} of them`, () => expect(new Set(NAMES).size).toBeGreaterThanOrEqual(60));

  test.each(NAMES)('%s', async (vector) => {
    const good = await issuer.sign();
    const actor = await warm(good);
    expect(actor).toMatchObject({ id: 'u1' });
    const bad = await tokenVectors(issuer).find(([name]) => name === vector)![1]();
    expect([await warm(bad), await warm(bad)]).toEqual([null, null]); // a refusal is not kept as something else
    expect(await warm(good)).toBe(actor);
    expect(await verifierOf(issuer)(bad)).toBeNull();
  });

  test('a token that differs from the kept one in any one character is not it', async () => {
    const good = await issuer.sign();
    await warm(good);
    const end = good.lastIndexOf('.');
    for (let at = 0; at < good.length - 1; at += at < end ? 7 : 1) {
      const other = good[at] === 'A' ? 'B' : 'A';
      if (good[at] !== '.') expect([at, await warm(good.slice(0, at) + other + good.slice(at + 1))]).toEqual([at, null]);
    }
  });

  test('keys that cannot be fetched are our fault, not the token’s, and are asked for once a second', async () => {
    let asked = 0;
    const broken = createServer((_, response) => void (asked++, response.writeHead(500).end()));
    await new Promise<void>((resolve) => broken.listen(0, '127.0.0.1', resolve));
    const verify = makeVerifyToken(issuer.rule, remoteKeys(SECRET, `http://127.0.0.1:${(broken.address() as { port: number }).port}/jwks`));
    vi.useFakeTimers({ toFake: ['Date'] });
    for (const expected of [1, 1, 2]) {
      for (const sub of ['u1', 'u2', 'u3']) await expect(verify(await issuer.sign({ sub }))).rejects.toThrow('500');
      expect(asked).toBe(expected);
      vi.setSystemTime(Date.now() + 600);
    }
    broken.close();
  });
});

describe('verified tokens are kept', () => {
  test('until they expire, and no longer', async () => {
    let time = Date.now();
    const verify = verifierOf(issuer, () => time);
    const token = await issuer.sign();
    const actor = await verify(token);
    expect(await verify(token)).toBe(actor);
    time += 66_000;
    expect(await verify(token)).toBeNull();
  });

  test('in so many bytes, whatever comes', () => {
    const cache = makeBoundedCache<{ text: string }>(100_000);
    for (let n = 0; n < 10_000; n++) {
      cache.set(`key-${n}`, { text: 'x' }, Infinity, n % 3_000);
      expect(cache.bytes()).toBeLessThanOrEqual(100_000);
    }
    expect(cache.size()).toBeGreaterThan(10);
    expect(cache.get('key-9999')).toBeDefined();
    cache.set('key-9999', { text: 'x' }, Infinity, 100_000);
    expect(cache.get('key-9999')).toBeUndefined();
  });
});

describe('rotation of keys', () => {
  test('while requests come, none fails and the keys are fetched once', async () => {
    const own = await startIssuer();
    const verify = verifierOf(own);
    await own.announce();
    let verified = 0;
    for (let round = 0; round < 100; round++) {
      if (round === 50) own.rotate();
      const tokens = await Promise.all([own.sign({ sub: `u${round}` }), own.sign({ sub: `v${round}` })]);
      for (const actor of await Promise.all(tokens.map(verify))) if (actor) verified++;
    }
    expect([verified, own.jwksRequests()]).toEqual([200, 1]);
    await own.stop();
  });

  test('a key that is listed no longer is refused as soon as the list is fetched anew', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const own = await startIssuer();
    const verify = verifierOf(own);
    await own.announce();
    const retired = await own.sign({ sub: 'first', exp: Math.floor(Date.now() / 1_000) + 3_600 });
    const another = await own.sign({ sub: 'second', exp: Math.floor(Date.now() / 1_000) + 3_600 });
    expect(await verify(retired)).not.toBeNull();
    own.rotate();
    own.retire();
    vi.setSystemTime(Date.now() + 601_000);
    expect(await verify(another)).toBeNull();
    expect(await verify(await own.sign())).not.toBeNull();
    await own.stop();
  });

  test('a flood of unknown key ids fetches the keys once in thirty seconds', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const own = await startIssuer();
    const verify = verifierOf(own);
    expect(await verify(await own.sign())).not.toBeNull();
    const flood = async () => {
      const strange = await Promise.all(Array.from({ length: 200 }, (_, n) => own.sign({}, { kid: `demo.strange-${n}` })));
      expect(new Set(await Promise.all(strange.map((token) => verify(token))))).toEqual(new Set([null]));
    };
    const fetched: number[] = [];
    for (const seconds of [0, 29, 2, 28, 3]) {
      vi.setSystemTime(Date.now() + seconds * 1_000);
      await flood();
      fetched.push(own.jwksRequests());
    }
    expect(fetched).toEqual([1, 1, 2, 2, 3]);
    await own.stop();
  });
});
