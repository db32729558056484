import type { IncomingMessage, Server } from 'node:http';
import { type ExecutionArgs, GraphQLError, parse, subscribe, validate, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { inCause } from './cause.ts';
import { maskError } from './masking.ts';
import type { Logger } from './log.ts';
import type { Context } from './runtime.ts';
import { type Envelope, ENVELOPE_HEADER, SIGNATURE_HEADER, type Verifier } from './signature.ts';

type Signed = { envelope?: string; signature?: string } | undefined;

const signedIn = ({ headers }: IncomingMessage) => ({ envelope: headers[ENVELOPE_HEADER] as string | undefined, signature: headers[SIGNATURE_HEADER] as string | undefined });

const unsigned = () => new GraphQLError('The subscription is not signed by the gateway.', { extensions: { code: 'UNAUTHENTICATED' } });

/** Subscriptions for the gateway: the upgrade and each subscribe message are signed; each message says for whom it asks. */
export function serveSubscriptions({ server, schema, verify, contextOf, log }: {
  server: Server;
  schema: GraphQLSchema;
  verify: Verifier;
  contextOf: (envelope: Envelope) => Context<any, any>;
  log: Logger;
}): { stop: () => Promise<void> } {
  const sockets = new WebSocketServer({ server, path: '/graphql', maxPayload: 1_000_000, verifyClient: ({ req }: { req: IncomingMessage }) => verify({ method: 'GET', path: req.url ?? '', body: '' }, signedIn(req)) !== null });
  const masked = (errors: readonly GraphQLError[]): GraphQLFormattedError[] => errors.map((error) => maskError(error.toJSON(), error, log));
  const disposable = useServer(
    {
      schema,
      onSubscribe: (_ctx, _id, payload) => {
        const said = payload.extensions?.['stromgraph'] as Signed;
        const body = JSON.stringify({ query: payload.query, variables: payload.variables ?? {} });
        const envelope = verify({ method: 'WS', path: '/graphql', body }, { envelope: undefined, signature: undefined, ...said });
        if (!envelope) return [unsigned()];
        const document = parse(payload.query);
        const faults = validate(schema, document);
        if (faults.length > 0) return faults;
        return { schema, document, variableValues: payload.variables ?? {}, contextValue: contextOf(envelope) } as never;
      },
      subscribe: subscribeInCause,
      onNext: (_ctx, _id, _payload, _args, result) => (result.errors ? { ...result, errors: masked(result.errors as readonly GraphQLError[]) } : undefined) as never,
      onError: (_ctx, _id, _payload, errors) => masked(errors as readonly GraphQLError[]),
    },
    sockets,
  );
  sockets.on('error', (error) => log.error({ err: error }, 'sockets failed'));
  return { stop: async () => void (await disposable.dispose()) };
}

/** Every event is work for the request that has subscribed; a stream has no trace, which would never end. */
async function subscribeInCause(args: ExecutionArgs): ReturnType<typeof subscribe> {
  const { requestId } = args.contextValue as Context<any, any>;
  const cause = { requestId, span: null };
  const stream = await inCause(cause, () => subscribe(args));
  if (!(Symbol.asyncIterator in stream)) return stream;
  const { next } = stream;
  return Object.assign(stream, { next: () => inCause(cause, () => next.call(stream)) });
}
