import type { ValueStatus } from '../intervals/value.ts';

type Explained = Readonly<{ reason: string | null; method: string | null }>;

/** A substitute needs its reason and how it was formed, whether it takes a place or is the first there. Null where it has them. */
export const substituteFault = (status: ValueStatus, { reason, method }: Explained): string | null =>
  status === 'SUBSTITUTE' && !(reason?.trim() && method?.trim()) ? 'a substitute value needs a reason and the method by which it was formed' : null;

/**
 * Which value may take the place of which (WiM part 2): nothing is replaced by a provisional value, a substitute needs its reason
 * and how it was formed, a true value gives way to a true one only with a reason. Null where it may.
 */
export function replacementFault(known: ValueStatus, next: ValueStatus, explained: Explained): string | null {
  if (next === 'PROVISIONAL') return `a provisional value never replaces one that is known (${known})`;
  if (next === 'SUBSTITUTE') return substituteFault(next, explained);
  return known === 'TRUE' && !explained.reason?.trim() ? 'a true value is replaced by another only with a reason' : null;
}
