import type { CompiledOperation } from '../execute/operation.ts';
import { makeGroup, type Group } from './group.ts';
import { rightsOf } from './rights.ts';
import { subscribeAlone, type Subscriber } from './subscription.ts';

/** Where subscriptions find others that are equal. */
export type Hub = Readonly<{
  /** Begins a subscription; returns what ends it. */
  subscribe: (subscriber: Subscriber) => () => void;
  /** Sources that several may share, for metrics and tests. */
  groups: () => number;
}>;

/**
 * Subscriptions share a source where the field allows it, and only with equal rights; what they share is asked for by
 * the group, which has rights but is nobody. Where an answer turns out to depend on who asks, nobody shares any more.
 */
export function makeHub(): Hub {
  const byOperation = new WeakMap<CompiledOperation, Map<string, Group>>();
  const personal = new WeakSet<CompiledOperation>();
  let count = 0;

  function subscribe(subscriber: Subscriber): () => void {
    const { primary, accepted, context, afterSeq } = subscriber;
    const { operation } = accepted;
    if (!primary.traits.shared || !primary.resume || personal.has(operation)) return subscribeAlone(subscriber);
    const from = afterSeq ?? primary.resume.stated(accepted.variables);
    if (typeof from !== 'number' && from !== undefined && from !== null) return subscribeAlone(subscriber);
    const groups = byOperation.get(operation) ?? new Map<string, Group>();
    byOperation.set(operation, groups);
    const key = JSON.stringify([rightsOf(context.actor), context.tenant, primary.keyOf(accepted.variables)]);
    const known = groups.get(key);
    if (known) return known.join(subscriber, from ?? undefined);
    count++;
    const group = makeGroup(subscriber, from ?? undefined, (why) => {
      count--;
      groups.delete(key);
      if (why === 'personal') personal.add(operation);
    });
    groups.set(key, group);
    return group.join(subscriber, from ?? undefined);
  }

  return { subscribe, groups: () => count };
}
