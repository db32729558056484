import { signRequest } from '@stromgraph/kernel/signature';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Fields } from '../execute/own.ts';
import type { RequestContext } from '../request-context.ts';
import { newRequestId } from '../request-id.ts';

/** What comes from upstream: an event's result, GraphQL errors that end it, its own end, or a lost connection. */
export type Sink = Readonly<{
  next: (result: unknown) => void;
  failed: (errors: readonly unknown[]) => void;
  ended: () => void;
  lost: () => void;
}>;

export type Source = Readonly<{
  open: (query: string, variables: Fields, context: RequestContext, sink: Sink) => () => void;
  connected: () => boolean;
  stop: () => Promise<void>;
}>;

const MAX_EVENT_BYTES = 16_000_000;
const IDLE_MS = 5_000;
const KEEP_ALIVE_MS = 10_000;

/** One signed socket to one subgraph carries all its subscriptions; each subscribe message is signed for its actor. */
export function makeSource(url: string, secret: string): Source {
  const address = new URL(url.replace(/^http/, 'ws'));
  const path = address.pathname;
  let connected = false;
  const client: Client = createClient({
    url: address.href,
    webSocketImpl: UpstreamSocket,
    connectionParams: () =>
      signRequest(
        secret,
        { method: 'WS', path, body: '' },
        { actor: null, tenant: null, requestId: newRequestId(), deadlineAt: Date.now() + KEEP_ALIVE_MS },
      ),
    lazyCloseTimeout: IDLE_MS,
    keepAlive: KEEP_ALIVE_MS,
    retryAttempts: 0,
    onNonLazyError: () => {},
    on: { connected: () => void (connected = true), closed: () => void (connected = false) },
  });

  function open(query: string, variables: Fields, { actor, tenant, requestId, deadlineAt }: RequestContext, sink: Sink): () => void {
    const body = JSON.stringify({ query, variables });
    const signed = signRequest(secret, { method: 'WS', path, body }, { actor, tenant, requestId, deadlineAt });
    return client.subscribe(
      { query, variables, extensions: { stromgraph: signed } },
      {
        next: (result) => sink.next(result),
        error: (error) => (Array.isArray(error) ? sink.failed(error) : sink.lost()),
        complete: () => sink.ended(),
      },
    );
  }

  return { open, connected: () => connected, stop: async () => void (await client.dispose()) };
}

/** The client library makes its own sockets; only so can their largest message be set. */
class UpstreamSocket extends WebSocket {
  constructor(address: string, protocols: string) {
    super(address, protocols, { maxPayload: MAX_EVENT_BYTES, handshakeTimeout: 3_000 });
  }
}
