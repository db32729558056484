import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Actor } from './auth.ts';

/** What the gateway says of a request; signed, so that a subgraph believes nobody else. */
export type Envelope = Readonly<{
  actor: Actor | null;
  tenant: string | null;
  requestId: string;
  /** System time, milliseconds: after it nobody waits for the answer. */
  deadlineAt: number;
  /** Where the client's connection comes from, for limits on guessing. */
  clientAddress?: string | null;
  at: number;
  nonce: string;
}>;

export const ENVELOPE_HEADER = 'x-stromgraph-envelope';
export const SIGNATURE_HEADER = 'x-stromgraph-signature';
/** In place of a body's digest where the body is streamed. */
export const STREAMED = 'streamed';
/** A signature older than this, or from the future by as much, is refused. */
export const SIGNATURE_AGE_MS = 30_000;

type Signed = Readonly<{ envelope: string; signature: string }>;
type Request = Readonly<{ method: string; path: string; body: string | Uint8Array | typeof STREAMED }>;

export function signRequest(secret: string, request: Request, about: Omit<Envelope, 'at' | 'nonce'>): Signed {
  const envelope = Buffer.from(JSON.stringify({ ...about, at: Date.now(), nonce: randomUUID() } satisfies Envelope)).toString('base64url');
  return { envelope, signature: signatureOf(secret, request, envelope) };
}

export type Verifier = (request: Request, signed: { envelope: string | undefined; signature: string | undefined }) => Envelope | null;

/** Checks signatures and remembers nonces as long as a signature lives; null for whatever does not hold. */
export function makeVerifier(secret: string, systemNow: () => number = Date.now): Verifier {
  let current = new Set<string>();
  let previous = new Set<string>();
  let turnedAt = systemNow();
  return (request, { envelope, signature }) => {
    if (!envelope || !signature || !isEqual(signature, signatureOf(secret, request, envelope))) return null;
    const said = JSON.parse(Buffer.from(envelope, 'base64url').toString('utf8')) as Envelope;
    const now = systemNow();
    if (Math.abs(now - said.at) > SIGNATURE_AGE_MS) return null;
    if (now - turnedAt > 2 * SIGNATURE_AGE_MS) {
      previous = current;
      current = new Set();
      turnedAt = now;
    }
    if (current.has(said.nonce) || previous.has(said.nonce)) return null;
    current.add(said.nonce);
    return said;
  };
}

function signatureOf(secret: string, { method, path, body }: Request, envelope: string): string {
  const digest = body === STREAMED ? STREAMED : createHash('sha256').update(body).digest('hex');
  return createHmac('sha256', secret).update(`${method}\n${path}\n${envelope}\n${digest}`).digest('hex');
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
