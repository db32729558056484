import { groupOf, type Actor } from '@stromgraph/kernel/auth';

/** All that a subgraph can tell of callers who ask as a group: equal texts are equal rights. */
export function rightsOf(actor: Actor | null): string {
  if (actor === null) return '';
  const { kind, tenant, scopes, customerId, channel } = groupOf(actor);
  return JSON.stringify([kind, tenant, scopes, customerId ?? null, channel ?? null]);
}
