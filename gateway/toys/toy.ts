// Small subgraphs for tests and benches: real federation, real signatures, nothing of the product's.
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { ENVELOPE_HEADER, makeVerifier, SIGNATURE_HEADER, type Envelope } from '@stromgraph/kernel/signature';
import { execute, GraphQLError, parse, validate, type GraphQLSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { composeToys } from './compose.ts';

const READY = '{"ready":true}';

export const SECRET = 'a secret for tests';

// oxlint-disable-next-line typescript/no-explicit-any -- resolvers of toys are as loose as their tests need
type Resolvers = any;

export type ToyDefinition = Readonly<{ name: string; sdl: string; resolvers: Resolvers }>;

/** What a test may do to a subgraph's answers. */
export type Misbehaviour = (text: string, response: ServerResponse) => void;

export type Toy = Readonly<{
  name: string;
  url: string;
  /** The bodies of all requests, in order. */
  requests: { query: string; variables?: Record<string, unknown> }[];
  envelopes: Envelope[];
  headers: IncomingHttpHeaders[];
  misbehave: (how: Misbehaviour | null) => void;
  /** Open connections, sockets included. */
  connections: () => Promise<number>;
  /** Ends every upstream socket, as a crash would. */
  dropSockets: () => void;
  stop: () => Promise<void>;
}>;

export async function startToy({ name, sdl, resolvers }: ToyDefinition, options: { signed?: boolean; port?: number } = {}): Promise<Toy> {
  const { signed = true } = options;
  const schema = toySchema({ sdl, resolvers });
  const verify = makeVerifier(SECRET);
  const requests: Toy['requests'] = [];
  const envelopes: Envelope[] = [];
  const headers: IncomingHttpHeaders[] = [];
  let misbehaviour: Misbehaviour | null = null;

  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    if (signed) {
      const envelope = verify(
        { method: request.method ?? '', path: request.url ?? '', body },
        { envelope: one(request, ENVELOPE_HEADER), signature: one(request, SIGNATURE_HEADER) },
      );
      if (!envelope) return void response.writeHead(401).end();
      if (request.url === '/internal/ready') return misbehaviour ? misbehaviour(READY, response) : void response.end(READY);
      envelopes.push(envelope);
    }
    headers.push(request.headers);
    const asked = JSON.parse(body) as Toy['requests'][number];
    requests.push(asked);
    const text = await answer(schema, asked, envelopes.at(-1));
    if (misbehaviour) return misbehaviour(text, response);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
  });
  const sockets = new WebSocketServer({
    server,
    path: '/graphql',
    verifyClient: ({ req }: { req: IncomingMessage }) =>
      !signed ||
      verify(
        { method: 'GET', path: req.url ?? '', body: '' },
        { envelope: one(req, ENVELOPE_HEADER), signature: one(req, SIGNATURE_HEADER) },
      ) !== null,
  });
  const disposable = useServer(
    {
      schema,
      onSubscribe: (_ctx, _id, payload) => {
        const body = JSON.stringify({ query: payload.query, variables: payload.variables ?? {} });
        const envelope = verify({ method: 'WS', path: '/graphql', body }, (payload.extensions?.stromgraph ?? {}) as never);
        if (signed && !envelope) return [new GraphQLError('not signed')];
        const document = parse(payload.query);
        const faults = validate(schema, document);
        if (faults.length) return faults;
        requests.push({ query: payload.query, variables: payload.variables ?? {} });
        return { schema, document, variableValues: payload.variables ?? {}, contextValue: { envelope } };
      },
    },
    sockets,
  );
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    name,
    url: `http://127.0.0.1:${port}/graphql`,
    requests,
    envelopes,
    headers,
    misbehave: (how) => void (misbehaviour = how),
    connections: () => new Promise((resolve) => server.getConnections((_, count) => resolve(count))),
    dropSockets: () => sockets.clients.forEach((socket) => socket.terminate()),
    stop: async () => {
      if (!server.listening) return;
      await disposable.dispose();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function toySchema({ sdl, resolvers }: Pick<ToyDefinition, 'sdl' | 'resolvers'>): GraphQLSchema {
  return buildSubgraphSchema({ typeDefs: parse(composeToys.header + sdl), resolvers });
}

async function answer(
  schema: GraphQLSchema,
  { query, variables }: Toy['requests'][number],
  envelope: Envelope | undefined,
): Promise<string> {
  const document = parse(query);
  const errors = validate(schema, document);
  if (errors.length) return JSON.stringify({ errors });
  return JSON.stringify(await execute({ schema, document, variableValues: variables ?? {}, contextValue: { envelope } }));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function one(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}
