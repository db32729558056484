import { createHmac, timingSafeEqual } from 'node:crypto';

/** Standard Webhooks: how a call proves that it comes from the clearing house, and when it was signed. */
export type SignedCall = Readonly<{ id: string | undefined; timestamp: string | undefined; signature: string | undefined; body: Buffer }>;
export type Verdict = Readonly<{ id: string; signedAtMs: number }> | 'UNSIGNED' | 'FORGED' | 'OUT_OF_TIME';

/** Older or further in the future than this, a call is refused; polling brings what it would have brought. */
export const WINDOW_MS = 300_000;

/** A secret `whsec_…` is base64; any other is taken as it is. Several secrets are valid at once while they rotate. */
export const parseSecrets = (text: string): Buffer[] =>
  text.split(',').map((part) => part.trim()).filter(Boolean).map((part) => (part.startsWith('whsec_') ? Buffer.from(part.slice('whsec_'.length), 'base64') : Buffer.from(part, 'utf8')));

export function verifyCall(secrets: readonly Buffer[], { id, timestamp, signature, body }: SignedCall, nowMs: number): Verdict {
  if (!id || !timestamp || !signature || !/^\d{1,12}$/.test(timestamp)) return 'UNSIGNED';
  const given = signature.split(' ').filter((part) => part.startsWith('v1,')).map((part) => Buffer.from(part.slice('v1,'.length), 'base64'));
  const said = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
  const expected = secrets.map((secret) => createHmac('sha256', secret).update(said).digest());
  // Every pair is compared, so that the time taken tells nothing.
  const matches = expected.flatMap((one) => given.map((other) => other.length === one.length && timingSafeEqual(one, other)));
  if (!matches.includes(true)) return 'FORGED';
  const signedAtMs = Number(timestamp) * 1000;
  return Math.abs(nowMs - signedAtMs) > WINDOW_MS ? 'OUT_OF_TIME' : { id, signedAtMs };
}
