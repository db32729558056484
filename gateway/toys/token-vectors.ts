// Tokens that do not hold, each by one fault: what has been tried against JWT verifiers, and what our claims add.
import { createHmac, createPublicKey } from 'node:crypto';
import { CompactSign, EncryptJWT, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type JWTHeaderParameters } from 'jose';
import type { Issuer } from './issuer.ts';

export type TokenVector = readonly [name: string, make: () => Promise<string> | string];

const KID = 'demo.key-1';
const HEADER = { alg: 'EdDSA', typ: 'at+jwt', kid: KID };
const now = () => Math.floor(Date.now() / 1_000);
const encode = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const claims = () => ({ iss: 'stromgraph', aud: 'stromgraph', sub: 'u1', tenant: 'demo', scope: 'vault:read', iat: now(), exp: now() + 60 });

export function tokenVectors(issuer: Issuer): readonly TokenVector[] {
  return [...ofSignatures(issuer), ...ofHeaders(issuer), ...ofClaims(issuer), ...ofForms(issuer)];
}

function ofSignatures(issuer: Issuer): TokenVector[] {
  const parts = async () => (await issuer.sign()).split('.') as [string, string, string];
  const hmac = (alg: string, key: string | Buffer) => {
    const head = `${encode({ ...HEADER, alg })}.${encode(claims())}`;
    return `${head}.${createHmac(alg.replace('HS', 'sha'), key).update(head).digest('base64url')}`;
  };
  const pem = () => createPublicKey({ key: issuer.publicKey as Record<string, string>, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const byStranger = async (alg: string, header: object = {}) => {
    const { privateKey } = await generateKeyPair(alg);
    return new SignJWT(claims()).setProtectedHeader({ ...HEADER, alg, ...header }).sign(privateKey);
  };
  return [
    ['unsigned', () => new UnsecuredJWT(claims()).encode()],
    ...['none', 'None', 'NONE', 'nOnE', ''].map((alg): TokenVector => [`alg “${alg}” with a signature`, async () => `${encode({ ...HEADER, alg })}.${(await parts()).slice(1).join('.')}`]),
    ...['none', 'EdDSA'].map((alg): TokenVector => [`alg ${alg} without a signature`, () => `${encode({ ...HEADER, alg })}.${encode(claims())}.`]),
    ['HS256 signed with the public key', () => hmac('HS256', issuer.publicKey.x!)],
    ['HS256 signed with the public key’s bytes', () => hmac('HS256', Buffer.from(issuer.publicKey.x!, 'base64url'))],
    ['HS256 signed with the public key as JSON', () => hmac('HS256', JSON.stringify(issuer.publicKey))],
    ['HS256 signed with the public key as PEM', () => hmac('HS256', pem())],
    ['HS384 signed with the public key', () => hmac('HS384', issuer.publicKey.x!)],
    ['HS512 signed with nothing', () => hmac('HS512', '')],
    ...['EdDSA', 'ES256', 'RS256', 'PS256'].map((alg): TokenVector => [`signed with ${alg} by a stranger under a known id`, () => byStranger(alg)]),
    ['signed by a stranger who names another algorithm', async () => `${encode({ ...HEADER, alg: 'ES256' })}.${(await parts()).slice(1).join('.')}`],
    ['a changed payload', async () => ((p) => `${p[0]}.${encode({ ...claims(), sub: 'admin' })}.${p[2]}`)(await parts())],
    ['the signature of another token', async () => ((p, q) => `${p[0]}.${p[1]}.${q.split('.')[2]}`)(await parts(), await issuer.sign({ sub: 'u2' }))],
    ['a signature cut short', async () => (await issuer.sign()).slice(0, -8)],
    ['a signature that is longer', async () => `${await issuer.sign()}AAAA`],
    ['a signature of zeros', async () => `${(await parts()).slice(0, 2).join('.')}.${'A'.repeat(86)}`],
    ['no signature', async () => `${(await parts()).slice(0, 2).join('.')}.`],
  ];
}

function ofHeaders(issuer: Issuer): TokenVector[] {
  const rewritten = async (header: object | string) => `${encode(header)}.${(await issuer.sign()).split('.').slice(1).join('.')}`;
  const bringsItsKey = async (header: object) => {
    const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid: KID, alg: 'EdDSA' };
    return new SignJWT(claims()).setProtectedHeader({ ...HEADER, jwk, ...header } as JWTHeaderParameters).sign(privateKey);
  };
  return [
    ...['other', 'other.key-1', '../../../dev/null', "x' OR 1=1 --", 'demo', 'demo.', '.key-1', '__proto__', 'demo.__proto__', 'demo.key-1\u0000', 'DEMO.key-1'].map(
      (kid): TokenVector => [`the key id ${JSON.stringify(kid)}`, () => issuer.sign({}, { kid })],
    ),
    ['no key id', () => issuer.sign({}, { kid: undefined })],
    ['a list as key id', () => rewritten({ ...HEADER, kid: [KID] })],
    ['a key of its own', () => bringsItsKey({})],
    ['a key of its own and no id', () => bringsItsKey({ kid: undefined })],
    ['a place where its key is', () => bringsItsKey({ jku: 'https://evil.test/jwks', x5u: 'https://evil.test/cert' })],
    ['a certificate of its own', () => bringsItsKey({ x5c: ['MIIB'] })],
    ...['JWT', 'id+jwt', 'refresh+jwt', 'logout+jwt', 'at+jwt2', ''].map((typ): TokenVector => [`the type “${typ}”`, () => issuer.sign({}, { typ })]),
    ['no type', () => issuer.sign({}, { typ: undefined })],
    ['an unknown critical header', () => rewritten({ ...HEADER, crit: ['x'], x: 1 })],
    ['a critical header that is no list', () => rewritten({ ...HEADER, crit: 'exp' })],
    ['an unencoded payload', () => rewritten({ ...HEADER, crit: ['b64'], b64: false })],
    ['two algorithms', () => rewritten('{"alg":"none","alg":"EdDSA","typ":"at+jwt","kid":"demo.key-1"}')],
    ['a header that is no object', () => rewritten([HEADER])],
    ['a header that is no JSON', () => rewritten('{')],
  ];
}

function ofClaims(issuer: Issuer): TokenVector[] {
  const wrong: [string, Record<string, unknown>][] = [
    ['another issuer', { iss: 'https://evil.test' }],
    ['an issuer that begins like ours', { iss: 'stromgraph.evil.test' }],
    ['a list of issuers', { iss: ['stromgraph'] }],
    ['no issuer', { iss: undefined }],
    ['another audience', { aud: 'other' }],
    ['an audience that begins like ours', { aud: 'stromgraph2' }],
    ['no audience', { aud: undefined }],
    ['an empty list of audiences', { aud: [] }],
    ['expired', { exp: now() - 61 }],
    ['expired long ago', { exp: 1 }],
    ['no expiry', { exp: undefined }],
    ['expiry as text', { exp: String(now() + 60) }],
    ['expiry of another kind', { exp: 'never' }],
    ['not yet valid', { nbf: now() + 61 }],
    ['valid from some other time', { nbf: 'now' }],
    ['no time of issue', { iat: undefined }],
    ['no subject', { sub: undefined }],
    ['an empty subject', { sub: '' }],
    ['a number as subject', { sub: 1 }],
    ['an endless subject', { sub: 'x'.repeat(300) }],
    ['no tenant', { tenant: undefined }],
    ['an empty tenant', { tenant: '' }],
    ['a scope that is a list', { scope: ['vault:read'] }],
    ['a kind that there is not', { kind: 'root' }],
    ['a customer of another kind', { customerId: { id: 'k1' } }],
    ['an epoch before time', { epoch: -1 }],
    ['a name of another kind', { name: { toString: 'x' } }],
  ];
  return [
    ...wrong.map(([name, change]): TokenVector => [name, () => issuer.sign(change)]),
    ['the tenant of another key', () => issuer.sign({ tenant: 'other' }, { kid: KID })],
    [
      'a claim said twice, of which one was signed',
      async () => {
        const [header, payload, signature] = (await issuer.sign()).split('.');
        return `${header}.${encode(Buffer.from(payload!, 'base64url').toString().replace('{', '{"sub":"admin",'))}.${signature}`;
      },
    ],
  ];
}

function ofForms(issuer: Issuer): TokenVector[] {
  const signed = (payload: string) => new CompactSign(Buffer.from(payload)).setProtectedHeader(HEADER).sign(issuer.privateKey);
  return [
    ['two parts', () => 'a.b'],
    ['five parts', () => 'a.b.c.d.e'],
    ['nonsense', () => 'nonsense'],
    ['dots', () => '..'],
    ['a list as payload', () => signed('[]')],
    ['null as payload', () => signed('null')],
    ['a payload that is no JSON', () => signed('{')],
    ['no payload', () => signed('')],
    ['encrypted and compressed', () => new EncryptJWT(claims()).setProtectedHeader({ alg: 'dir', enc: 'A128CBC-HS256', typ: 'at+jwt', kid: KID }).encrypt(new Uint8Array(32))],
    ['a part left open', async () => (await issuer.sign()).replace('.', '..')],
    ['too long', () => issuer.sign({ name: 'x'.repeat(9_000) })],
  ];
}
