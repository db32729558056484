import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '@stromgraph/kernel/log';
import type { Identify } from './auth.ts';
import { parseJson, readBody } from './body.ts';
import { isMasked, publicError, refusedError, type Refusal } from './errors.ts';
import { answerOperation } from './execute/answer.ts';
import type { RunError } from './execute/run.ts';
import { chooseType, isJson, RESPONSE_TYPE, toOperationRequest } from './graphql-request.ts';
import { validateOperation, type Accepted, type Gate } from './limits/validate-operation.ts';
import type { Metrics } from './metrics.ts';
import { isForeign } from './origin.ts';
import type { RequestContext } from './request-context.ts';
import { newRequestId } from './request-id.ts';

export type GraphqlTools = Readonly<{
  gate: () => Gate;
  identify: Identify;
  allowedOrigins: ReadonlySet<string>;
  metrics: Metrics;
  log: Logger;
}>;

const KINDS = new Set(['query', 'mutation']);

/** The one way in for queries and mutations: GraphQL over HTTP, POST and JSON only. */
export async function serveGraphql(tools: GraphqlTools, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const startedAt = performance.now();
  const exchange: Exchange = { request, response, requestId: newRequestId(), type: chooseType(request.headers.accept), tools };
  if (isForeign(request, tools.allowedOrigins))
    return refuseRequest(exchange, 403, { code: 'FORBIDDEN', message: 'Requests from other sites are not taken.' });
  if (request.method !== 'POST')
    return refuseRequest(exchange, 405, { code: 'BAD_USER_INPUT', message: 'Send a POST request.' }, { allow: 'POST' });
  if (!isJson(request.headers)) return refuseRequest(exchange, 415, { code: 'BAD_USER_INPUT', message: 'Send application/json in UTF-8.' });
  const { limits } = tools.gate();
  const body = await readBody(request, limits.bodyBytes);
  if ('tooLarge' in body)
    return refuseRequest(
      exchange,
      413,
      {
        code: 'LIMIT_EXCEEDED',
        message: `The body is larger than ${limits.bodyBytes} bytes.`,
        limit: { limit: 'bodyBytes', value: Number(request.headers['content-length'] ?? limits.bodyBytes + 1), maximum: limits.bodyBytes },
      },
      { connection: 'close' },
    );
  if ('broken' in body) return void request.destroy();
  const operation = toOperationRequest(parseJson(body.bytes));
  if (typeof operation === 'string') return refuseRequest(exchange, 400, { code: 'BAD_USER_INPUT', message: operation });
  const identified = await tools.identify(request.headers.authorization, headerOf(request, 'x-api-key'));
  if ('refusal' in identified) return refuseIdentity(exchange, identified.refusal);
  const verdict = validateOperation(tools.gate(), operation, identified.actor, KINDS);
  if ('refusals' in verdict) return refuseOperation(exchange, verdict.refusals);
  const context = contextFor(verdict, {
    actor: identified.actor,
    requestId: exchange.requestId,
    requestMs: limits.requestMs,
    clientAddress: request.socket.remoteAddress ?? null,
  });
  const { data, errors } = await answerOperation(verdict.operation, verdict.variables, verdict.coerced, context);
  send(exchange, 200, errors.length ? `{"errors":${errorsText(exchange, errors)},"data":${data}}` : `{"data":${data}}`);
  const ms = performance.now() - startedAt;
  tools.metrics.request(verdict.name, errors.length ? 'errors' : 'ok', ms);
  tools.log.info(
    {
      requestId: exchange.requestId,
      operation: verdict.name,
      actor: identified.actor?.id,
      ms: Math.round(ms * 10) / 10,
      errors: errors.length || undefined,
    },
    'operation',
  );
}

type Exchange = Readonly<{ request: IncomingMessage; response: ServerResponse; requestId: string; type: string; tools: GraphqlTools }>;

/** An operation with a patient field has its time for one fetch too. */
export function contextFor(
  { budgetMs }: Accepted,
  {
    actor,
    requestId,
    requestMs,
    clientAddress,
  }: Pick<RequestContext, 'actor' | 'requestId'> & Readonly<{ requestMs: number; clientAddress: string | null }>,
): RequestContext {
  const context = { actor, tenant: actor?.tenant ?? null, requestId, deadlineAt: Date.now() + budgetMs, clientAddress };
  return budgetMs > requestMs ? { ...context, fetchMs: budgetMs } : context;
}

function errorsText({ requestId, tools }: Exchange, errors: readonly RunError[]): string {
  return formatErrors(errors, requestId, tools.log);
}

/** What the client may read goes out; what it may not is logged under the same request id. */
export function formatErrors(errors: readonly RunError[], requestId: string, log: Logger): string {
  for (const error of errors)
    if (isMasked(error)) log.warn({ requestId, service: error.service, path: error.path, reason: error.message }, 'error masked');
  return JSON.stringify(errors.map((error) => publicError(error, requestId)));
}

function refuseIdentity(exchange: Exchange, refusal: Refusal): void {
  if (refusal.code === 'UNAUTHENTICATED') return refuseRequest(exchange, 401, refusal, { 'www-authenticate': 'Bearer' });
  refuseRequest(exchange, 503, refusal, { 'retry-after': '1' });
}

const STATUS: Readonly<Record<string, number>> = { UNAUTHENTICATED: 401, FORBIDDEN: 403 };

function refuseOperation(exchange: Exchange, refusals: readonly Refusal[]): void {
  const status = exchange.type === RESPONSE_TYPE ? (STATUS[refusals[0]?.code ?? ''] ?? 400) : 200;
  refuseAll(exchange, status, refusals);
}

function refuseRequest(exchange: Exchange, status: number, refusal: Refusal, headers: Record<string, string> = {}): void {
  refuseAll(exchange, status, [refusal], headers);
}

function refuseAll(exchange: Exchange, status: number, refusals: readonly Refusal[], headers: Record<string, string> = {}): void {
  const { requestId, tools } = exchange;
  for (const { code } of refusals) tools.metrics.refused(code);
  tools.log.info({ requestId, status, refused: refusals[0]?.code, limit: refusals[0]?.limit?.limit, err: refusals[0]?.cause }, 'refused');
  send(exchange, status, JSON.stringify({ errors: refusals.map((refusal) => refusedError(refusal, requestId)) }), headers);
}

function send({ response, requestId, type }: Exchange, status: number, text: string, headers: Record<string, string> = {}): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-request-id': requestId,
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(text);
}

export function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
