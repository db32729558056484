import { MessageChanged } from '@stromgraph/events/messaging';
import { type FeedTail, openFeedTail } from '@stromgraph/kernel/live';
import type { Runtime } from '@stromgraph/kernel/runtime';

/** What subscribers are told of. */
export const CHANGES = [MessageChanged.name];

const tails = new WeakMap<Runtime<any>, FeedTail>();

/** The process's one ear at the feed, opened at the first subscription. */
export function feedOf(runtime: Runtime<any>): FeedTail {
  const tail = tails.get(runtime) ?? openFeedTail(runtime);
  tails.set(runtime, tail);
  return tail;
}
