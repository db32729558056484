import type { Refusal } from '../errors.ts';

/** A valid operation that cannot be planned: told to the client, not kept. */
export type PlanFault = Error & { readonly refusal: Refusal };

export function planFault(refusal: Refusal): PlanFault {
  return Object.assign(new Error(refusal.message, { cause: refusal.cause }), { refusal });
}

/** The refusal behind what planning rejected with; anything else is a fault of ours and passes on. */
export function refusalOf(error: unknown): Refusal {
  const { refusal } = error as Partial<PlanFault>;
  if (!refusal) throw error;
  return refusal;
}
