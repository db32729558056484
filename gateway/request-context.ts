import type { Actor } from '@stromgraph/kernel/auth';

/**
 * What the gateway knows of one request; it travels to every subgraph in the signed envelope. `fetchMs`, if
 * given, is how long one fetch may take: only operations with a patient field have it. `clientAddress` is the other
 * end of the connection, which limits on guessing go by; a header may say anything.
 */
export type RequestContext = Readonly<{
  actor: Actor | null;
  tenant: string | null;
  requestId: string;
  deadlineAt: number;
  fetchMs?: number;
  clientAddress?: string | null;
}>;
