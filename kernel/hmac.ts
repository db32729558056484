import { createHash, hash } from 'node:crypto';

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;

/** What the two hashes of an HMAC begin with, and the room in which the outer one is put together. */
type Key = Readonly<{ inner: Buffer; innerText: string | null; outer: Buffer }>;

const keys = new Map<string, Key>();

/** Secrets are few and configured; tests make more of them. */
const MAX_KEYS = 16;

/**
 * HMAC-SHA-256 in hex, by two hashes in one call each: Node's own makes a stream and a key object every time, which is twice the cost
 * of the hashing. The text of a secret is ASCII nearly always, so what stands before the text can be text too.
 */
export function hmacOf(secret: string, message: string | Uint8Array): string {
  const key = keyOf(secret);
  key.outer.write(innerDigest(key, message), BLOCK_BYTES, DIGEST_BYTES, 'hex');
  return hash('sha256', key.outer, 'hex');
}

function innerDigest({ inner, innerText }: Key, message: string | Uint8Array): string {
  if (typeof message !== 'string' || innerText === null) return createHash('sha256').update(inner).update(message).digest('hex');
  return hash('sha256', innerText + message, 'hex');
}

function keyOf(secret: string): Key {
  const known = keys.get(secret);
  if (known) return known;
  if (keys.size >= MAX_KEYS) keys.clear();
  const bytes = Buffer.from(secret);
  const block = Buffer.alloc(BLOCK_BYTES);
  (bytes.length > BLOCK_BYTES ? hash('sha256', bytes, 'buffer') : bytes).copy(block);
  const inner = block.map((byte) => byte ^ 0x36);
  const outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES);
  outer.set(block.map((byte) => byte ^ 0x5c));
  const key = { inner: Buffer.from(inner), innerText: inner.every((byte) => byte < 0x80) ? Buffer.from(inner).toString('latin1') : null, outer };
  keys.set(secret, key);
  return key;
}
