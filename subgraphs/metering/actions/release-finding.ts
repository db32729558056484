import { requireActor } from '@stromgraph/kernel/auth';
import { transact } from '@stromgraph/kernel/database';
import { isProblem } from '@stromgraph/kernel/problem';
import type { DomainContext } from '../context.ts';
import { release, releaseDelivered, type StoredFinding } from '../store/findings.ts';
import { releaseReading } from '../store/reading-findings.ts';
import { announceBatch, planAnnouncement } from './announce-batch.ts';
import { type FindingTaken, type Gone, openFinding } from './open-finding.ts';

/** How it is said that what a finding is about is right. */
export function releaserOf({ readingId, isOfDelivery }: StoredFinding) {
  if (isOfDelivery) return releaseDelivered;
  return readingId ? releaseReading : release;
}

/** Somebody has looked: the values are right as they are. The day gets a version in which this rule says nothing, and is told of. */
export async function releaseFinding(ctx: DomainContext, { findingId, reason }: { findingId: string; reason: string }) {
  const person = requireActor(ctx.actor);
  const now = await ctx.now();
  const outcome = await transact(ctx.db, async (tx): Promise<StoredFinding | Gone | FindingTaken> => {
    const finding = await openFinding(tx, findingId, person, now);
    if (isProblem(finding)) return finding;
    await releaserOf(finding)(tx, finding, { reason, by: person.name, at: now });
    await planAnnouncement(tx, finding.batchId, now);
    return finding;
  });
  if (isProblem(outcome)) return outcome;
  await announceBatch(ctx.db, outcome.batchId).catch((error: unknown) => ctx.log.warn({ err: error }, 'the finding is released; hearers are told later'));
  return outcome;
}
