import { Pool } from 'undici';
import type { Span } from '@stromgraph/kernel/trace';
import { makeBreaker, type BreakerRule } from './breaker.ts';
import { fetchFault } from './execute/reply.ts';
import type { Send } from './execute/fetch.ts';
import { exchange, faultOf, isStaleConnection } from './exchange.ts';
import type { RequestContext } from './request-context.ts';
import { makeRetryBudget } from './retry-budget.ts';
import { traceFetch } from './tracing.ts';
import { vouchingHeaders, type Secret } from './vouching.ts';

export type SubgraphLimits = Readonly<{ connections: number; timeoutMs: number; responseBytes: number; breaker?: BreakerRule }>;

export const SUBGRAPH_LIMITS: SubgraphLimits = { connections: 32, timeoutMs: 3_000, responseBytes: 16_000_000 };

export type FetchOutcome = Readonly<{ subgraph: string; outcome: 'ok' | 'timeout' | 'unavailable' | 'broken' | 'abandoned'; ms: number }>;

export type SubgraphFetch = Readonly<{ name: string; send: Send; isOpen: () => boolean; stop: () => Promise<void> }>;

type Settings = Readonly<{
  name: string;
  url: string;
  secret: Secret;
  limits?: Partial<SubgraphLimits>;
  onOutcome?: (outcome: FetchOutcome) => void;
}>;

/**
 * Everything that goes to one subgraph: pooled, signed, timed, broken off when it fails too often. It waits no longer
 * than the request's own deadline, asks again only where a connection broke before a query was answered (a tenth of its
 * calls at most), and never repeats a mutation. What one request did to itself opens no breaker for the others: too little
 * time left, an answer larger than may be read, a request that the subgraph refuses.
 */
export function makeSubgraphFetch({ name, url, secret, limits, onOutcome }: Settings): SubgraphFetch {
  const { connections, timeoutMs, responseBytes, breaker: rule } = { ...SUBGRAPH_LIMITS, ...limits };
  const address = new URL(url);
  const path = address.pathname + address.search;
  if (address.origin === 'null') throw new Error(`The subgraph ${name} has no address.`);
  const pool = new Pool(address.origin, { connections, pipelining: 1, keepAliveTimeout: 4_000, headersTimeout: 0, bodyTimeout: 0 });
  const breaker = makeBreaker(rule);
  const retries = makeRetryBudget();

  async function send({ body, mutation, context }: Parameters<Send>[0]): Promise<string> {
    const about = context as RequestContext;
    if (about.asker?.gone) throw fetchFault('SUBGRAPH_UNAVAILABLE', ABANDONED);
    if (!breaker.allows()) {
      onOutcome?.({ subgraph: name, outcome: 'broken', ms: 0 });
      throw fetchFault('SUBGRAPH_UNAVAILABLE', UNAVAILABLE);
    }
    const startedAt = Date.now();
    const deadlineAt = Math.min(about.deadlineAt, startedAt + (about.fetchMs ?? timeoutMs));
    const span = traceFetch(about.span, name, address);
    retries.called();
    try {
      const text = await post(body, about, deadlineAt, span).catch((error: unknown) => {
        if (mutation || !isStaleConnection(error) || !retries.spend()) throw error;
        return post(body, about, deadlineAt, span);
      });
      breaker.succeeded();
      span?.end();
      onOutcome?.({ subgraph: name, outcome: 'ok', ms: Date.now() - startedAt });
      return text;
    } catch (error) {
      const { outcome, code, message } = failureOf(error);
      if (isSubgraphsOwn(error, deadlineAt - startedAt >= timeoutMs)) breaker.failed();
      span?.end({ fault: outcome });
      onOutcome?.({ subgraph: name, outcome, ms: Date.now() - startedAt });
      throw fetchFault(code, message);
    }
  }

  async function post(body: string, { actor, tenant, requestId, clientAddress = null, asker }: RequestContext, deadlineAt: number, span: Span | null): Promise<string> {
    const about = { actor, tenant, requestId, deadlineAt, clientAddress };
    const headers = { ...HEADERS, ...vouchingHeaders(secret, { method: 'POST', path, body }, about), ...(span && { traceparent: span.traceparent }) };
    const waits = breaker.isOpen() ? undefined : asker; // a probe is finished: who asks and leaves would else keep the breaker open for all
    const answer = await exchange(pool, { method: 'POST', path, headers, body }, { ms: deadlineAt - Date.now(), bytes: responseBytes, asker: waits });
    if (answer.status === 504) throw Object.assign(new Error('The subgraph saw that there was no time left.'), { fault: 'timeout' });
    if (answer.status !== 200 && answer.status !== 400) throw Object.assign(new Error(`The subgraph answered with status ${answer.status}.`), { refused: isRefusal(answer.status) });
    return answer.text;
  }

  return { name, send, isOpen: breaker.isOpen, stop: () => pool.destroy() };
}

const HEADERS = { 'content-type': 'application/json', accept: 'application/json' };

function failureOf(error: unknown): Readonly<{ outcome: 'timeout' | 'unavailable' | 'abandoned'; code: string; message: string }> {
  const fault = faultOf(error);
  if (fault === 'timeout') return { outcome: 'timeout', code: 'SUBGRAPH_TIMEOUT', message: TIMEOUT };
  if (fault === 'abandoned') return { outcome: 'abandoned', code: 'SUBGRAPH_UNAVAILABLE', message: ABANDONED };
  return { outcome: 'unavailable', code: 'SUBGRAPH_UNAVAILABLE', message: UNAVAILABLE };
}

const isRefusal = (status: number): boolean => status >= 400 && status < 500;

/** Whether a failure says anything of the subgraph; without its whole time it may be slow to one request and well. */
function isSubgraphsOwn(error: unknown, hadItsTime: boolean): boolean {
  const fault = faultOf(error);
  if (fault === 'timeout') return hadItsTime;
  return fault !== 'abandoned' && fault !== 'too large' && (error as { refused?: unknown }).refused !== true;
}

const ABANDONED = 'Nobody waits for the answer any more.';
const UNAVAILABLE = 'A part of the graph cannot be reached at the moment.';
const TIMEOUT = 'A part of the graph did not answer in time.';
