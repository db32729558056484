import { generateKeyPairSync, sign } from 'node:crypto';

/** A key and a certificate that it has signed itself, for so many names: Node makes none. */
export function makeCertificate(...names: string[]): Readonly<{ key: string; cert: string }> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const name = list(set(list(COMMON_NAME, der(0x0c, Buffer.from(names[0] ?? '')))));
  const alternatives = der(0x30, ...names.map((one) => der(0x82, Buffer.from(one))));
  const content = list(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.of(1)),
    ED25519,
    name,
    list(timeOf(Date.now() - DAY_MS), timeOf(Date.now() + DAY_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, list(list(ALTERNATIVE_NAMES, der(0x04, alternatives)))),
  );
  const signed = list(content, ED25519, der(0x03, Buffer.of(0), sign(null, content, privateKey)));
  const lines = signed.toString('base64').replace(/.{64}/g, '$&\n');
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n` };
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length = body.length < 0x80 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...length), body]);
}

const list = (...parts: readonly Buffer[]) => der(0x30, ...parts);
const set = (...parts: readonly Buffer[]) => der(0x31, ...parts);
const timeOf = (at: number) => der(0x18, Buffer.from(new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '')));

const DAY_MS = 86_400_000;
const ED25519 = list(der(0x06, Buffer.of(0x2b, 0x65, 0x70)));
const COMMON_NAME = der(0x06, Buffer.of(0x55, 0x04, 0x03));
const ALTERNATIVE_NAMES = der(0x06, Buffer.of(0x55, 0x1d, 0x11));
