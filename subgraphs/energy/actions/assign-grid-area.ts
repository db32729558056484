import { requireActor } from '@stromgraph/kernel/auth';
import { businessNow } from '@stromgraph/kernel/clock';
import { transact } from '@stromgraph/kernel/database';
import { isId } from '@stromgraph/kernel/ids';
import { fault, invalid, problem } from '@stromgraph/kernel/problem';
import { addDays, dayOf, type LocalDate } from '@stromgraph/kernel/time';
import type { DomainContext } from '../context.ts';
import { assignArea, assignedFrom, lockBalancingGroup } from '../store/balancing-groups.ts';
import { lockGridAreas } from '../store/grid-areas.ts';

/** Tomorrow's schedule may be under way: an area moves at the earliest the day after. */
const EARLIEST_DAYS = 2;

/** From a day on, an area is balanced in this group; what was said before stays with the group in which it was. */
export async function assignGridArea({ db, actor }: DomainContext, { gridAreaId, balancingGroupId, from }: { gridAreaId: string; balancingGroupId: string; from: LocalDate }) {
  const { name } = requireActor(actor);
  return transact(db, async (tx) => {
    const now = await businessNow(tx);
    const [area] = isId(gridAreaId) ? await lockGridAreas(tx, [gridAreaId]) : [];
    if (!area) return problem('GridAreaNotFound', `There is no grid area ${gridAreaId}.`, { gridAreaId });
    const group = isId(balancingGroupId) ? await lockBalancingGroup(tx, balancingGroupId) : null;
    if (!group) return problem('BalancingGroupNotFound', `There is no balancing group ${balancingGroupId}.`, { balancingGroupId });
    const [earliest, last] = [addDays(dayOf(now), EARLIEST_DAYS), await assignedFrom(tx, gridAreaId)];
    const first = last !== null && last >= earliest ? addDays(last, 1) : earliest;
    if (from < first) return invalid([fault('from', `${from} is too early`, `${first} or later`)]);
    await assignArea(tx, { gridAreaId, balancingGroupId, from, at: now, by: name });
    return { balancingGroup: group };
  });
}
