// Serves one domain: GraphQL over HTTP and WebSocket and its REST routes, to requests that the gateway has signed.
import type { Readable } from 'node:stream';
import { ApolloServer, HeaderMap } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled, ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { fastify, type FastifyInstance, type FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { inCause } from './cause.ts';
import { type Db, nowhere } from './database.ts';
import { type Deadline, makeDeadline } from './deadline.ts';
import { isNotStorable, maskError, NOT_STORABLE } from './masking.ts';
import { asProblem } from './problem-json.ts';
import { isReady } from './readiness.ts';
import type { Context, Runtime } from './runtime.ts';
import { contextOn } from './runtime.ts';
import { buildSchema } from './schema.ts';
import { type Envelope, ENVELOPE_HEADER, makeVerifier, SIGNATURE_HEADER, STREAMED } from './signature.ts';
import { DIGEST_TRAILER, openStream } from './signed-stream.ts';
import { serveSubscriptions } from './subgraph-socket.ts';
import { type SpanOptions, startSpan, step } from './trace.ts';

export type { FastifyInstance, FastifyRequest } from 'fastify';

const MAX_BODY_BYTES = 8_000_000;
const DRAIN_MS = 8_000;
const IDLE_CHECK_MS = 20;

export type Subgraph = Readonly<{ url: string; port: number; stop: () => Promise<void> }>;
export type RouteTools<Prisma, Loaders> = Readonly<{ contextOf: (request: FastifyRequest) => Context<Prisma, Loaders> }>;
type Options<Prisma, Loaders> = Readonly<{
  sdl: string;
  resolvers: object;
  loaders: (db: Db<Prisma>) => Loaders;
  /** REST routes; a route with `config: { streamed: true }` gets its body as a stream. */
  routes?: (app: FastifyInstance, tools: RouteTools<Prisma, Loaders>) => void | Promise<void>;
  port?: number;
  host?: string;
}>;

declare module 'fastify' {
  interface FastifyContextConfig {
    streamed?: boolean;
  }
}

export async function startSubgraph<Prisma, Loaders>(runtime: Runtime<Prisma>, options: Options<Prisma, Loaders>): Promise<Subgraph> {
  const schema: GraphQLSchema = buildSchema(options.sdl, options.resolvers);
  const verify = makeVerifier(runtime.gatewaySecret);
  const contextOf = (envelope: Envelope, deadline?: Deadline): Context<Prisma, Loaders> => {
    const db = dbOf(runtime, envelope);
    return contextOn(runtime, deadline ? db.within(deadline) : db, envelope, options.loaders);
  };
  const apollo = new ApolloServer<Context<Prisma, Loaders>>({
    schema,
    introspection: false,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: false, // nobody but the gateway gets here
    plugins: [ApolloServerPluginLandingPageDisabled(), ApolloServerPluginInlineTraceDisabled()],
    formatError: (formatted, error) => maskError(formatted, error, runtime.log),
    logger: runtime.log,
    stopOnTerminationSignals: false,
  });
  await apollo.start();

  const app = fastify({ bodyLimit: MAX_BODY_BYTES, forceCloseConnections: 'idle' });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (request, payload, done) => {
    if (request.routeOptions.config.streamed) return done(null, payload);
    const limit = request.routeOptions.bodyLimit ?? MAX_BODY_BYTES;
    const chunks: Buffer[] = [];
    let size = 0;
    payload.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
    });
    payload.once('error', done);
    payload.once('end', () => (size > limit ? done(Object.assign(new Error('body too large'), { statusCode: 413 })) : done(null, Buffer.concat(chunks))));
  });
  const envelopes = new WeakMap<FastifyRequest, Envelope>();
  const deadlines = new WeakMap<FastifyRequest, Deadline>();
  app.addHook('preValidation', async (request, reply) => {
    const { streamed } = request.routeOptions.config;
    const body = streamed ? STREAMED : ((request.body as Buffer | undefined) ?? '');
    const signature = header(request, SIGNATURE_HEADER);
    const envelope = verify({ method: request.method, path: request.raw.url!, body }, { envelope: header(request, ENVELOPE_HEADER), signature });
    if (!envelope || (streamed && !request.body)) return reply.code(401).type('application/problem+json').send({ title: 'The request is not signed by the gateway.', status: 401 });
    envelopes.set(request, envelope);
    const deadline = makeDeadline(envelope.deadlineAt);
    if (deadline.passed()) return reply.code(504).type('application/problem+json').send({ title: 'Nobody waits for an answer any more.', status: 504 });
    deadlines.set(request, deadline);
    if (streamed) request.body = openStream(request.body as Readable, { secret: runtime.gatewaySecret, signature: signature! }, () => request.raw.trailers[DIGEST_TRAILER]);
    // What a file has brought stays, so its last rows are stored although its sender is gone; everything else ends with its asker.
    reply.raw.once('close', () => (streamed || reply.raw.writableFinished ? deadline.settle() : deadline.cut()));
  });
  app.addHook('preHandler', (request, reply, done) => {
    const { requestId } = envelopes.get(request)!;
    const traceparent = header(request, 'traceparent');
    const path = request.routeOptions.url ?? '';
    const span = startSpan({ service: runtime.domain, name: `${request.method} ${path}`, kind: 'server', under: { requestId, traceparent }, attributes: { 'http.request.method': request.method, 'http.route': path } });
    if (span) reply.raw.once('close', () => span.end({ attributes: { 'http.response.status_code': reply.statusCode } }));
    inCause({ requestId, span }, done);
  });
  app.addHook('preSerialization', async (request, reply, payload) => asProblem(payload, reply.statusCode, reply.getHeader('content-type'), envelopes.get(request)?.requestId));
  app.setNotFoundHandler((_, reply) => reply.code(404).type('application/problem+json').send({ title: 'There is nothing here.', status: 404 }));
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    if (isNotStorable(error)) return reply.code(400).type('application/problem+json').send({ title: NOT_STORABLE, status: 400 });
    const status = error.statusCode && error.statusCode < 500 ? error.statusCode : 500;
    const requestId = envelopes.get(request)?.requestId;
    if (status === 500) runtime.log.error({ err: error, requestId }, 'request failed');
    return reply.code(status).type('application/problem+json').send({ title: status === 500 ? 'Something went wrong on our side.' : error.message, status });
  });
  app.post('/graphql', async (request, reply) => {
    const envelope = envelopes.get(request)!;
    const body = JSON.parse((request.body as Buffer).toString('utf8')) as { query?: unknown };
    const answer = await step(executionOf(runtime.domain, String(body.query)), () =>
      apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: { method: 'POST', headers: new HeaderMap([['content-type', 'application/json']]), search: '', body },
        context: async () => contextOf(envelope, deadlines.get(request)),
      }),
    );
    if (answer.body.kind !== 'complete') throw new Error('incremental delivery is not offered');
    return reply.code(answer.status ?? 200).type('application/json').send(answer.body.string);
  });
  app.get('/internal/ready', async (_, reply) => {
    const ready = await isReady(runtime);
    return reply.code(ready ? 200 : 503).send(ready ? { ready } : { ready, reason: 'database' });
  });
  await options.routes?.(app, { contextOf: (request) => contextOf(envelopes.get(request)!, deadlines.get(request)) });
  await app.listen({ host: options.host ?? '127.0.0.1', port: options.port ?? 0 });
  const address = app.server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const sockets = serveSubscriptions({ server: app.server, schema, verify, contextOf: (envelope) => contextOf(envelope), log: runtime.log });
  return {
    port,
    url: `http://${options.host ?? '127.0.0.1'}:${port}/graphql`,
    stop: async () => {
      await sockets.stop();
      await drain(app);
      await apollo.stop();
    },
  };
}

/** As the planner writes operations: kind and name come first. */
function executionOf(service: string, query: string): Omit<SpanOptions, 'under'> {
  const [, type = 'query', name] = /^\s*(query|mutation)\b\s*(\w+)?/.exec(query) ?? [];
  const attributes = { 'graphql.operation.type': type, ...(name && { 'graphql.operation.name': name }) };
  return { service, name: name ? `${type} ${name}` : type, kind: 'internal', attributes };
}

/** What runs is answered within its time; connections that are kept open for more are not waited for. */
async function drain(app: FastifyInstance): Promise<void> {
  const idle = setInterval(() => app.server.closeIdleConnections(), IDLE_CHECK_MS);
  const late = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS);
  await app.close();
  clearInterval(idle);
  clearTimeout(late);
}

function dbOf<Prisma>(runtime: Runtime<Prisma>, envelope: Envelope): Db<Prisma> {
  const name = envelope.actor?.tenant ?? envelope.tenant ?? (runtime.tenants.size === 1 ? [...runtime.tenants.keys()][0]! : '');
  if (name === '') return nowhere(runtime.domain);
  const tenant = runtime.tenants.get(name);
  if (!tenant) throw new Error(`there is no tenant ${name}`);
  const db = envelope.actor?.customerId ? tenant.own(envelope.actor.customerId) : tenant.db;
  return db.causedBy({ correlationId: envelope.requestId });
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}
