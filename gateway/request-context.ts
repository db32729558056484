import type { Actor } from '@stromgraph/kernel/auth';
import type { Span } from '@stromgraph/kernel/trace';
import type { Asker } from './asker.ts';

/**
 * What the gateway knows of one request; it travels to every subgraph in the signed envelope. `fetchMs`, if
 * given, is how long one fetch may take: only operations with a patient field have it. `clientAddress` is the other
 * end of the connection, which limits on guessing go by; a header may say anything.
 */
export type RequestContext = Readonly<{
  actor: Actor | null;
  tenant: string | null;
  /** Of a query or mutation: whose places are counted where it waits. */
  principal?: string | undefined;
  requestId: string;
  deadlineAt: number;
  fetchMs?: number | undefined;
  clientAddress?: string | null;
  /** The operation's, where its request is traced. */
  span?: Span | null;
  /** Of a query: who waits for it. */
  asker?: Asker | undefined;
}>;
