// Schedules by the clock: made at 13:00 of the day before, again while positions move, past the deadline whenever something is traded, warned of, alerted,
// and sent by the intraday path where the day-ahead one was missed.
import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { type DueHandlers, schedule, unschedule } from '@stromgraph/kernel/due';
import { addDays, dayOf, startOfDay, type LocalDate } from '@stromgraph/kernel/time';
import { type BalancingGroup, type Nomination, subjectOf } from '../nominations/nomination.ts';
import { correctionsUntil, deadlineOf, gateOf, madeFrom, renominatedAt, stageAt, unsaid } from '../nominations/schedule.ts';
import { balancingGroupsPage, groupDaysOfTrades, groupsOfAreas, isOpenBy, lockBalancingGroup, saveBalancingGroups } from '../store/balancing-groups.ts';
import { isNominated, versionsOf } from '../store/nominations.ts';
import { scheduleOf } from '../store/schedules.ts';
import { isPlanned } from '../store/planned.ts';
import { keyOfDay, nominateDay, readKeyOfDay, WATCH_NOMINATION, watchNomination } from './nominate-day.ts';
import { clearAlerts, raiseAlerts } from './raise-alerts.ts';

export const NOMINATE = 'NOMINATE';
const RENOMINATE = 'RENOMINATE';
export const AUTOMATIC = 'automatic';
/** Days from today that trades may still reach: however long the working days rest, and tomorrow. */
const CORRECTABLE = [-7, -6, -5, -4, -3, -2, -1, 0, 1];

/** Knows the groups of the settings, and plans tomorrow's schedule, past 13:00 at once, where none is planned: after a stop, what was missed is still due. */
export async function openBalancingGroups(tx: Tx, groups: readonly Omit<BalancingGroup, 'id'>[]): Promise<void> {
  const now = await businessNow(tx);
  await saveBalancingGroups(tx, groups, now);
  for (const { id } of await balancingGroupsPage(tx, null, null))
    if (!(await isPlanned(tx, NOMINATE, id))) await planNext(tx, id, addDays(dayOf(now), 1));
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
    else await watchNomination(tx, { groupId: group.id, day, now }); // nothing to be said yet may be something by the deadline
    await forgetUnsaid(tx, group, now);
  },
  [RENOMINATE]: async (tx, { subject }) => {
    const { groupId, day } = readKeyOfDay(subject);
    const group = await lockBalancingGroup(tx, groupId);
    if (!group) return;
    await nominateDay(tx, group, { day, now: await businessNow(tx), by: AUTOMATIC, again: false });
    await tellOfUnsaid(tx, group, day);
  },
  [WATCH_NOMINATION]: (tx, { subject }) => watchDay(tx, readKeyOfDay(subject)),
};

/** Positions between two instants have moved: tomorrow's schedule follows until its deadline, and past it where nothing was said of tomorrow at all. */
export async function renominate(tx: Tx, moved: readonly { gridAreaId: string; from: string; until: string }[]): Promise<void> {
  const now = await businessNow(tx);
  const day = addDays(dayOf(now), 1);
  const dueAt = renominatedAt(day, now);
  if (dueAt === null) return;
  const [from, until] = [startOfDay(day), startOfDay(addDays(day, 1))];
  const areas = moved.filter((one) => new Date(one.from) < until && new Date(one.until) > from).map(({ gridAreaId }) => gridAreaId);
  if (areas.length === 0) return;
  for (const groupId of await groupsOfAreas(tx, areas, day))
    if (now <= deadlineOf(day) || !(await isNominated(tx, { groupId, day }))) await schedule(tx, { kind: RENOMINATE, subject: keyOfDay(groupId, day), dueAt });
}

/** Trades count, or count no longer: the schedules of today and tomorrow follow as far as they can, and of days that may still be corrected it is told what they leave unsaid. */
export async function renominateTraded(tx: Tx, tradeIds: readonly string[]): Promise<void> {
  const now = await businessNow(tx);
  const today = dayOf(now);
  const dueOn = (day: LocalDate): Date | null => renominatedAt(day, now) ?? (now > gateOf(day) && now <= correctionsUntil(day) ? now : null);
  const dueAt = new Map(CORRECTABLE.map((ahead) => addDays(today, ahead)).flatMap((day) => { const at = dueOn(day); return at ? [[day, at] as const] : []; }));
  for (const { groupId, day } of await groupDaysOfTrades(tx, tradeIds, [...dueAt.keys()])) await schedule(tx, { kind: RENOMINATE, subject: keyOfDay(groupId, day), dueAt: dueAt.get(day)! });
}

/** A warning from 13:30, an alert from 14:00; past the deadline what has not even left goes out as intraday. */
async function watchDay(tx: Tx, { groupId, day }: { groupId: string; day: LocalDate }): Promise<void> {
  const group = await lockBalancingGroup(tx, groupId);
  const now = await businessNow(tx);
  const stage = stageAt(day, now);
  if (!group || stage === null) return;
  const [newest] = await versionsOf(tx, { groupId, day });
  if (newest?.status === 'ACCEPTED') return;
  await watchNomination(tx, { groupId, day, now });
  if (!newest) return void (await nominateDay(tx, group, { day, now, by: AUTOMATIC, again: false }));
  await tell(tx, group, day, stage === 'WARNING' ? { kind: 'NOMINATION_DUE', message: `Version ${newest.version} of the schedule of ${group.code} for ${day} is ${standing(newest)}; it is due by 14:30.` } : { kind: 'NOMINATION_LATE', message: `Version ${newest.version} of the schedule of ${group.code} for ${day} is ${standing(newest)}${stage === 'LATE' ? '; its time has passed' : ', half an hour before its deadline at most'}.` });
  if (stage === 'LATE' && newest.path === 'DAY_AHEAD' && newest.status !== 'SENT') await nominateDay(tx, group, { day, now, by: AUTOMATIC, again: true });
}

const standing = ({ status, reason }: Nomination): string => ({ PREPARED: 'not sent yet', SENT: 'sent, but not accepted yet', REJECTED: `refused (${reason})`, ACCEPTED: 'accepted' })[status];

/** One alert of each kind stands for a group and day; there is something to be done at once. */
export const tell = (tx: Tx, group: BalancingGroup, day: LocalDate, { kind, message }: { kind: 'NOMINATION_DUE' | 'NOMINATION_LATE'; message: string }): Promise<void> =>
  raiseAlerts(tx, [{ kind, subject: subjectOf(group, day), severity: kind === 'NOMINATION_DUE' ? 'WARNING' : 'CRITICAL', message, gridAreaId: null, period: { from: startOfDay(day), until: startOfDay(addDays(day, 1)) } }]);

const unsaidOf = (group: Pick<BalancingGroup, 'code'>, day: LocalDate): string => `${subjectOf(group, day)} trades`;

/** What was traded too late to be nominated, or is not traded any more, is imbalance: an alert, as long as it is so and may still be corrected with the counterparty. */
export async function tellOfUnsaid(tx: Tx, group: BalancingGroup, day: LocalDate): Promise<void> {
  const now = await businessNow(tx);
  const said = (await versionsOf(tx, { groupId: group.id, day })).filter(({ status }) => status !== 'REJECTED');
  if (said.length === 0 && !(await isOpenBy(tx, group.id, deadlineOf(day)))) return;
  const wattHours = unsaid(await scheduleOf(tx, { groupId: group.id, day }), { day, now, said });
  if (wattHours === 0n) return clearAlerts(tx, 'NOMINATION_LATE', [unsaidOf(group, day)]);
  await raiseAlerts(tx, [{ kind: 'NOMINATION_LATE', subject: unsaidOf(group, day), severity: 'CRITICAL', message: `${wattHours} Wh of the trades of ${group.code} on ${day} are not as they were nominated and can no longer be: they are imbalance, unless the counterparty corrects them by ${correctionsUntil(day).toISOString()}.`, gridAreaId: null, period: { from: startOfDay(day), until: startOfDay(addDays(day, 1)) } }]);
}

/** Nothing can be done any more about days whose corrections have ended. */
async function forgetUnsaid(tx: Tx, group: BalancingGroup, now: Date): Promise<void> {
  const ended = CORRECTABLE.map((ahead) => addDays(dayOf(now), ahead - 1)).filter((day) => correctionsUntil(day) < now);
  await clearAlerts(tx, 'NOMINATION_LATE', ended.map((day) => unsaidOf(group, day)));
}

/** The newest version is accepted: nothing is due any more. */
export async function settleDay(tx: Tx, group: BalancingGroup, day: LocalDate): Promise<void> {
  await unschedule(tx, { kind: WATCH_NOMINATION, subject: keyOfDay(group.id, day) });
  await clearAlerts(tx, 'NOMINATION_DUE', [subjectOf(group, day)]);
  await clearAlerts(tx, 'NOMINATION_LATE', [subjectOf(group, day)]);
}
