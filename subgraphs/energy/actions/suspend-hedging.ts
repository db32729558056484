import { requireActor } from '@stromgraph/kernel/auth';
import { businessNow } from '@stromgraph/kernel/clock';
import { transact, type Tx } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { isId } from '@stromgraph/kernel/ids';
import { invalid, problem } from '@stromgraph/kernel/problem';
import type { DomainContext } from '../context.ts';
import { faultsOfReason, faultsOfSuspension } from '../hedging/order.ts';
import { lockGridAreas } from '../store/grid-areas.ts';
import { addSuspension, releaseSuspension, suspensionsOf } from '../store/limit-breaches.ts';
import { VISIT_EXCHANGE, WATCH_LIMITS } from './watch-limits.ts';

const notFound = (gridAreaId: string) => problem('GridAreaNotFound', `There is no grid area ${gridAreaId}.`, { gridAreaId });

/** No automatic order in an area until a time, and none that was placed is brought to the market place; breaches are noticed all the same, and hedged when it has come. */
export async function suspendHedging({ db, actor }: DomainContext, { gridAreaId, until, reason }: { gridAreaId: string; until: Date; reason: string }) {
  const { name } = requireActor(actor);
  return transact(db, async (tx) => {
    const now = await businessNow(tx);
    const faults = faultsOfSuspension({ until, reason }, now);
    if (faults.length > 0) return invalid(faults);
    const [area] = isId(gridAreaId) ? await lockGridAreas(tx, [gridAreaId]) : [];
    if (!area) return notFound(gridAreaId);
    const [standing] = await suspensionsOf(tx, [gridAreaId], now);
    if (standing) return problem('HedgingAlreadySuspended', `Automatic hedging rests there until ${standing.until.toISOString()} already.`, { suspension: standing });
    const suspension = await addSuspension(tx, { gridAreaId, from: now, until, reason, by: name });
    await lookAgain(tx, gridAreaId, until);
    return { suspension };
  });
}

/** Ends a suspension early; what is beyond its limit by then is hedged at once. */
export async function resumeHedging({ db, actor }: DomainContext, { gridAreaId, reason }: { gridAreaId: string; reason: string }) {
  const { name } = requireActor(actor);
  return transact(db, async (tx) => {
    const faults = faultsOfReason(reason);
    if (faults.length > 0) return invalid(faults);
    const now = await businessNow(tx);
    const [area] = isId(gridAreaId) ? await lockGridAreas(tx, [gridAreaId]) : [];
    if (!area) return notFound(gridAreaId);
    const [standing] = await suspensionsOf(tx, [gridAreaId], now);
    if (!standing) return problem('HedgingNotSuspended', 'Automatic hedging does not rest there.', { gridAreaId });
    const suspension = await releaseSuspension(tx, standing.id, { by: name, reason }, now);
    await lookAgain(tx, gridAreaId, now);
    return { suspension };
  });
}

/** What is beyond its limit by then is hedged, and what waited is brought. */
async function lookAgain(tx: Tx, gridAreaId: string, dueAt: Date): Promise<void> {
  await schedule(tx, { kind: WATCH_LIMITS, subject: gridAreaId, dueAt });
  await schedule(tx, { kind: VISIT_EXCHANGE, subject: `orders of ${gridAreaId}`, dueAt });
}
