import { randomUUID, timingSafeEqual } from 'node:crypto';
import type { Actor } from './auth.ts';
import { hmacOf } from './hmac.ts';

/** What the gateway says of a request; signed, so that a subgraph believes nobody else. It travels as JSON in ASCII. */
export type Envelope = Readonly<{
  actor: Actor | null;
  tenant: string | null;
  requestId: string;
  /** System time, milliseconds: after it nobody waits for the answer. */
  deadlineAt: number;
  /** Where the client's connection comes from, for limits on guessing. */
  clientAddress?: string | null;
  /** Of a stream, only what lies up to this `seq` is wanted: it ends there. */
  untilSeq?: number;
  at: number;
  nonce: string;
}>;

export const ENVELOPE_HEADER = 'x-stromgraph-envelope';
export const SIGNATURE_HEADER = 'x-stromgraph-signature';
/** In place of a body that is streamed: it follows in signed blocks (signed-stream.ts). */
export const STREAMED: unique symbol = Symbol('streamed');
/** A signature older than this, or from the future by as much, is refused. */
export const SIGNATURE_AGE_MS = 30_000;

type Signed = Readonly<{ envelope: string; signature: string }>;
export type SignedRequest = Readonly<{ method: string; path: string; body: string | Uint8Array | typeof STREAMED }>;

export function signRequest(secret: string, request: SignedRequest, about: Omit<Envelope, 'at' | 'nonce'>): Signed {
  const envelope = envelopeOf(about);
  return { envelope, signature: signatureOf(secret, request, envelope) };
}

/** Put together by hand: every fetch has one, and to stringify the object takes four times as long. */
function envelopeOf({ actor, tenant, requestId, deadlineAt, clientAddress, untilSeq }: Omit<Envelope, 'at' | 'nonce'>): string {
  const from = clientAddress === undefined ? '' : `,"clientAddress":${JSON.stringify(clientAddress)}`;
  const until = untilSeq === undefined ? '' : `,"untilSeq":${untilSeq}`;
  const others = `"tenant":${JSON.stringify(tenant)},"requestId":${JSON.stringify(requestId)},"deadlineAt":${deadlineAt}${from}${until},"at":${Date.now()},"nonce":"${randomUUID()}"}`;
  return `{"actor":${textOf(actor)},${asciiOf(others)}`;
}

const BEYOND_ASCII = /[^\x20-\x7e]/;

/** The same JSON as the value of a header: without line ends, and letters beyond ASCII by their numbers. */
function asciiOf(json: string): string {
  if (!BEYOND_ASCII.test(json)) return json;
  return json.replaceAll(new RegExp(BEYOND_ASCII, 'g'), (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** An actor asks many subgraphs many times; its text is kept as long as it is. */
const texts = new WeakMap<Actor, string>();

function textOf(actor: Actor | null): string {
  if (actor === null) return 'null';
  const known = texts.get(actor);
  if (known !== undefined) return known;
  const text = asciiOf(JSON.stringify(actor));
  texts.set(actor, text);
  return text;
}

export type Verifier = (request: SignedRequest, signed: { envelope: string | undefined; signature: string | undefined }) => Envelope | null;

/**
 * Checks signatures and remembers nonces as long as a signature lives; null for whatever does not hold. Only what the secret
 * has signed is remembered, for two to four times that age: its memory is the rate of calls, at most two minutes of them.
 */
export function makeVerifier(secret: string, systemNow: () => number = Date.now): Verifier {
  let current = new Set<string>();
  let previous = new Set<string>();
  let turnedAt = systemNow();
  return (request, { envelope, signature }) => {
    if (!envelope || !signature || !isEqual(signature, signatureOf(secret, request, envelope))) return null;
    const said = JSON.parse(envelope) as Envelope;
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

function signatureOf(secret: string, { method, path, body }: SignedRequest, envelope: string): string {
  const head = `${method}\n${path}\n${envelope}\n`; // none of these has a line end in it, so that what follows is the body
  if (body === STREAMED) return hmacOf(secret, `streamed ${head}`);
  if (typeof body === 'string') return hmacOf(secret, `whole ${head}${body}`);
  return hmacOf(secret, Buffer.concat([Buffer.from(`whole ${head}`), body]));
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
