// Subscribes at one subgraph as the gateway would: a signed connection, and a signed message for an actor.
import { randomUUID } from 'node:crypto';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Actor } from '@stromgraph/kernel/auth';
import { ENVELOPE_HEADER, SIGNATURE_HEADER, signRequest } from '@stromgraph/kernel/signature';
import { TEST_SECRET } from './database.ts';

const sign = (actor: Actor | null, method: 'GET' | 'WS', body: string) =>
  signRequest(TEST_SECRET, { method, path: '/graphql', body }, { actor, tenant: actor?.tenant ?? 'demo', requestId: randomUUID(), deadlineAt: Date.now() + 60_000 });

class SignedSocket extends WebSocket {
  constructor(address: string, protocols: string) {
    const { envelope, signature } = sign(null, 'GET', '');
    super(address, protocols, { headers: { [ENVELOPE_HEADER]: envelope, [SIGNATURE_HEADER]: signature } });
  }
}

export type Listener<Event> = Readonly<{ next: () => Promise<Event>; stop: () => Promise<void> }>;

/** Events of one subscription in order; `next` waits for one. */
export function listen<Event = any>(url: string, actor: Actor | null, query: string, variables: Record<string, unknown> = {}): Listener<Event> {
  const client: Client = createClient({ url: url.replace('http', 'ws'), webSocketImpl: SignedSocket, lazy: true, retryAttempts: 0 });
  const events = client.iterate({ query, variables, extensions: { stromgraph: sign(actor, 'WS', JSON.stringify({ query, variables })) } });
  return {
    next: async () => {
      const { value, done } = await events.next();
      if (done) throw new Error('the subscription has ended');
      if (value.errors) throw new Error(JSON.stringify(value.errors));
      return value.data as Event;
    },
    stop: async () => {
      await events.return?.(undefined);
      await client.dispose();
    },
  };
}
