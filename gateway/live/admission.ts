import type { Actor } from '@stromgraph/kernel/auth';
import type { Accepted } from '../limits/validate-operation.ts';
import { principalOf } from '../principal.ts';
import type { Outlet } from './subscription.ts';
import type { LiveTools } from './tools.ts';

/** setTimeout counts no further. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Takes one of a caller's places, which ends with the token or with the access. Returns what gives it back, or null
 * where all are taken. `kind` is what is counted; sockets and event streams have places of their own.
 */
export function admit(tools: LiveTools, actor: Actor, { kind, most }: { kind: string; most: number }, end: (why: string) => void): (() => void) | null {
  const place = `${kind} ${principalOf(actor, null)}`;
  if (!tools.users.take(place, most)) return null;
  const expiry = setTimeout(end, Math.min(actor.expiresAt - Date.now(), MAX_TIMER_MS), 'The token has expired');
  const unwatch = tools.withdrawn.watch(actor, () => end('The access has been withdrawn'));
  return () => {
    clearTimeout(expiry);
    unwatch();
    tools.users.release(place);
  };
}

type Begun = Readonly<{ accepted: Accepted; actor: Actor | null; requestId: string; afterSeq?: number | undefined }>;

/** Begins what has been accepted; returns what ends it. */
export function begin(tools: LiveTools, { accepted, actor, requestId, afterSeq }: Begun, outlet: Outlet): () => void {
  const { hub, subscribers, metrics, log } = tools;
  const { primaryOf, sourceOf, hold } = accepted.ways;
  const primary = primaryOf(accepted.operation);
  const held = hold();
  subscribers.take(accepted.name, Number.POSITIVE_INFINITY);
  log.info({ requestId, operation: accepted.name, actor: actor?.id }, 'subscription');
  const stop = hub.subscribe({
    accepted,
    primary,
    source: sourceOf(primary.service),
    context: { actor, tenant: actor?.tenant ?? null, requestId, deadlineAt: actor?.expiresAt ?? Date.now() + MAX_TIMER_MS },
    afterSeq: primary.resume ? afterSeq : undefined,
    outlet: {
      ...outlet,
      next: (payload, seq) => {
        metrics.event(accepted.name);
        outlet.next(payload, seq);
      },
    },
    limits: tools.subscriptionLimits,
    log,
  });
  return () => {
    subscribers.release(accepted.name);
    stop();
    held[Symbol.dispose]();
  };
}
