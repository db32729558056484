import type { Span } from '@stromgraph/kernel/trace';
import { BREAKER, makeBreaker, type BreakerRule } from './breaker.ts';
import { fetchFault } from './execute/reply.ts';
import type { Send } from './execute/fetch.ts';
import { exchange, faultOf, headOf, linesOf, queuedMsOf, isStaleConnection } from './exchange.ts';
import type { RequestContext } from './request-context.ts';
import { makeRetryBudget } from './retry-budget.ts';
import { traceFetch } from './tracing.ts';
import { vouchingHeaders, type Secret } from './vouching.ts';
import { makeWire, placeOf } from './wire/pool.ts';

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
 * time left, an answer larger than may be read, a request that the subgraph refuses; nor does our own queue for a connection.
 */
export function makeSubgraphFetch({ name, url, secret, limits, onOutcome }: Settings): SubgraphFetch {
  const { connections, timeoutMs, responseBytes, breaker: rule = BREAKER } = { ...SUBGRAPH_LIMITS, ...limits };
  const address = new URL(url);
  const path = address.pathname + address.search;
  const place = placeOf(address);
  if (place === null) throw new Error(`The subgraph ${name} has no address.`);
  const wire = makeWire(place, connections);
  const headOfAll = headOf('POST', path, address.host, { 'content-type': 'application/json', accept: 'application/json' });
  const breaker = makeBreaker(rule);
  const retries = makeRetryBudget();
  let answeredAt = 0;
  let witnesses = 0;

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
    for (let isFirst = true; ; isFirst = false)
      try {
        const text = await post(body, about, deadlineAt, span);
        answeredAt = Date.now();
        breaker.succeeded();
        span?.end();
        onOutcome?.({ subgraph: name, outcome: 'ok', ms: answeredAt - startedAt });
        return text;
      } catch (error) {
        if (isFirst && !mutation && isStaleConnection(error) && retries.spend()) continue;
        const { outcome, code, message } = failureOf(error);
        if (isSubgraphsOwn(error, { startedAt, givenMs: deadlineAt - startedAt })) breaker.failed();
        span?.end({ fault: outcome });
        onOutcome?.({ subgraph: name, outcome, ms: Date.now() - startedAt });
        throw fetchFault(code, message);
      }
  }

  async function post(body: string, { actor, tenant, requestId, clientAddress = null, asker }: RequestContext, deadlineAt: number, span: Span | null): Promise<string> {
    const about = { actor, tenant, requestId, deadlineAt, clientAddress };
    const head = headOfAll + linesOf(vouchingHeaders(secret, { method: 'POST', path, body }, about)) + (span ? linesOf({ traceparent: span.traceparent }) : '');
    let isWitness = false;
    const stays = (heldMs: number) => (isWitness = isNeeded(heldMs) && ++witnesses > 0);
    const waits = breaker.isOpen() ? undefined : asker; // a probe is finished: who asks and leaves would else keep the breaker open for all
    try {
      const bounds = { ms: deadlineAt - Date.now(), bytes: responseBytes, asker: waits, stays };
      const { status, text, queuedMs } = await exchange(wire, { head, body }, bounds);
      if (status === 200 || status === 400) return text;
      throw status === 504 ? outOfTime(queuedMs) : Object.assign(new Error(`The subgraph answered with status ${status}.`), { refused: isRefusal(status) });
    } finally {
      if (isWitness) witnesses--;
    }
  }

  /**
   * Whether a query is finished although its client left, since a subgraph that answers nobody would else never be found out
   * by clients of less patience than ours: only while nothing is heard from it, and no more of them than open the breaker.
   */
  function isNeeded(heldMs: number): boolean {
    return heldMs >= timeoutMs / 4 && Date.now() - answeredAt > heldMs && witnesses < rule.failures;
  }

  /** Whether a failure says anything of the subgraph; without its whole time it may be slow to one request and well. */
  function isSubgraphsOwn(error: unknown, { startedAt, givenMs }: Readonly<{ startedAt: number; givenMs: number }>): boolean {
    const fault = faultOf(error);
    if (fault !== 'timeout') return fault !== 'abandoned' && fault !== 'too large' && (error as { refused?: unknown }).refused !== true;
    if (givenMs < timeoutMs) return false;
    const queuedMs = queuedMsOf(error);
    if (queuedMs !== null) return queuedMs <= timeoutMs / 3;
    return wire.running() === 0 && wire.connectedAt() < startedAt; // who got none while others of ours did, waited for us
  }

  return { name, send, isOpen: breaker.isOpen, stop: async () => wire.stop() };
}

function failureOf(error: unknown): Readonly<{ outcome: 'timeout' | 'unavailable' | 'abandoned'; code: string; message: string }> {
  const fault = faultOf(error);
  if (fault === 'timeout') return { outcome: 'timeout', code: 'SUBGRAPH_TIMEOUT', message: TIMEOUT };
  if (fault === 'abandoned') return { outcome: 'abandoned', code: 'SUBGRAPH_UNAVAILABLE', message: ABANDONED };
  return { outcome: 'unavailable', code: 'SUBGRAPH_UNAVAILABLE', message: UNAVAILABLE };
}

const isRefusal = (status: number): boolean => status >= 400 && status < 500;

const outOfTime = (queuedMs: number) => Object.assign(new Error('The subgraph saw that there was no time left.'), { fault: 'timeout', queuedMs });

const ABANDONED = 'Nobody waits for the answer any more.';
const UNAVAILABLE = 'A part of the graph cannot be reached at the moment.';
const TIMEOUT = 'A part of the graph did not answer in time.';
