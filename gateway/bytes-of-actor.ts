import type { Actor } from '@stromgraph/kernel/auth';

/** What an entry of a cache with an actor in it takes; a place for nobody costs as much as its frame. */
export function bytesOfActor(actor: Actor | null): number {
  return BYTES_OF_AN_ENTRY + 2 * JSON.stringify(actor).length;
}

const BYTES_OF_AN_ENTRY = 500;
