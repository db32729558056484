import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Actor } from '@stromgraph/kernel/auth';
import type { Logger } from '@stromgraph/kernel/log';
import type { Span } from '@stromgraph/kernel/trace';
import { chooseType, JSON_TYPE, takesEvents } from './accept.ts';
import { watchAsker } from './asker.ts';
import type { Identify } from './auth.ts';
import { atEndOfTurn } from './end-of-turn.ts';
import { answerOperation } from './execute/answer.ts';
import { refuse, refuseIdentity, refuseOperation, refuseThrottled, sendAnswer, type Exchange } from './graphql-reply.ts';
import { faultOfHead, readOperation } from './graphql-request.ts';
import type { Account, Budgets } from './limits/budgets.ts';
import { validateOperation, type Accepted, type Gate } from './limits/validate-operation.ts';
import type { EventStreams } from './live/event-streams.ts';
import type { Metrics } from './metrics.ts';
import { principalOf } from './principal.ts';
import type { RequestContext } from './request-context.ts';
import { newRequestId } from './request-id.ts';
import { traceOperation, traceRequest } from './tracing.ts';
import { whenOut } from './unread.ts';

export type GraphqlTools = Readonly<{
  gate: () => Gate;
  identify: Identify;
  budgets: Budgets;
  allowedOrigins: ReadonlySet<string>;
  events: () => EventStreams;
  metrics: Metrics;
  log: Logger;
}>;

const QUERIES = new Set(['query']);
const QUERIES_AND_MUTATIONS = new Set(['query', 'mutation']);
const SUBSCRIPTIONS = new Set(['subscription']);
const QUERIES_AND_SUBSCRIPTIONS = new Set(['query', 'subscription']);
const ALL = new Set(['query', 'mutation', 'subscription']);

/** The one way in over HTTP, for subscriptions as server-sent events too: head, who asks, how much may they, then the body. */
export async function serveGraphql(tools: GraphqlTools, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const startedAt = performance.now();
  const { headers, socket } = request;
  const exchange: Exchange = { response, requestId: newRequestId(), type: chooseType(headers.accept) ?? JSON_TYPE, tools };
  const span = traceRequest(request, response, exchange.requestId, '/graphql');
  const fault = faultOfHead(request, { allowedOrigins: tools.allowedOrigins, open: tools.gate().open });
  if (fault) return refuse(exchange, fault.status, [fault.refusal], fault.headers);
  const identified = await tools.identify(headers.authorization, headerOf(request, 'x-api-key'));
  if ('refusal' in identified) return refuseIdentity(exchange, identified.refusal);
  const principal = principalOf(identified.actor, socket.remoteAddress);
  const account = tools.budgets.enter(principal);
  if ('code' in account) return refuseThrottled(exchange, account);
  try {
    await serveAdmitted({ tools, exchange, request, actor: identified.actor, principal, account, startedAt, span });
  } finally {
    atEndOfTurn(() => whenOut(response, tools.gate().limits.unreadMs, () => tools.budgets.leave(account))); // the answer is written just before
  }
}

type Admitted = Readonly<{
  tools: GraphqlTools;
  exchange: Exchange;
  request: IncomingMessage;
  actor: Actor | null;
  principal: string;
  account: Account;
  startedAt: number;
  span: Span | null;
}>;

async function serveAdmitted({ tools, exchange, request, actor, principal, account, startedAt, span: around }: Admitted): Promise<void> {
  const { limits } = tools.gate();
  tools.budgets.spend(account, limits.operationCost);
  const operation = await readOperation(request, limits.bodyBytes);
  if (operation === null) return void request.destroy();
  if ('status' in operation) return refuse(exchange, operation.status, [operation.refusal], operation.headers);
  const gate = tools.gate(); // a body may come slowly, and the graph that was served at its head has ended meanwhile
  const judged = validateOperation(gate, operation, { actor, principal }, kindsFor(request));
  const verdict = judged instanceof Promise ? await judged : judged; // an operation that has its plan waits for nothing
  const streamed = { request, response: exchange.response, requestId: exchange.requestId };
  if ('refusals' in verdict) {
    if (isForEventsOnly(request)) return tools.events().refuse(streamed, verdict.refusals);
    return refuseOperation(exchange, verdict.refusals, request.method);
  }
  if (exchange.response.destroyed && verdict.operation.kind !== 'mutation') return; // its client left while it was planned
  tools.budgets.spend(account, verdict.cost);
  if (verdict.operation.kind === 'subscription') return tools.events().open(streamed, verdict, actor);
  using _held = verdict.ways.hold();
  const span = traceOperation(around, verdict);
  const context = contextFor(verdict, {
    actor,
    principal,
    span,
    requestId: exchange.requestId,
    requestMs: limits.requestMs,
    clientAddress: request.socket.remoteAddress ?? null,
    asker: verdict.operation.kind === 'query' ? watchAsker(exchange.response) : undefined,
  });
  const { data, errors } = await answerOperation(verdict.operation, verdict.variables, verdict.coerced, context);
  span?.end(errors.length ? { fault: errors[0]?.code } : {});
  sendAnswer(exchange, data, errors);
  const ms = performance.now() - startedAt;
  tools.metrics.request(verdict.name, errors.length ? 'errors' : 'ok', ms);
  tools.log.info(
    {
      requestId: exchange.requestId,
      operation: verdict.name,
      actor: actor?.id,
      ms: Math.round(ms * 10) / 10,
      errors: errors.length || undefined,
    },
    'operation',
  );
}

/** GET writes nothing, and one answer holds no stream: subscriptions are for those who take events. */
function kindsFor(request: IncomingMessage): ReadonlySet<string> {
  if (!takesEvents(request.headers.accept)) return request.method === 'GET' ? QUERIES : QUERIES_AND_MUTATIONS;
  if (isForEventsOnly(request)) return SUBSCRIPTIONS;
  return request.method === 'GET' ? QUERIES_AND_SUBSCRIPTIONS : ALL;
}

const isForEventsOnly = ({ headers: { accept } }: IncomingMessage): boolean => chooseType(accept) === null && takesEvents(accept);

/** An operation with a patient field has its time for one fetch too. */
export function contextFor(
  { budgetMs }: Accepted,
  {
    actor,
    principal,
    requestId,
    requestMs,
    clientAddress,
    span = null,
    asker,
  }: Pick<RequestContext, 'actor' | 'principal' | 'requestId' | 'span' | 'asker'> & Readonly<{ requestMs: number; clientAddress: string | null }>,
): RequestContext {
  const fetchMs = budgetMs > requestMs ? budgetMs : undefined;
  return { actor, principal, tenant: actor?.tenant ?? null, requestId, deadlineAt: Date.now() + budgetMs, fetchMs, clientAddress, span, asker };
}

export function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
