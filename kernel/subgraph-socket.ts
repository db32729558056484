import type { Server } from 'node:http';
import { parse, validate, type GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { maskError } from './masking.ts';
import type { Logger } from './log.ts';
import type { Context } from './runtime.ts';
import type { Envelope, Verifier } from './signature.ts';

type Signed = { envelope?: string; signature?: string } | undefined;

/** Subscriptions for the gateway: the connection and each subscribe message are signed; each message says for whom it asks. */
export function serveSubscriptions({ server, schema, verify, contextOf, log }: {
  server: Server;
  schema: GraphQLSchema;
  verify: Verifier;
  contextOf: (envelope: Envelope) => Context<any, any>;
  log: Logger;
}): { stop: () => Promise<void> } {
  const sockets = new WebSocketServer({ server, path: '/graphql', maxPayload: 1_000_000 });
  const masked = (errors: readonly GraphQLError[]): GraphQLFormattedError[] => errors.map((error) => maskError(error.toJSON(), error, log));
  const disposable = useServer(
    {
      schema,
      onConnect: (ctx) => verify({ method: 'WS', path: '/graphql', body: '' }, { envelope: undefined, signature: undefined, ...(ctx.connectionParams as Signed) }) !== null,
      onSubscribe: (_ctx, _id, payload) => {
        const said = payload.extensions?.['stromgraph'] as Signed;
        const body = JSON.stringify({ query: payload.query, variables: payload.variables ?? {} });
        const envelope = verify({ method: 'WS', path: '/graphql', body }, { envelope: undefined, signature: undefined, ...said });
        if (!envelope) throw new Error('the subscription is not signed by the gateway');
        const document = parse(payload.query);
        const faults = validate(schema, document);
        if (faults.length > 0) return faults;
        return { schema, document, variableValues: payload.variables ?? {}, operationName: payload.operationName ?? null, contextValue: contextOf(envelope) } as never;
      },
      onNext: (_ctx, _id, _payload, _args, result) => (result.errors ? { ...result, errors: masked(result.errors as readonly GraphQLError[]) } : undefined) as never,
      onError: (_ctx, _id, _payload, errors) => masked(errors as readonly GraphQLError[]),
    },
    sockets,
  );
  sockets.on('error', (error) => log.error({ err: error }, 'sockets failed'));
  return { stop: async () => void (await disposable.dispose()) };
}
