import type { FaultKind } from './faults.ts';

/**
 * What the subgraphs of one operation answer: a function of the seed, of who is asked and of what is asked, never of
 * when. Both engines run in the same world, so that any difference is theirs.
 */
export type World = {
  readonly seed: number;
  /** The share of nullable values that are null. */
  readonly nulls: number;
  /** The share of fields and entities whose resolver throws. */
  readonly errors: number;
  readonly fault: FaultKind | null;
  /** Mutations so far; part of what the next one answers, so that order is seen in the data. */
  mutations: number;
  /** What happened, for coverage. */
  readonly events: Set<string>;
};

/** What can happen in a world that is not a fault of a whole answer. */
export const EVENTS = ['an entity that is not there', 'an entity that cannot be read', 'a field that throws'] as const;

/** Every engine enters the world as it was. */
export function enterWorld(world: Omit<World, 'mutations' | 'events'>): World {
  return { ...world, mutations: 0, events: new Set() };
}
