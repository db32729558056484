import type { Tx } from '@stromgraph/kernel/database';
import type { Event } from '@stromgraph/kernel/event';
import { recordedOf } from '../heard.ts';
import { recordEntries } from '../store/timeline.ts';

/** Adds what the events mean to the timelines of their customers. */
export const recordInTimeline = (tx: Tx, ...events: readonly Event<unknown>[]): Promise<void> =>
  recordEntries(tx, events.map(recordedOf).filter((entry) => entry !== null));
