import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { makeLog, type Logger } from '@stromgraph/kernel/log';
import { makeVerifyToken, remoteKeys, type TokenRule } from './access-token.ts';
import { makeResolveApiKey } from './api-key.ts';
import { makeIdentify, type Identify } from './auth.ts';
import { makeCounter } from './counter.ts';
import type { TrustedDocuments } from './documents/trusted-documents.ts';
import { serveGraphiql } from './graphiql.ts';
import { serveGraphql } from './graphql-http.ts';
import { makeAskAll, sendJson, serveReadiness } from './health.ts';
import { makeBudgets } from './limits/budgets.ts';
import { LIMITS, type Limits } from './limits/limits.ts';
import type { Introspection } from './limits/rights.ts';
import { makeHub } from './live/hub.ts';
import { makeLive } from './live/server.ts';
import { LIVE_LIMITS, type LiveLimits } from './live/sockets.ts';
import { SUBSCRIPTION_LIMITS, type SubscriptionLimits } from './live/subscription.ts';
import { makeMetrics } from './metrics.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { operationNamesOf } from './operation-names.ts';
import { readGraphFiles, watchGraphFiles, type GraphFiles } from './reload/graph-files.ts';
import type { GraphSource } from './reload/graph.ts';
import { startGraphs } from './reload/graphs.ts';
import { admitSite } from './origin.ts';
import { newRequestId } from './request-id.ts';
import { planBeside } from './planning/plan-beside.ts';
import type { StartPlanner } from './planning/planner.ts';
import { makeRest } from './rest.ts';
import { serveFile } from './static-files.ts';
import { readingsOf } from './readings.ts';
import { STOP_LIMITS, type StopLimits } from './stop-limits.ts';
import { SUBGRAPH_LIMITS, type SubgraphLimits } from './subgraph-fetch.ts';
import type { Secret } from './vouching.ts';
import { hearWithdrawnAccess, NOTHING_WITHDRAWN, type WithdrawnAccess } from './withdrawn-access.ts';

export type GatewayOptions = Readonly<{
  supergraphSdl: string;
  /** Where each subgraph answers GraphQL; those in the supergraph file hold for the others. */
  subgraphs: Readonly<Record<string, string>>;
  /** The entries of schema/routes.json. */
  routes?: readonly unknown[];
  /** Where all of that lies: a change there is a new version of the graph. */
  graphFiles?: GraphFiles;
  port?: number;
  host?: string;
  secret: Secret;
  /** Where keys come from; null serves everybody without sign-in. */
  tokens: (TokenRule & Readonly<{ jwksUrl: string; apiKeyUrl: string; withdrawalsUrl?: string }>) | null;
  limits?: Partial<Limits>;
  liveLimits?: Partial<LiveLimits>;
  subscriptionLimits?: Partial<SubscriptionLimits>;
  subgraphLimits?: Partial<SubgraphLimits>;
  introspection?: Introspection;
  /** Sites besides the own one that browsers may call from. */
  allowedOrigins?: readonly string[];
  stopLimits?: Partial<StopLimits>;
  /** What a `documentId` leads to, and whether free text is taken beside it. */
  documents?: TrustedDocuments;
  /** A folder whose files are served at `/`. */
  page?: string;
  production?: boolean;
  log?: Logger;
  /** Where plans are made, if not in a thread of their own: for tests of many graphs. */
  startPlanner?: StartPlanner;
}>;

export type Gateway = Readonly<{
  url: string;
  port: number;
  /** Serves what its files hold now, or what `read` returns; false, and all stays as it was, where that is no graph. */
  reload: (read?: () => GraphSource) => Promise<boolean>;
  stop: () => Promise<void>;
}>;

const HEADERS_MS = 10_000;
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
  const open = options.tokens === null;
  const first = { supergraphSdl: options.supergraphSdl, routes: options.routes ?? [], documents: options.documents?.texts };
  const graphs = await startGraphs(
    first,
    {
      subgraphs: options.subgraphs,
      secret,
      limits: options.subgraphLimits,
      metrics: () => metrics,
      startPlanner: options.startPlanner ?? planBeside(limits, { planned: (outcome, ms) => metrics.planned(outcome, ms), restarted: () => metrics.plannerRestarted() }),
      operationLimits: limits,
      introspection: options.introspection ?? (open ? 'open' : production ? 'off' : 'staff'),
      open,
      trustedOnly: options.documents?.only ?? false,
    },
    log,
  );
  const budgets = makeBudgets(limits);
  const subscribers = makeCounter();
  const liveLimits: LiveLimits = { ...LIVE_LIMITS, ...options.liveLimits };
  const subscriptionLimits: SubscriptionLimits = { ...SUBSCRIPTION_LIMITS, ...options.subscriptionLimits };
  let running = 0;
  const hub = makeHub();
  const metrics = makeMetrics({
    operations: operationNamesOf(options.documents?.texts.values() ?? []),
    readings: readingsOf({
      running: () => running,
      principals: budgets.principals,
      subscribers: subscribers.total,
      graphs,
      sockets: () => live.sockets(),
      streams: () => live.events.count(),
      withdrawals: withdrawn.connected,
      limits: { ...limits, live: liveLimits, subscription: subscriptionLimits, subgraph: { ...SUBGRAPH_LIMITS, ...options.subgraphLimits } },
    }),
  });
  const graphql = { gate: graphs.current, identify, budgets, allowedOrigins, events: () => live.events, metrics, log };
  const rest = makeRest({
    findRoute: (method, path) => graphs.current().findRoute(method, path),
    originOf: (name) => originOf(graphs.current().urls.get(name)),
    identify,
    allowedOrigins,
    secret,
    budgets,
    limits,
    metrics,
    log,
  });
  const live = makeLive({
    allowedOrigins,
    tools: {
      gate: graphs.current,
      identify,
      withdrawn,
      budgets,
      open,
      limits: liveLimits,
      subscriptionLimits,
      users: makeCounter(),
      subscribers,
      hub,
      metrics,
      log,
    },
  });
  const askAll = makeAskAll(secret, () => graphs.current().urls);
  let stopping = false;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers.origin !== undefined && admitSite(request, response, allowedOrigins)) return;
    const path = pathOf(request);
    if (path === '/graphql') return serveGraphql(graphql, request, response);
    if (await rest.serve(path, request, response)) return;
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return nothingHere(response);
    if (path === '/health/live') return sendJson(response, 200, { live: true });
    if (path === '/health/ready') return serveReadiness(response, { stopping, warm: graphs.warm() }, askAll);
    if (path === '/metrics')
      return void response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(await metrics.text());
    if (!production && (await serveGraphiql(path, request, response))) return;
    if (options.page !== undefined && (await serveFile(options.page, path, request, response))) return;
    nothingHere(response);
  }

  const ended = () => void running--;

  function begin(request: IncomingMessage, response: ServerResponse): void {
    running++;
    if (stopping) response.setHeader('connection', 'close'); // the next request of a kept connection goes elsewhere
    response.on('close', ended); // it comes once: `once` would make another function for it
    serve(request, response).catch((error: unknown) => failed(log, response, error));
  }

  const server = createServer({ headersTimeout: HEADERS_MS, requestTimeout: 0, keepAliveTimeout: 65_000 }, oneAtATime(begin));
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const isLive = pathOf(request) === '/graphql';
    if (isLive && !stopping) return live.upgrade(request, socket, head);
    const status = isLive ? '503 Service Unavailable' : '404 Not Found';
    socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  });
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve),
  );
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;

  const { graphFiles } = options;
  const reload = (read = () => (graphFiles ? readGraphFiles(graphFiles) : first)) => graphs.reload(read);
  const unwatch = graphFiles ? watchGraphFiles(graphFiles, () => void reload()) : () => {};

  /** Not ready first; then no new work, sockets are told to go elsewhere, and what runs is finished within its time. */
  async function stop(): Promise<void> {
    const { noticeMs, drainMs } = { ...STOP_LIMITS, ...options.stopLimits };
    stopping = true;
    unwatch();
    if (noticeMs > 0) await pause(noticeMs);
    const closed = new Promise((resolve) => server.close(resolve));
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS); // each as its last answer is out
    await live.stop();
    const late = setTimeout(() => server.closeAllConnections(), drainMs);
    await closed;
    clearInterval(idle);
    clearTimeout(late);
    budgets.stop();
    await rest.stop();
    await withdrawn.stop();
    await graphs.stop();
  }

  return { url: `http://${options.host ?? '127.0.0.1'}:${port}/graphql`, port, reload, stop };
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
