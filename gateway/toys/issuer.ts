import { createServer } from 'node:http';
import { ENVELOPE_HEADER, makeVerifier, SIGNATURE_HEADER } from '@stromgraph/kernel/signature';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { SECRET } from './toy.ts';

type Key = Readonly<{ name: string; publicKey: CryptoKey; privateKey: CryptoKey }>;

export type Issuer = Readonly<{
  rule: Readonly<{ issuer: string; audience: string; jwksUrl: string; apiKeyUrl: string }>;
  /** A token as identity would sign it, with claims and header fields changed as a test needs. */
  sign: (claims?: Record<string, unknown>, header?: Record<string, unknown>) => Promise<string>;
  publicKey: JWK;
  privateKey: CryptoKey;
  /** The next key is listed, as identity does it well before one signs. */
  announce: () => Promise<void>;
  /** The announced key signs from now on; tokens of the former stay valid. */
  rotate: () => void;
  /** The keys that do not sign (any more) are listed no longer. */
  retire: () => void;
  jwksRequests: () => number;
  /** API keys are answered no sooner than this. */
  holdKeys: (until: Promise<unknown>) => void;
  stop: () => Promise<void>;
}>;

export const API_KEY = 'sgk.demo.channel-key-1';
/** Another tenant's, which the issuer takes for the first one's. */
export const MISTAKEN_API_KEY = 'sgk.other.channel-key-1';
const TENANTS = ['demo', 'other'];

/** Stands in for identity: signed JWKS and API-key look-ups on loopback. */
export async function startIssuer(): Promise<Issuer> {
  const verify = makeVerifier(SECRET);
  let made = 1;
  let signing: Key = { ...(await generateKeyPair('EdDSA', { extractable: true })), name: 'key-1' };
  let next: Key | undefined;
  const listed = async ({ publicKey, name }: Key): Promise<JWK[]> =>
    Promise.all(TENANTS.map(async (tenant) => ({ ...(await exportJWK(publicKey)), kid: `${tenant}.${name}`, alg: 'EdDSA', use: 'sig' })));
  let keys = await listed(signing);
  let jwksRequests = 0;
  let held: Promise<unknown> = Promise.resolve();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const signed = { envelope: String(request.headers[ENVELOPE_HEADER]), signature: String(request.headers[SIGNATURE_HEADER]) };
    if (!verify({ method: request.method!, path: request.url!, body }, signed)) return void response.writeHead(401).end();
    if (request.url === '/jwks') {
      jwksRequests++;
      return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
    }
    await held;
    const known = [API_KEY, MISTAKEN_API_KEY].includes((JSON.parse(body) as { apiKey: string }).apiKey);
    if (!known) return void response.writeHead(404).end();
    response
      .writeHead(200)
      .end(JSON.stringify({ kind: 'channel', id: 'c1', name: 'Channel', tenant: 'demo', scopes: ['vault:read'], channel: 'shop' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const rule = {
    issuer: 'stromgraph',
    audience: 'stromgraph',
    jwksUrl: `http://127.0.0.1:${port}/jwks`,
    apiKeyUrl: `http://127.0.0.1:${port}/api-key`,
  };
  return {
    rule,
    publicKey: keys[0]!,
    privateKey: signing.privateKey,
    sign(claims = {}, header = {}) {
      const now = Math.floor(Date.now() / 1_000);
      const standard = {
        iss: rule.issuer,
        aud: rule.audience,
        sub: 'u1',
        name: 'Ada',
        tenant: 'demo',
        kind: 'user',
        scope: 'vault:read',
        iat: now,
        exp: now + 60,
      };
      const all = Object.fromEntries(Object.entries({ ...standard, ...claims }).filter(([, value]) => value !== undefined));
      const kid = `${(claims.tenant as string | undefined) ?? 'demo'}.${signing.name}`;
      return new SignJWT(all).setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid, ...header }).sign(signing.privateKey);
    },
    async announce() {
      next = { ...(await generateKeyPair('EdDSA', { extractable: true })), name: `key-${++made}` };
      keys.push(...(await listed(next)));
    },
    rotate() {
      if (next) signing = next;
      next = undefined;
    },
    retire: () => void (keys = keys.filter(({ kid }) => kid!.endsWith(`.${signing.name}`))),
    jwksRequests: () => jwksRequests,
    holdKeys: (until) => void (held = until),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
