import { signRequest } from '@stromgraph/kernel/signature';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Fields } from '../execute/own.ts';
import type { RequestContext } from '../request-context.ts';
import { newRequestId } from '../request-id.ts';
import { vouchingHeaders, type Secret } from '../vouching.ts';

/** What comes from upstream: an event's result with its length as it came, GraphQL errors that end it, its own end, or a lost connection. */
export type Sink = Readonly<{
  next: (result: unknown, bytes: number) => void;
  failed: (errors: readonly unknown[]) => void;
  ended: () => void;
  lost: () => void;
}>;

/** For whom; a stream with `untilSeq` ends there. */
type Asker = RequestContext & Readonly<{ untilSeq?: number }>;

export type Source = Readonly<{
  open: (query: string, variables: Fields, context: Asker, sink: Sink) => () => void;
  connected: () => boolean;
  /** How many subscriptions are open. */
  subscriptions: () => number;
  stop: () => Promise<void>;
}>;

const MAX_EVENT_BYTES = 16_000_000;
const IDLE_MS = 5_000;
const KEEP_ALIVE_MS = 10_000;
const HANDSHAKE_MS = 3_000;

/** One socket, signed at its upgrade, to one subgraph carries all its subscriptions; each subscribe message is signed for its actor. A foreign one gets neither. */
export function makeSource(url: string, secret: Secret): Source {
  const address = new URL(url.replace(/^http/, 'ws'));
  const path = address.pathname;
  let connected = false;
  let subscriptions = 0;
  let bytes = 0;
  const client: Client = createClient({
    url: address.href,
    webSocketImpl: socketsWith({
      headers() {
        const about = { actor: null, tenant: null, requestId: newRequestId(), deadlineAt: Date.now() + HANDSHAKE_MS };
        return vouchingHeaders(secret, { method: 'GET', path, body: '' }, about);
      },
      heard: (length) => void (bytes = length),
    }),
    lazyCloseTimeout: IDLE_MS,
    keepAlive: KEEP_ALIVE_MS,
    retryAttempts: 0,
    onNonLazyError: () => {},
    on: { connected: () => void (connected = true), closed: () => void (connected = false) },
  });

  function sign(body: string, about: Parameters<typeof signRequest>[2]) {
    return secret === null ? undefined : signRequest(secret, { method: 'WS', path, body }, about);
  }

  function open(query: string, variables: Fields, { actor, tenant, requestId, deadlineAt, untilSeq }: Asker, sink: Sink): () => void {
    const body = JSON.stringify({ query, variables });
    const signed = sign(body, { actor, tenant, requestId, deadlineAt, ...(untilSeq !== undefined && { untilSeq }) });
    let left = false;
    const leave = () => {
      if (!left) subscriptions--;
      left = true;
    };
    subscriptions++;
    const stop = client.subscribe(
      { query, variables, ...(signed && { extensions: { stromgraph: signed } }) },
      {
        next: (result) => sink.next(result, bytes),
        error: (error) => {
          leave();
          if (Array.isArray(error)) sink.failed(error);
          else sink.lost();
        },
        complete: () => {
          leave();
          sink.ended();
        },
      },
    );
    return () => {
      leave();
      stop();
    };
  }

  return { open, connected: () => connected, subscriptions: () => subscriptions, stop: async () => void (await client.dispose()) };
}

type SocketSettings = Readonly<{ headers: () => Record<string, string>; /** The length of a message, before it is handed out. */ heard: (bytes: number) => void }>;

/** The client library makes its own sockets and hands out what it has parsed; only so can headers and largest message be set, and lengths be known. */
function socketsWith({ headers, heard }: SocketSettings) {
  return class extends WebSocket {
    constructor(upstream: string, protocols: string) {
      super(upstream, protocols, { headers: headers(), maxPayload: MAX_EVENT_BYTES, handshakeTimeout: HANDSHAKE_MS });
      this.on('message', (message: Buffer) => heard(message.length));
    }
  };
}
