import type { ValueStatus } from '../intervals/value.ts';

type Explained = Readonly<{ reason: string | null; method: string | null }>;

/**
 * Which value may take the place of which (WiM part 2): nothing is replaced by a provisional value, a substitute needs its reason
 * and how it was formed, a true value gives way to a true one only with a reason. Null where it may.
 */
export function replacementFault(known: ValueStatus, next: ValueStatus, { reason, method }: Explained): string | null {
  if (next === 'PROVISIONAL') return `a provisional value never replaces one that is known (${known})`;
  if (next === 'SUBSTITUTE') return reason && method ? null : 'a substitute value needs a reason and the method by which it was formed';
  return known === 'TRUE' && !reason ? 'a true value is replaced by another only with a reason' : null;
}
