import type { ServerResponse } from 'node:http';
import type { Logger } from '@stromgraph/kernel/log';
import { RESPONSE_TYPE, type AnswerType } from './accept.ts';
import { atEndOfTurn } from './end-of-turn.ts';
import { isMasked, publicError, refusedError, type Refusal } from './errors.ts';
import type { RunError } from './execute/run.ts';
import type { Metrics } from './metrics.ts';

/** One request's way out. */
export type Exchange = Readonly<{
  response: ServerResponse;
  requestId: string;
  type: AnswerType;
  tools: Readonly<{ metrics: Metrics; log: Logger }>;
}>;

export function sendAnswer(exchange: Exchange, data: string, errors: readonly RunError[]): void {
  if (errors.length === 0) return send(exchange, 200, `{"data":${data}}`);
  send(exchange, 200, `{"errors":${formatErrors(errors, exchange.requestId, exchange.tools.log)},"data":${data}}`);
}

/** Of one answer; the log is not for a subgraph to fill. */
const MAX_LOGGED = 10;

/** What the client may read goes out; what it may not is logged under the same request id. */
export function formatErrors(errors: readonly RunError[], requestId: string, log: Logger): string {
  const masked = errors.filter(isMasked);
  for (const { service, path, message } of masked.slice(0, MAX_LOGGED)) log.warn({ requestId, service, path, reason: message }, 'error masked');
  const others = Math.max(0, masked.length - MAX_LOGGED) + (errors.at(-1)?.times ?? 0);
  if (others > 0) log.warn({ requestId, others }, 'more errors than are told or logged');
  return JSON.stringify(errors.map((error) => publicError(error, requestId)));
}

export function refuseIdentity(exchange: Exchange, refusal: Refusal): void {
  if (refusal.code === 'UNAUTHENTICATED') return refuse(exchange, 401, [refusal], { 'www-authenticate': 'Bearer' });
  refuse(exchange, 503, [refusal], { 'retry-after': '1' });
}

/** Too much at once or too fast: the client is told when to come again, and the log is not for it to fill. */
export function refuseThrottled(exchange: Exchange, refusal: Refusal): void {
  exchange.tools.metrics.refused(refusal);
  sendRefusals(exchange, 429, [refusal], { 'retry-after': String(refusal.retryAfterSeconds ?? 1) });
}

const STATUS: Readonly<Record<string, number>> = { UNAUTHENTICATED: 401, FORBIDDEN: 403 };

/** A well-formed request for an operation that is not run; a GET that is no query is no request at all. */
export function refuseOperation(exchange: Exchange, refusals: readonly Refusal[], method: string | undefined): void {
  const [first] = refusals;
  if (first?.retryAfterSeconds !== undefined && first.limit) return refuseThrottled(exchange, first);
  if (first?.retryAfterSeconds !== undefined) return refuse(exchange, 503, refusals, { 'retry-after': String(first.retryAfterSeconds) });
  if (method === 'GET' && first?.wrongKind) return refuse(exchange, 405, refusals, { allow: 'POST' });
  refuse(exchange, exchange.type === RESPONSE_TYPE ? (STATUS[first?.code ?? ''] ?? 400) : 200, refusals);
}

export function refuse(exchange: Exchange, status: number, refusals: readonly Refusal[], headers: Readonly<Record<string, string>> = {}): void {
  const { requestId, tools } = exchange;
  for (const refusal of refusals) tools.metrics.refused(refusal);
  tools.log.info({ requestId, status, refused: refusals[0]?.code, limit: refusals[0]?.limit?.limit, err: refusals[0]?.cause }, 'refused');
  sendRefusals(exchange, status, refusals, headers);
}

function sendRefusals(exchange: Exchange, status: number, refusals: readonly Refusal[], headers: Readonly<Record<string, string>>): void {
  send(exchange, status, JSON.stringify({ errors: refusals.map((refusal) => refusedError(refusal, exchange.requestId)) }), headers);
}

function send({ response, requestId, type }: Exchange, status: number, text: string, headers: Readonly<Record<string, string>> = {}): void {
  atEndOfTurn(() => {
    if (response.destroyed || response.headersSent) return;
    const bytes = Buffer.byteLength(text);
    response.writeHead(status, {
      'content-type': `${type}; charset=utf-8`,
      'content-length': bytes,
      'cache-control': 'no-store',
      'x-request-id': requestId,
      'x-content-type-options': 'nosniff',
      ...headers,
    });
    response.end(text, bytes === text.length ? 'latin1' : 'utf8'); // ASCII is copied as it is
  });
}
