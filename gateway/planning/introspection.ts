import { makeOperationCache } from '../limits/operation-cache.ts';
import type { Planner } from './planner.ts';

/** The text of one introspection field. Rejects with a PlanFault. */
export type Introspect = Planner['introspect'];

const KEPT_BYTES = 16_000_000;

/** The same schema answers the same question always: an answer is made once and kept, within so many bytes. */
export function keepIntrospection(planner: Planner): Introspect {
  const kept = makeOperationCache<string>(KEPT_BYTES);
  return async (query, variables, principal) => {
    const key = `${JSON.stringify(variables)}\n${query}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const text = await planner.introspect(query, variables, principal);
    kept.set(key, text, 2 * text.length);
    return text;
  };
}
