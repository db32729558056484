import { requireActor } from '@stromgraph/kernel/auth';
import { transact } from '@stromgraph/kernel/database';
import { isProblem, problem } from '@stromgraph/kernel/problem';
import type { DomainContext } from '../context.ts';
import { lockOpenFinding, release, releaseDelivered, type StoredFinding } from '../store/findings.ts';
import { releaseReading } from '../store/reading-findings.ts';
import { announceBatch, planAnnouncement } from './announce-batch.ts';

/** How it is said that what a finding is about is right. */
export function releaserOf({ readingId, isOfDelivery }: StoredFinding) {
  if (isOfDelivery) return releaseDelivered;
  return readingId ? releaseReading : release;
}

/** Somebody has looked: the values are right as they are. The day gets a version in which this rule says nothing, and is told of. */
export async function releaseFinding(ctx: DomainContext, { findingId, reason }: { findingId: string; reason: string }) {
  const { name } = requireActor(ctx.actor);
  const gone = problem('FindingNotFound', `There is no open finding ${findingId}.`, { findingId });
  if (!/^\d{1,18}$/.test(findingId)) return gone;
  const now = await ctx.now();
  const outcome = await transact(ctx.db, async (tx): Promise<StoredFinding | typeof gone> => {
    const finding = await lockOpenFinding(tx, BigInt(findingId));
    if (!finding) return gone;
    await releaserOf(finding)(tx, finding, { reason, by: name, at: now });
    await planAnnouncement(tx, finding.batchId, now);
    return finding;
  });
  if (isProblem(outcome)) return outcome;
  await announceBatch(ctx.db, outcome.batchId).catch((error: unknown) => ctx.log.warn({ err: error }, 'the finding is released; hearers are told later'));
  return outcome;
}
