import { ScheduleReady } from '@stromgraph/events/energy';
import type { Tx } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { newId } from '@stromgraph/kernel/ids';
import { publish } from '@stromgraph/kernel/outbox';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { BalancingGroup, Nomination } from '../nominations/nomination.ts';
import { answeredBy, changeableFrom, deadlineOf, expiresAt, isNothing, isSameSchedule, isSameTrading, netOf, nextStageAt, type NominationPath, pathAt, type Schedule } from '../nominations/schedule.ts';
import { addNomination, type NewNomination, versionsOf } from '../store/nominations.ts';
import { scheduleOf } from '../store/schedules.ts';

export const WATCH_NOMINATION = 'WATCH_NOMINATION';
const DAYS_APART = ' ';
export const keyOfDay = (groupId: string, day: LocalDate): string => `${groupId}${DAYS_APART}${day}`;
export const readKeyOfDay = (subject: string): { groupId: string; day: LocalDate } => {
  const [groupId, day] = subject.split(DAYS_APART) as [string, LocalDate];
  return { groupId, day };
};

/** By a person, by itself, or by itself although the same was refused before: for another path. */
type Cause = Readonly<{ by: string; again: boolean }>;

/**
 * Makes the next version of a group's schedule from the demand and the trades as they stand, and has it sent; the group is locked.
 * Answers why there is none otherwise: nothing is to be said, it was said already, or it is too late to say it.
 */
export async function nominateDay(tx: Tx, group: BalancingGroup, { day, now, by, again }: { day: LocalDate; now: Date } & Cause): Promise<NewNomination | 'NOTHING' | 'UNCHANGED' | 'TOO_LATE'> {
  const versions = await versionsOf(tx, { groupId: group.id, day });
  const [newest] = versions;
  const wished = await scheduleOf(tx, { groupId: group.id, day });
  if (!newest && isNothing(wished)) return 'NOTHING';
  const path = pathAt(day, now);
  if (path === null) return 'TOO_LATE';
  // Past the deadline the clock says what was traded; what is expected to be used then moves no schedule.
  const isSame = path === 'INTRADAY' && !again ? isSameTrading : isSameSchedule;
  const changing = (of: Schedule) => changeableFrom(of, { day, now, held: null });
  const wanted = changeableFrom(wished, { day, now, held: versions.find(({ holds }) => holds) ?? null });
  if (!newest && isNothing(wanted)) return 'TOO_LATE';
  if (newest && isSame(changing(newest), changing(wished)) && !(again && isLost(newest, path))) return 'UNCHANGED';
  const made: NewNomination = { id: newId<'nomination'>(), balancingGroupId: group.id, deliveryDay: day, version: (newest?.version ?? 0) + 1, path, deadlineAt: deadlineOf(day), ...wanted, net: netOf(wanted), madeAt: now, madeBy: by };
  await addNomination(tx, made);
  await publish(tx, ScheduleReady, { aggregateType: 'balancing-group', aggregateId: group.id, data: factOf(group, made) });
  await watchNomination(tx, { groupId: group.id, day, now, madeAt: now });
  return made;
}

/** Looks again when the next stage begins, until a schedule is accepted; at one made past the last stage (`madeAt`) when it should have been answered. */
export async function watchNomination(tx: Tx, { groupId, day, now, madeAt }: { groupId: string; day: LocalDate; now: Date; madeAt?: Date }): Promise<void> {
  const dueAt = nextStageAt(day, now) ?? (madeAt ? answeredBy(madeAt) : null);
  if (dueAt !== null) await schedule(tx, { kind: WATCH_NOMINATION, subject: keyOfDay(groupId, day), dueAt });
}

/** Refused, or never sent by the path of its time: saying the same again makes sense. */
const isLost = ({ status, path }: Nomination, now: NominationPath): boolean => status === 'REJECTED' || (status === 'PREPARED' && path !== now);

const factOf = ({ code, responsibleCode, coordinatorCode }: BalancingGroup, { id, deliveryDay, version, path, deadlineAt, consumption, series }: NewNomination) => ({
  nominationId: id, balancingGroupCode: code, responsibleCode, coordinatorCode, deliveryDay, version, path,
  deadlineAt: deadlineAt.toISOString(), expiresAt: expiresAt(deliveryDay, path).toISOString(),
  series: [
    ...series.map(({ side, counterparty, counterpartyEic, wattHours }) => ({ kind: side === 'BUY' ? ('PURCHASE' as const) : ('SALE' as const), counterparty, ...(counterpartyEic !== null && { counterpartyCode: counterpartyEic }), wattHours: wattHours.map(Number) })),
    { kind: 'CONSUMPTION' as const, counterparty: null, wattHours: consumption.map(Number) },
  ],
});
