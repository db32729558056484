import { ENVELOPE_HEADER, SIGNATURE_HEADER, signRequest } from '@stromgraph/kernel/signature';
import { request } from 'undici';
import { newRequestId } from './request-id.ts';

export type InternalReply = Readonly<{ status: number; text: string }>;

const TIMEOUT_MS = 3_000;
const MAX_REPLY_BYTES = 1_000_000;

/** A signed call of the gateway's own, for no client: keys, readiness. */
export async function callInternally(secret: string, url: string, method: 'GET' | 'POST', body = ''): Promise<InternalReply> {
  const { pathname, search } = new URL(url);
  const requestId = newRequestId();
  const about = { actor: null, tenant: null, requestId, deadlineAt: Date.now() + TIMEOUT_MS };
  const { envelope, signature } = signRequest(secret, { method, path: pathname + search, body }, about);
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    'x-request-id': requestId,
    [ENVELOPE_HEADER]: envelope,
    [SIGNATURE_HEADER]: signature,
  };
  const reply = await request(url, { method, headers, body: method === 'POST' ? body : null, signal: AbortSignal.timeout(TIMEOUT_MS) });
  const announced = Number(reply.headers['content-length'] ?? 0);
  if (announced > MAX_REPLY_BYTES) throw new Error(`The answer of ${pathname} is too large.`);
  return { status: reply.statusCode, text: await reply.body.text() };
}
