import type { Actor } from '@stromgraph/kernel/auth';

/** Whom limits per client count together: a user, service account or API key of a tenant; an address for nobody. */
export function principalOf(actor: Actor | null, clientAddress: string | null | undefined): string {
  return actor ? `${actor.tenant}/${actor.kind}/${actor.id}` : `address/${clientAddress ?? 'unknown'}`;
}
