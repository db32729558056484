import { isSamePerson } from '@stromgraph/kernel/auth';
import type { Tx } from '@stromgraph/kernel/database';
import { type Problem, problem } from '@stromgraph/kernel/problem';
import { lockOpenFinding, type StoredFinding } from '../store/findings.ts';
import type { Person } from '../store/reviews.ts';

export type FindingTaken = Problem<'FindingTaken', { findingId: string; by: string; at: Date }>;
export type Gone = Problem<'FindingNotFound', { findingId: string }>;

/** Nobody keeps a finding from the others by forgetting it. */
const TAKEN_FOR_MS = 86_400_000;

/** Held until the transaction ends; not for somebody else than who has taken it, unless it takes two (`isAlone`: false). */
export async function openFinding(tx: Tx, findingId: string, { id }: Person, now: Date, isAlone = true): Promise<StoredFinding | Gone | FindingTaken> {
  const finding = /^\d{1,18}$/.test(findingId) ? await lockOpenFinding(tx, BigInt(findingId)) : null;
  if (!finding) return problem('FindingNotFound', `There is no open finding ${findingId}.`, { findingId });
  const { taken } = finding;
  if (isAlone && taken && !isSamePerson(taken.byId, id) && now.getTime() - taken.at.getTime() < TAKEN_FOR_MS)
    return problem('FindingTaken', `${taken.by} looks at it since ${taken.at.toISOString()}.`, { findingId, by: taken.by, at: taken.at });
  return finding;
}
