import { ENVELOPE_HEADER, SIGNATURE_HEADER, signRequest } from '@stromgraph/kernel/signature';
import { Pool, type Dispatcher } from 'undici';
import { makeBreaker, type BreakerRule } from './breaker.ts';
import { fetchFault } from './execute/reply.ts';
import type { Send } from './execute/fetch.ts';
import type { RequestContext } from './request-context.ts';

export type SubgraphLimits = Readonly<{ connections: number; timeoutMs: number; responseBytes: number; breaker?: BreakerRule }>;

export const SUBGRAPH_LIMITS: SubgraphLimits = { connections: 32, timeoutMs: 3_000, responseBytes: 16_000_000 };

export type FetchOutcome = Readonly<{ subgraph: string; outcome: 'ok' | 'timeout' | 'unavailable' | 'broken'; ms: number }>;

export type SubgraphFetch = Readonly<{ name: string; send: Send; isOpen: () => boolean; stop: () => Promise<void> }>;

type Settings = Readonly<{
  name: string;
  url: string;
  secret: string;
  limits?: Partial<SubgraphLimits>;
  onOutcome?: (outcome: FetchOutcome) => void;
}>;

/**
 * Everything that goes to one subgraph: pooled, signed, timed, broken off when it fails too often. It waits no longer
 * than the request's own deadline, asks again only where a connection broke before a query was answered, and never
 * repeats a mutation.
 */
export function makeSubgraphFetch({ name, url, secret, limits, onOutcome }: Settings): SubgraphFetch {
  const { connections, timeoutMs, responseBytes, breaker: rule } = { ...SUBGRAPH_LIMITS, ...limits };
  const { origin, pathname: path } = new URL(url);
  if (origin === 'null') throw new Error(`The subgraph ${name} has no address.`);
  const pool = new Pool(origin, {
    connections,
    keepAliveTimeout: 30_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: timeoutMs },
  });
  const breaker = makeBreaker(rule);

  async function send({ body, mutation, context }: Parameters<Send>[0]): Promise<string> {
    const about = context as RequestContext;
    if (!breaker.allows()) {
      onOutcome?.({ subgraph: name, outcome: 'broken', ms: 0 });
      throw fetchFault('SUBGRAPH_UNAVAILABLE', UNAVAILABLE);
    }
    const startedAt = Date.now();
    const deadlineAt = Math.min(about.deadlineAt, startedAt + (about.fetchMs ?? timeoutMs));
    try {
      const text = await post(body, about, deadlineAt).catch((error: unknown) => {
        if (mutation || !isBrokenConnection(error)) throw error;
        return post(body, about, deadlineAt);
      });
      breaker.succeeded();
      onOutcome?.({ subgraph: name, outcome: 'ok', ms: Date.now() - startedAt });
      return text;
    } catch (error) {
      breaker.failed();
      const timeout = (error as Error).name === TIMED_OUT;
      onOutcome?.({ subgraph: name, outcome: timeout ? 'timeout' : 'unavailable', ms: Date.now() - startedAt });
      throw timeout ? fetchFault('SUBGRAPH_TIMEOUT', TIMEOUT) : fetchFault('SUBGRAPH_UNAVAILABLE', UNAVAILABLE);
    }
  }

  function post(body: string, { actor, tenant, requestId, clientAddress = null }: RequestContext, deadlineAt: number): Promise<string> {
    const { envelope, signature } = signRequest(
      secret,
      { method: 'POST', path, body },
      { actor, tenant, requestId, deadlineAt, clientAddress },
    );
    const headers = { ...HEADERS, [ENVELOPE_HEADER]: envelope, [SIGNATURE_HEADER]: signature, 'x-request-id': requestId };
    return exchange(pool, { path, method: 'POST', headers, body }, { ms: deadlineAt - Date.now(), bytes: responseBytes });
  }

  return { name, send, isOpen: breaker.isOpen, stop: () => pool.destroy() };
}

const HEADERS = { 'content-type': 'application/json', accept: 'application/json' };
const UNAVAILABLE = 'A part of the graph cannot be reached at the moment.';
const TIMEOUT = 'A part of the graph did not answer in time.';
const TIMED_OUT = 'TimedOut';

/** undici's lowest call: promises, streams and decoders of the higher ones cost more than the fetch itself. */
function exchange(pool: Pool, request: Dispatcher.DispatchOptions, limit: Readonly<{ ms: number; bytes: number }>): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let status = 0;
    let controller: Dispatcher.DispatchController | null = null;
    let ended: Error | null = null;
    const timer = setTimeout(() => end(Object.assign(new Error(TIMEOUT), { name: TIMED_OUT })), Math.max(0, limit.ms));

    function end(error: Error): void {
      ended = error;
      clearTimeout(timer);
      controller?.abort(error);
      reject(error);
    }

    pool.dispatch(request, {
      onRequestStart(started) {
        controller = started;
        if (ended) started.abort(ended); // it waited for a connection longer than it may take
      },
      onResponseStart(_, statusCode) {
        status = statusCode;
      },
      onResponseData(_, chunk) {
        bytes += chunk.length;
        if (bytes > limit.bytes) return end(new Error(`The answer is larger than ${limit.bytes} bytes.`));
        chunks.push(chunk);
      },
      onResponseEnd() {
        clearTimeout(timer);
        if (status !== 200 && status !== 400) return reject(new Error(`The subgraph answered with status ${status}.`));
        const [only] = chunks;
        resolve((chunks.length === 1 && only ? only : Buffer.concat(chunks)).toString('utf8'));
      },
      onResponseError(_, error) {
        end(error);
      },
    });
  });
}

const BROKEN_CONNECTION = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** A kept-alive connection that the other side had closed: the request was not begun there. */
function isBrokenConnection(error: unknown): boolean {
  return BROKEN_CONNECTION.has(String((error as { code?: unknown }).code));
}
