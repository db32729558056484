import { Agent } from 'undici';
import { exchange, type Reply } from './exchange.ts';
import { newRequestId } from './request-id.ts';
import { vouchingHeaders, type Secret } from './vouching.ts';

const TIMEOUT_MS = 3_000;
const MAX_REPLY_BYTES = 1_000_000;

/** Few calls, so few connections, and none that is kept when nothing is asked. */
const agent = new Agent({ connections: 8, keepAliveTimeout: 1_000, headersTimeout: 0, bodyTimeout: 0, connect: { timeout: TIMEOUT_MS } });

/** A signed call of the gateway's own, for no client: keys, readiness. */
export async function callInternally(secret: Secret, url: string, method: 'GET' | 'POST', body = ''): Promise<Reply> {
  const { origin, pathname, search } = new URL(url);
  const about = { actor: null, tenant: null, requestId: newRequestId(), deadlineAt: Date.now() + TIMEOUT_MS };
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    ...vouchingHeaders(secret, { method, path: pathname + search, body }, about),
  };
  const request = { origin, path: pathname + search, method, headers, body: method === 'POST' ? body : null };
  return exchange(agent, request, { ms: TIMEOUT_MS, bytes: MAX_REPLY_BYTES });
}
