import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { hasScopes, type Actor } from '@stromgraph/kernel/auth';
import type { Logger } from '@stromgraph/kernel/log';
import type { Span } from '@stromgraph/kernel/trace';
import { STREAMED } from '@stromgraph/kernel/signature';
import { unstorableRefused, placeOfUnstorable } from '@stromgraph/kernel/told';
import { Agent, type Dispatcher } from 'undici';
import { watchAsker } from './asker.ts';
import type { Identify } from './auth.ts';
import { parseJson, readBody, streamBody, TOO_FRAGMENTED } from './body.ts';
import { makeCounter } from './counter.ts';
import type { Refusal } from './errors.ts';
import { headerOf } from './graphql-http.ts';
import { throttled, type Budgets } from './limits/budgets.ts';
import type { Limits } from './limits/limits.ts';
import type { Metrics } from './metrics.ts';
import { isForeign } from './origin.ts';
import { principalOf } from './principal.ts';
import { newRequestId } from './request-id.ts';
import { faultOf } from './rest-faults.ts';
import { headersToClient, headersToOwner } from './rest-headers.ts';
import { makeSendStreamed, type SendStreamed } from './rest-streamed.ts';
import type { FindRoute, Route } from './routes.ts';
import { traceRequest } from './tracing.ts';
import { vouchingHeaders, type Secret } from './vouching.ts';

const REQUEST_MS = 30_000;
/** A file of a gigabyte takes its time; its limit is its size. */
const STREAMED_MS = 3_600_000;
/** Of one owner: twice what one principal may have under way there (`concurrentCalls`). */
const CONNECTIONS = 32;

export type RestTools = Readonly<{
  findRoute: FindRoute;
  /** Where a subgraph listens, without a path. */
  originOf: (domain: string) => string | undefined;
  identify: Identify;
  allowedOrigins: ReadonlySet<string>;
  secret: Secret;
  budgets: Budgets;
  limits: Pick<Limits, 'operationCost' | 'concurrentCalls' | 'concurrentUploads'>;
  metrics: Pick<Metrics, 'refused'>;
  log: Logger;
}>;

export type Rest = Readonly<{
  serve: (path: string, request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
  stop: () => Promise<void>;
}>;

/** Hands the REST routes of schema/routes.json to their owners, signed; false where no route has the path. */
export function makeRest(tools: RestTools): Rest {
  const agent = new Agent({ connections: CONNECTIONS, headersTimeout: STREAMED_MS, bodyTimeout: STREAMED_MS, connect: { timeout: 3_000 } });
  const streamed = makeSendStreamed(tools.secret);
  const places = { concurrentCalls: makeCounter(), concurrentUploads: makeCounter() };

  async function serve(path: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const found = tools.findRoute(request.method ?? '', path);
    if (!found) return false;
    const requestId = newRequestId();
    const span = traceRequest(request, response, requestId, 'allow' in found ? 'other' : found.route.path);
    const call: Call = { request, response, requestId, span };
    if (isForeign(request, tools.allowedOrigins))
      refuse(call, 403, { code: 'FORBIDDEN', message: 'Requests from other sites are not taken.' });
    else if ('allow' in found)
      refuse(call, 405, { code: 'BAD_USER_INPUT', message: `This path takes ${found.allow}.` }, { allow: found.allow });
    else await handOver(call, found.route);
    return true;
  }

  async function handOver(call: Call, route: Route): Promise<void> {
    const { request } = call;
    const actor = await admit(call, route);
    if (actor === REFUSED) return;
    const principal = principalOf(actor, request.socket.remoteAddress);
    const inDebt = tools.budgets.charge(principal, tools.limits.operationCost);
    if (inDebt) return refuseThrottled(call, inDebt);
    const limit = route.streamed ? 'concurrentUploads' : 'concurrentCalls';
    const most = tools.limits[limit];
    if (!places[limit].take(principal, most)) return refuseThrottled(call, throttled(limit, most + 1, most, 1));
    await handOverTo(call, route, actor).finally(() => places[limit].release(principal));
  }

  function refuseThrottled(call: Call, refusal: Refusal): void {
    tools.metrics.refused(refusal);
    refuse(call, 429, refusal, { 'retry-after': String(refusal.retryAfterSeconds) });
  }

  async function handOverTo(call: Call, route: Route, actor: Actor | null): Promise<void> {
    const { request } = call;
    const origin = tools.originOf(route.domain);
    if (!origin) return refuse(call, 503, { code: 'SUBGRAPH_UNAVAILABLE', message: 'The owner of this path is not running.' });
    if (Number(request.headers['content-length'] ?? 0) > route.limitBytes) return refuse(call, 413, tooLarge(route));
    const body = route.streamed ? streamBody(request, route.limitBytes, (kind) => BODY_FAULTS[kind]()) : await readBody(request, route.limitBytes);
    if ('tooLarge' in body) return refuse(call, 413, tooLarge(route));
    if ('tooFragmented' in body) return refuse(call, 400, CRUMBLED);
    if ('broken' in body) return void request.destroy();
    const nul = nulIn(request.url ?? '', 'bytes' in body ? body.bytes : null);
    if (nul !== null) return refuse(call, 400, { code: 'BAD_USER_INPUT', message: unstorableRefused(nul) });
    const sent = 'bytes' in body ? body.bytes : body;
    await forward(call, route, { origin, actor, body: sent }).catch((error: unknown) => failed(call, route, error));
  }

  async function admit(call: Call, route: Route): Promise<Actor | null | typeof REFUSED> {
    if (route.scope === 'own-auth') return null;
    const identified = await tools.identify(call.request.headers.authorization, headerOf(call.request, 'x-api-key'));
    if ('refusal' in identified) {
      refuse(call, identified.refusal.code === 'UNAUTHENTICATED' ? 401 : 503, identified.refusal);
      return REFUSED;
    }
    if (hasScopes(identified.actor, route.scope)) return identified.actor;
    if (identified.actor) refuse(call, 403, { code: 'FORBIDDEN', message: `This needs the scope ${route.scope.join(' and ')}.` });
    else refuse(call, 401, { code: 'UNAUTHENTICATED', message: 'Sign in first.' }, { 'www-authenticate': 'Bearer' });
    return REFUSED;
  }

  async function forward(
    call: Call,
    route: Route,
    to: Readonly<{ origin: string; actor: Actor | null; body: Buffer | Readable }>,
  ): Promise<void> {
    const { request, response, requestId, span } = call;
    const method = (request.method ?? 'GET') as Dispatcher.HttpMethod;
    const path = request.url ?? '/';
    const ms = route.streamed ? STREAMED_MS : REQUEST_MS;
    const about = { actor: to.actor, tenant: to.actor?.tenant ?? null, requestId, deadlineAt: Date.now() + ms };
    const headers = {
      ...headersToOwner(request.headers, route),
      ...vouchingHeaders(tools.secret, { method, path, body: Buffer.isBuffer(to.body) ? to.body : STREAMED }, about),
      ...(span && { traceparent: span.traceparent }),
    };
    const { status, headers: replied, body } = await answerTo({ origin: to.origin, path, method, headers, signal: endOf(call, ms) }, to.body);
    try {
      response.writeHead(status, { ...headersToClient(replied, route), 'x-request-id': requestId });
    } catch (error) {
      body.on('error', () => {}).destroy();
      throw error;
    }
    await pipeline(body, response);
    tools.log.info({ requestId, method, path: route.path, status, actor: to.actor?.id }, 'route');
  }

  async function answerTo(to: Parameters<SendStreamed>[0] & { method: Dispatcher.HttpMethod }, body: Buffer | Readable): Promise<Reply> {
    if (Buffer.isBuffer(body)) {
      const reply = await agent.request({ ...to, body: body.length === 0 ? null : body });
      return { status: reply.statusCode, headers: reply.headers, body: reply.body };
    }
    const reply = await streamed.send(to, body);
    return { status: reply.statusCode ?? 502, headers: reply.headers, body: reply };
  }

  function failed(call: Call, route: Route, error: unknown): void {
    const { status, refusal } = faultOf(error);
    const about = { requestId: call.requestId, path: route.path };
    if (refusal.code === 'INTERNAL') tools.log.error({ ...about, err: error }, 'route failed');
    else tools.log.warn({ ...about, reason: (error as Error).message }, 'route failed');
    if (call.response.headersSent) return void call.response.destroy();
    if ((error as Error).name === TOO_LARGE) return refuse(call, 413, tooLarge(route));
    if ((error as Error).name === CRUMBS) return refuse(call, 400, CRUMBLED);
    refuse(call, status, refusal, status === 503 ? { 'retry-after': '1' } : {});
  }

  async function stop(): Promise<void> {
    streamed.stop();
    await agent.destroy();
  }

  return { serve, stop };
}

type Reply = Readonly<{ status: number; headers: IncomingHttpHeaders; body: Readable }>;

type Call = Readonly<{ request: IncomingMessage; response: ServerResponse; requestId: string; span: Span | null }>;

/** A read ends with its asker; what may write is finished whether or not somebody waits. */
function endOf({ request, response }: Call, ms: number): AbortSignal {
  const late = AbortSignal.timeout(ms);
  if (request.method !== 'GET') return late;
  const departure = new AbortController();
  watchAsker(response).ends.add(() => departure.abort(Object.assign(new Error('The asker went away.'), { code: 'ECONNRESET' })));
  return AbortSignal.any([late, departure.signal]);
}

const REFUSED = Symbol('refused');
const TOO_LARGE = 'TooLarge';
const CRUMBS = 'TooFragmented';
const CRUMBLED: Refusal = { code: 'BAD_USER_INPUT', message: TOO_FRAGMENTED };

const BODY_FAULTS = {
  tooLarge: () => Object.assign(new Error('The body is too large.'), { name: TOO_LARGE }),
  tooFragmented: () => Object.assign(new Error(TOO_FRAGMENTED), { name: CRUMBS }),
  broken: () => Object.assign(new Error('The sender went away.'), { code: 'ECONNRESET' }),
};

function tooLarge({ limitBytes }: Route): Refusal {
  return {
    code: 'LIMIT_EXCEEDED',
    message: `The body is larger than ${limitBytes} bytes.`,
    limit: { limit: 'bodyBytes', value: limitBytes + 1, maximum: limitBytes },
  };
}

/** REST errors are problem+json; a body that is refused unread closes the connection. */
function refuse(
  { request, response, requestId }: Call,
  status: number,
  { code, message, limit }: Refusal,
  headers: Record<string, string> = {},
): void {
  if (response.destroyed || response.headersSent) return;
  const text = JSON.stringify({ type: 'about:blank', title: message, status, code, requestId, ...limit });
  const close = request.complete || request.method === 'GET' ? {} : { connection: 'close' };
  response.writeHead(status, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-request-id': requestId,
    'x-content-type-options': 'nosniff',
    ...close,
    ...headers,
  });
  response.end(text);
}

/** Where an address or a JSON body has text that no owner could store. */
function nulIn(url: string, bytes: Buffer | null): string | null {
  if (/%00/.test(url)) return 'address';
  return bytes && UNSTORABLE_ESCAPE.test(bytes.toString('latin1')) ? placeOfUnstorable(parseJson(bytes), 'body') : null;
}

/** The escapes of U+0000 and of surrogates; a body is parsed for it only where it has one. */
const UNSTORABLE_ESCAPE = /\\u(0000|d[89a-f])/i;
