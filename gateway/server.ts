import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { makeLog, type Logger } from '@stromgraph/kernel/log';
import { makeVerifyToken, remoteKeys, type TokenRule } from './access-token.ts';
import { makeResolveApiKey } from './api-key.ts';
import { makeIdentify, type Identify } from './auth.ts';
import { startEngine } from './engine.ts';
import { serveGraphiql } from './graphiql.ts';
import { serveGraphql } from './graphql-http.ts';
import { makeAskAll, sendJson, serveReadiness } from './health.ts';
import { LIMITS, type Limits } from './limits/limits.ts';
import { makeOperationCache } from './limits/operation-cache.ts';
import type { Introspection } from './limits/rights.ts';
import type { Gate } from './limits/validate-operation.ts';
import { makeLive } from './live/server.ts';
import { LIVE_LIMITS, makeCounter, type LiveLimits } from './live/sockets.ts';
import { SUBSCRIPTION_LIMITS, type SubscriptionLimits } from './live/subscription.ts';
import { makeMetrics } from './metrics.ts';
import { newRequestId } from './request-id.ts';
import { makeRest } from './rest.ts';
import { compileRoutes } from './routes.ts';
import { serveFile } from './static-files.ts';
import type { SubgraphLimits } from './subgraph-fetch.ts';
import { hearWithdrawnAccess, NOTHING_WITHDRAWN, type WithdrawnAccess } from './withdrawn-access.ts';

export type GatewayOptions = Readonly<{
  supergraphSdl: string;
  /** Where each subgraph answers GraphQL; those in the supergraph file hold for the others. */
  subgraphs: Readonly<Record<string, string>>;
  /** The entries of schema/routes.json. */
  routes?: readonly unknown[];
  port?: number;
  host?: string;
  /** Shared with the subgraphs, which believe only what it has signed. */
  secret: string;
  /** Where keys come from; null serves everybody without sign-in. */
  tokens: (TokenRule & Readonly<{ jwksUrl: string; apiKeyUrl: string; withdrawalsUrl?: string }>) | null;
  limits?: Partial<Limits>;
  liveLimits?: Partial<LiveLimits>;
  subscriptionLimits?: Partial<SubscriptionLimits>;
  subgraphLimits?: Partial<SubgraphLimits>;
  introspection?: Introspection;
  /** Sites besides the own one that browsers may call from. */
  allowedOrigins?: readonly string[];
  /** A folder whose files are served at `/`. */
  page?: string;
  production?: boolean;
  log?: Logger;
}>;

export type Gateway = Readonly<{ url: string; port: number; stop: () => Promise<void> }>;

const HEADERS_MS = 10_000;
const DRAIN_MS = 10_000;
const IDLE_CHECK_MS = 20;

/** Everything a client touches, on one port. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { secret, production = false } = options;
  const log = options.log ?? makeLog('gateway');
  const limits: Limits = { ...LIMITS, ...options.limits };
  const withdrawalsUrl = options.tokens?.withdrawalsUrl;
  const withdrawn = withdrawalsUrl === undefined ? NOTHING_WITHDRAWN : hearWithdrawnAccess({ url: withdrawalsUrl, secret, log });
  const identify = identifyWith(options, withdrawn);
  const allowedOrigins = new Set(options.allowedOrigins ?? []);
  const engine = await startEngine({
    supergraphSdl: options.supergraphSdl,
    subgraphs: options.subgraphs,
    secret,
    limits: options.subgraphLimits,
    metrics: () => metrics,
  });
  const open = options.tokens === null;
  const introspection = options.introspection ?? (open ? 'open' : production ? 'off' : 'staff');
  const gate: Gate = { engine: engine.tools, limits, introspection, open, cache: makeOperationCache(limits.cacheBytes) };
  const subscribers = makeCounter();
  const metrics = makeMetrics({
    subscribers: subscribers.total,
    sockets: () => live.sockets(),
    cachedOperations: () => gate.cache.size(),
    cachedBytes: () => gate.cache.bytes(),
    openBreakers: engine.openBreakers,
    connectedWithdrawals: withdrawn.connected,
  });
  const graphql = { gate: () => gate, identify, allowedOrigins, metrics, log };
  const rest = makeRest({
    findRoute: compileRoutes(options.routes ?? []),
    originOf: (name) => originOf(engine.urls.get(name)),
    identify,
    allowedOrigins,
    secret,
    log,
  });
  const live = makeLive({
    allowedOrigins,
    connection: {
      gate: () => gate,
      identify,
      withdrawn,
      open,
      limits: { ...LIVE_LIMITS, ...options.liveLimits },
      subscriptionLimits: { ...SUBSCRIPTION_LIMITS, ...options.subscriptionLimits },
      users: makeCounter(),
      subscribers,
      primaryOf: ({ operation }) => engine.primaryOf(operation),
      sourceOf: engine.sourceOf,
      metrics,
      log,
    },
  });
  const askAll = makeAskAll(secret, engine.urls);
  let stopping = false;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request);
    if (path === '/graphql') return serveGraphql(graphql, request, response);
    if (await rest.serve(path, request, response)) return;
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return nothingHere(response);
    if (path === '/health/live') return sendJson(response, 200, { live: true });
    if (path === '/health/ready') return serveReadiness(response, stopping, askAll);
    if (path === '/metrics')
      return void response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(await metrics.text());
    if (!production && (await serveGraphiql(path, request, response))) return;
    if (options.page !== undefined && (await serveFile(options.page, path, request, response))) return;
    nothingHere(response);
  }

  const server = createServer({ headersTimeout: HEADERS_MS, requestTimeout: 0, keepAliveTimeout: 65_000 }, (request, response) => {
    serve(request, response).catch((error: unknown) => failed(log, response, error));
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (pathOf(request) === '/graphql' && !stopping) live.upgrade(request, socket, head);
    else socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  });
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve),
  );
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;

  /** No new work, what runs is finished within the budget, sockets are told to go elsewhere. */
  async function stop(): Promise<void> {
    stopping = true;
    const closed = new Promise((resolve) => server.close(resolve));
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS); // each as its last answer is out
    await live.stop();
    const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    await closed;
    clearInterval(idle);
    clearTimeout(late);
    await rest.stop();
    await withdrawn.stop();
    await engine.stop();
  }

  return { url: `http://${options.host ?? '127.0.0.1'}:${port}/graphql`, port, stop };
}

function identifyWith({ tokens, secret, production }: GatewayOptions, withdrawn: WithdrawnAccess): Identify {
  if (tokens)
    return makeIdentify(
      makeVerifyToken(tokens, remoteKeys(secret, tokens.jwksUrl)),
      makeResolveApiKey(secret, tokens.apiKeyUrl),
      withdrawn,
    );
  if (production) throw new Error('A graph that is open to everybody is not served in production.');
  return () => ({ actor: null });
}

function pathOf(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

function originOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : new URL(url).origin;
}

function nothingHere(response: ServerResponse): void {
  const requestId = newRequestId();
  const problem = { type: 'about:blank', title: 'There is nothing here.', status: 404, code: 'BAD_USER_INPUT', requestId };
  sendJson(response, 404, problem, { 'content-type': 'application/problem+json', 'x-request-id': requestId });
}

function failed(log: Logger, response: ServerResponse, error: unknown): void {
  const requestId = newRequestId();
  log.error({ err: error, requestId }, 'request failed');
  if (response.headersSent) return void response.destroy();
  sendJson(response, 500, {
    errors: [
      { message: 'Something went wrong on our side; the request id leads to the details.', extensions: { code: 'INTERNAL', requestId } },
    ],
  });
}
