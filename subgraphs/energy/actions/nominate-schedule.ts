import { requireActor } from '@stromgraph/kernel/auth';
import { businessNow } from '@stromgraph/kernel/clock';
import { transact } from '@stromgraph/kernel/database';
import { once } from '@stromgraph/kernel/idempotency';
import { isId } from '@stromgraph/kernel/ids';
import { fault, invalid, problem } from '@stromgraph/kernel/problem';
import { dayOf, type LocalDate } from '@stromgraph/kernel/time';
import type { DomainContext } from '../context.ts';
import { pathAt } from '../nominations/schedule.ts';
import { openDaysOf } from '../positions/horizon.ts';
import { lockBalancingGroup } from '../store/balancing-groups.ts';
import { versionsOf } from '../store/nominations.ts';
import { nominateDay } from './nominate-day.ts';

/** Makes and sends the next version of a schedule now, also one that was refused before as it is; past the deadline by the intraday path. */
export async function nominateSchedule({ db, actor }: DomainContext, { idempotencyKey, balancingGroupId, deliveryDay }: { idempotencyKey: string; balancingGroupId: string; deliveryDay: LocalDate }) {
  const { id: actorId, name } = requireActor(actor);
  if (idempotencyKey.length < 1 || idempotencyKey.length > 255) return invalid([fault('idempotencyKey', 'has a bad length', '1 to 255 characters')]);
  return transact(db, async (tx) =>
    once(tx, { key: idempotencyKey, operation: 'nominateSchedule', actor: actorId, body: { balancingGroupId, deliveryDay } }, async () => {
      const group = isId(balancingGroupId) ? await lockBalancingGroup(tx, balancingGroupId) : null;
      if (!group) return problem('BalancingGroupNotFound', `There is no balancing group ${balancingGroupId}.`, { balancingGroupId });
      const now = await businessNow(tx);
      const allowed = openDaysOf(dayOf(now)).filter((day) => pathAt(day, now) !== null);
      if (!allowed.includes(deliveryDay)) return invalid([fault('deliveryDay', `${deliveryDay} cannot be nominated now`, allowed.join(', '))]);
      const made = await nominateDay(tx, group, { day: deliveryDay, now, by: name, again: true });
      if (made === 'UNCHANGED') {
        const [newest] = await versionsOf(tx, { groupId: group.id, day: deliveryDay });
        return problem('ScheduleUnchanged', `Version ${newest!.version} says the same already.`, { nominationId: newest!.id });
      }
      if (typeof made === 'string') return problem('NothingToNominate', `${group.code} neither draws nor trades anything on ${deliveryDay}.`, { deliveryDay });
      return { nominationId: made.id };
    }),
  );
}
