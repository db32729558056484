import { toConnection } from '@stromgraph/kernel/connection';
import { fault, invalid, isProblem } from '@stromgraph/kernel/problem';
import { requireActor } from '@stromgraph/kernel/auth';
import type { MutationResolvers, QueryResolvers, ReadingFindingResolvers, ValueProposalResolvers } from '#schema';
import { decideFinding as decide, takeFinding as take } from '../actions/decide-finding.ts';
import { releaseFinding as release } from '../actions/release-finding.ts';
import { faultsOfDecision } from '../review/decision.ts';
import { openFindingsPage } from '../store/findings.ts';
import { pageOrThrow, refuse } from './page.ts';

export const openFindings: NonNullable<QueryResolvers['openFindings']> = async (_, { severity, rule, taken, mine, ...args }, { db, actor }) => {
  const { first, after } = pageOrThrow(args, 1);
  const [last = '0'] = after ?? [];
  if (!/^\d{1,18}$/.test(last)) refuse('after: is not a cursor of this list');
  const filter = { severity: severity ?? null, rule: rule ?? null, isTaken: taken ?? null, takenById: mine ? requireActor(actor).id : null };
  return toConnection(await openFindingsPage(db, filter, first, BigInt(last)), first, ({ id }) => [String(id)]);
};

export const releaseFinding: NonNullable<MutationResolvers['releaseFinding']> = async (_, { input: { findingId, reason } }, ctx) => {
  const faults = faultsOfDecision({ reason }, requireActor(ctx.actor));
  if (faults.length > 0) return invalid(faults);
  const outcome = await release(ctx, { findingId, reason: reason.trim() });
  return isProblem(outcome) ? outcome : { finding: outcome };
};

export const takeFinding: NonNullable<MutationResolvers['takeFinding']> = async (_, { input: { findingId } }, ctx) => {
  const outcome = await take(ctx, findingId);
  return isProblem(outcome) ? outcome : { finding: outcome };
};

export const decideFinding: NonNullable<MutationResolvers['decideFinding']> = async (_, { input: { findingId, decision, reason, wattHours } }, ctx) => {
  const faults = faultsOfDecision({ reason }, requireActor(ctx.actor));
  if (faults.length > 0) return invalid(faults);
  if (wattHours && decision !== 'PROPOSE') return invalid([fault('wattHours', `is not for ${decision}`, 'left out')]);
  const outcome = await decide(ctx, { findingId, decision, reason: reason.trim(), wattHours: wattHours?.map(BigInt) ?? null });
  return isProblem(outcome) ? outcome : { finding: outcome };
};

export const ReadingFinding: ReadingFindingResolvers = {
  id: ({ id }) => String(id),
  meter: ({ meterId }, _, { loaders }) => loaders.meter.load(meterId),
  takenBy: ({ taken }) => taken?.by ?? null,
  takenAt: ({ taken }) => taken?.at ?? null,
};

export const ValueProposal: ValueProposalResolvers = {
  proposedBy: ({ by }) => by,
  proposedAt: ({ at }) => at,
};
