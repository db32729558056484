// Schedules by the clock: made at 13:00 of the day before, again while positions move, warned of, alerted, and sent by the intraday path where the day-ahead one was missed.
import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { type DueHandlers, schedule, unschedule } from '@stromgraph/kernel/due';
import { addDays, dayOf, startOfDay, type LocalDate } from '@stromgraph/kernel/time';
import { type BalancingGroup, type Nomination, subjectOf } from '../nominations/nomination.ts';
import { madeFrom, renominatedAt, stageAt } from '../nominations/schedule.ts';
import { balancingGroupsPage, groupsOfAreas, lockBalancingGroup, saveBalancingGroups } from '../store/balancing-groups.ts';
import { versionsOf } from '../store/nominations.ts';
import { isPlanned } from '../store/planned.ts';
import { keyOfDay, nominateDay, readKeyOfDay, WATCH_NOMINATION, watchNomination } from './nominate-day.ts';
import { clearAlerts, raiseAlerts } from './raise-alerts.ts';

export const NOMINATE = 'NOMINATE';
const RENOMINATE = 'RENOMINATE';
export const AUTOMATIC = 'automatic';

/** Knows the groups of the settings, and plans their next schedule where none is planned: after a stop, what was missed is still due. */
export async function openBalancingGroups(tx: Tx, groups: readonly Omit<BalancingGroup, 'id'>[]): Promise<void> {
  const now = await businessNow(tx);
  await saveBalancingGroups(tx, groups, now);
  for (const { id } of await balancingGroupsPage(tx, null, null))
    if (!(await isPlanned(tx, NOMINATE, id))) await planNext(tx, id, now >= madeFrom(addDays(dayOf(now), 1)) ? addDays(dayOf(now), 2) : addDays(dayOf(now), 1));
}

const planNext = (tx: Tx, groupId: string, day: LocalDate): Promise<void> => schedule(tx, { kind: NOMINATE, subject: groupId, dueAt: madeFrom(day) });

export const nominationDueHandlers: DueHandlers = {
  [NOMINATE]: async (tx, { subject, dueAt }) => {
    const group = await lockBalancingGroup(tx, subject);
    if (!group) return;
    const day = addDays(dayOf(dueAt), 1);
    await planNext(tx, group.id, addDays(day, 1));
    const now = await businessNow(tx);
    const made = await nominateDay(tx, group, { day, now, by: AUTOMATIC, again: false });
    if (made === 'TOO_LATE') await tell(tx, group, day, { kind: 'NOMINATION_LATE', message: `No schedule of ${group.code} was made for ${day} while it could have been sent.` });
  },
  [RENOMINATE]: async (tx, { subject }) => {
    const { groupId, day } = readKeyOfDay(subject);
    const group = await lockBalancingGroup(tx, groupId);
    if (group) await nominateDay(tx, group, { day, now: await businessNow(tx), by: AUTOMATIC, again: false });
  },
  [WATCH_NOMINATION]: (tx, { subject }) => watchDay(tx, readKeyOfDay(subject)),
};

/** Positions between two instants have moved: tomorrow's schedule follows at the next quarter hour, as long as it may. */
export async function renominate(tx: Tx, moved: readonly { gridAreaId: string; from: string; until: string }[]): Promise<void> {
  const now = await businessNow(tx);
  const day = addDays(dayOf(now), 1);
  const dueAt = renominatedAt(day, now);
  if (dueAt === null) return;
  const [from, until] = [startOfDay(day), startOfDay(addDays(day, 1))];
  const areas = moved.filter((one) => new Date(one.from) < until && new Date(one.until) > from).map(({ gridAreaId }) => gridAreaId);
  if (areas.length === 0) return;
  for (const groupId of await groupsOfAreas(tx, areas, day)) await schedule(tx, { kind: RENOMINATE, subject: keyOfDay(groupId, day), dueAt });
}

/** A warning from 13:30, an alert from 14:00; past the deadline what has not even left goes out as intraday. */
async function watchDay(tx: Tx, { groupId, day }: { groupId: string; day: LocalDate }): Promise<void> {
  const group = await lockBalancingGroup(tx, groupId);
  const now = await businessNow(tx);
  const stage = stageAt(day, now);
  if (!group || stage === null) return;
  const [newest] = await versionsOf(tx, { groupId, day });
  if (!newest || newest.status === 'ACCEPTED') return;
  await watchNomination(tx, { groupId, day, now });
  await tell(tx, group, day, stage === 'WARNING' ? { kind: 'NOMINATION_DUE', message: `Version ${newest.version} of the schedule of ${group.code} for ${day} is ${standing(newest)}; it is due by 14:30.` } : { kind: 'NOMINATION_LATE', message: `Version ${newest.version} of the schedule of ${group.code} for ${day} is ${standing(newest)}${stage === 'LATE' ? '; the deadline has passed' : ', half an hour before its deadline at most'}.` });
  if (stage === 'LATE' && newest.status !== 'SENT') await nominateDay(tx, group, { day, now, by: AUTOMATIC, again: true });
}

const standing = ({ status, reason }: Nomination): string => ({ PREPARED: 'not sent yet', SENT: 'sent, but not accepted yet', REJECTED: `refused (${reason})`, ACCEPTED: 'accepted' })[status];

/** One alert of each kind stands for a group and day; there is something to be done at once. */
export const tell = (tx: Tx, group: BalancingGroup, day: LocalDate, { kind, message }: { kind: 'NOMINATION_DUE' | 'NOMINATION_LATE'; message: string }): Promise<void> =>
  raiseAlerts(tx, [{ kind, subject: subjectOf(group, day), severity: kind === 'NOMINATION_DUE' ? 'WARNING' : 'CRITICAL', message, gridAreaId: null, period: { from: startOfDay(day), until: startOfDay(addDays(day, 1)) } }]);

/** The newest version is accepted: nothing is due any more. */
export async function settleDay(tx: Tx, group: BalancingGroup, day: LocalDate): Promise<void> {
  await unschedule(tx, { kind: WATCH_NOMINATION, subject: keyOfDay(group.id, day) });
  await clearAlerts(tx, 'NOMINATION_DUE', [subjectOf(group, day)]);
  await clearAlerts(tx, 'NOMINATION_LATE', [subjectOf(group, day)]);
}
