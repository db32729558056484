// Serves one domain: GraphQL over HTTP and WebSocket and its REST routes, to requests that the gateway has signed.
import { ApolloServer, HeaderMap } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled, ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { fastify, type FastifyInstance, type FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { type Db, nowhere } from './database.ts';
import { isNotStorable, maskError, NOT_STORABLE } from './masking.ts';
import { asProblem } from './problem-json.ts';
import type { Context, Runtime } from './runtime.ts';
import { contextOn } from './runtime.ts';
import { buildSchema } from './schema.ts';
import { type Envelope, ENVELOPE_HEADER, makeVerifier, SIGNATURE_HEADER, STREAMED } from './signature.ts';
import { serveSubscriptions } from './subgraph-socket.ts';

export type { FastifyInstance, FastifyRequest } from 'fastify';

const MAX_BODY_BYTES = 8_000_000;

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
  const contextOf = (envelope: Envelope): Context<Prisma, Loaders> => contextOn(runtime, dbOf(runtime, envelope), envelope, options.loaders);
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

  const app = fastify({ bodyLimit: MAX_BODY_BYTES, forceCloseConnections: true });
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
  app.addHook('preValidation', async (request, reply) => {
    const body = request.routeOptions.config.streamed ? STREAMED : ((request.body as Buffer | undefined) ?? '');
    const envelope = verify({ method: request.method, path: request.raw.url!, body }, { envelope: header(request, ENVELOPE_HEADER), signature: header(request, SIGNATURE_HEADER) });
    if (!envelope) return reply.code(401).type('application/problem+json').send({ title: 'The request is not signed by the gateway.', status: 401 });
    envelopes.set(request, envelope);
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
    const answer = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: 'POST', headers: new HeaderMap([['content-type', 'application/json']]), search: '', body: JSON.parse((request.body as Buffer).toString('utf8')) },
      context: async () => contextOf(envelope),
    });
    if (answer.body.kind !== 'complete') throw new Error('incremental delivery is not offered');
    return reply.code(answer.status ?? 200).type('application/json').send(answer.body.string);
  });
  await options.routes?.(app, { contextOf: (request) => contextOf(envelopes.get(request)!) });
  await app.listen({ host: options.host ?? '127.0.0.1', port: options.port ?? 0 });
  const address = app.server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const sockets = serveSubscriptions({ server: app.server, schema, verify, contextOf, log: runtime.log });
  return {
    port,
    url: `http://${options.host ?? '127.0.0.1'}:${port}/graphql`,
    stop: async () => {
      await sockets.stop();
      await app.close();
      await apollo.stop();
    },
  };
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
