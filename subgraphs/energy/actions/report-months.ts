// Reports by the clock: each area's sums of a month in the morning of the working day before the last one, corrections the morning after a late value.
import { MabisReportReady } from '@stromgraph/events/energy';
import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { type DueHandlers, schedule, unschedule } from '@stromgraph/kernel/due';
import { newId } from '@stromgraph/kernel/ids';
import { publish } from '@stromgraph/kernel/outbox';
import { addMonths, dayOf, startOfDay, type LocalDate } from '@stromgraph/kernel/time';
import type { GridArea } from '../areas/grid-area.ts';
import { type MabisReport, correctedAt, correctedUntil, deadlineAgain, deadlineOfReport, isEmpty, isSameReport, reportedBy, reportedFrom, triedAgainAt, warnedAt } from '../mabis/report.ts';
import { type BalancingGroup, subjectOf } from '../nominations/nomination.ts';
import { monthOf } from '../profit/calendar.ts';
import { areasOfMonth, balancingGroupsById, balancingGroupsPage, lockBalancingGroup } from '../store/balancing-groups.ts';
import { gridAreasById } from '../store/grid-areas.ts';
import type { SupplyChange } from '../store/demand.ts';
import { addReport, lockReport, newestReport, type NewReport, reportedMonths, settleReport, unsentReports } from '../store/mabis-reports.ts';
import { sumsOfMonth } from '../store/mabis-sums.ts';
import { isPlanned } from '../store/planned.ts';
import { compareSums } from './compare-sums.ts';
import { clearAlerts, raiseAlerts } from './raise-alerts.ts';

const REPORT_MONTH = 'REPORT_MONTH';
const REPORT_AREA = 'REPORT_AREA';
const WATCH_REPORTS = 'WATCH_REPORTS';
const RESEND_REPORT = 'RESEND_REPORT';
/** This month, and those before it that may still be corrected. */
const CORRECTED_MONTHS = 9;
const previous = (month: LocalDate): LocalDate => addMonths(month, -1);

/** Plans the next month's reports where none are planned: after a stop, what was missed is still due. */
export async function planReports(tx: Tx, workingDay: number): Promise<void> {
  const now = await businessNow(tx);
  const month = monthOf(dayOf(now));
  for (const { id } of await balancingGroupsPage(tx, null, null)) {
    if (await isPlanned(tx, REPORT_MONTH, id)) continue;
    await schedule(tx, { kind: REPORT_MONTH, subject: id, dueAt: reportedFrom(reportedFrom(previous(month), workingDay) > now ? previous(month) : month, workingDay) });
  }
}

/** `workingDay`: the working day after the month by whose end its reports are sent. */
export const reportDueHandlersWith = (workingDay: number): DueHandlers => ({
  [REPORT_MONTH]: async (tx, { subject: groupId, dueAt }) => {
    const month = previous(monthOf(dayOf(dueAt)));
    await schedule(tx, { kind: REPORT_MONTH, subject: groupId, dueAt: reportedFrom(addMonths(month, 1), workingDay) });
    await schedule(tx, { kind: WATCH_REPORTS, subject: `${groupId} ${month}`, dueAt: warnedAt(month, workingDay) });
    const now = await businessNow(tx);
    for (const gridAreaId of await areasOfMonth(tx, groupId, month)) await schedule(tx, { kind: REPORT_AREA, subject: `${groupId} ${gridAreaId} ${month}`, dueAt: now });
  },
  [REPORT_AREA]: async (tx, { subject }) => {
    const [groupId, gridAreaId, month] = subject.split(' ') as [string, string, LocalDate];
    const [group, [area]] = [await lockBalancingGroup(tx, groupId), await gridAreasById(tx, [gridAreaId])];
    if (group && area) await reportArea(tx, { group, area, month, deadlineAt: (now) => deadlineOfReport(month, { workingDay, now }) });
  },
  [RESEND_REPORT]: async (tx, { subject }) => {
    const report = await lockReport(tx, subject);
    if (report?.status === 'REJECTED') await sendAgain(tx, report);
  },
  [WATCH_REPORTS]: async (tx, { subject }) => {
    const [groupId, month] = subject.split(' ') as [string, LocalDate];
    const group = await lockBalancingGroup(tx, groupId);
    const unsent = group ? await unsentReports(tx, groupId, month) : 0;
    if (!group || unsent === 0) return;
    const [now, deadline] = [await businessNow(tx), reportedBy(month, workingDay)];
    const isLate = now >= deadline;
    if (!isLate) await schedule(tx, { kind: WATCH_REPORTS, subject, dueAt: deadline });
    const message = `Reports of ${group.code} for ${month.slice(0, 7)} of ${unsent} areas ${isLate ? 'were not sent by' : 'are not sent; they are due by'} ${deadline.toISOString()}.`;
    await raiseAlerts(tx, [{ kind: isLate ? 'MABIS_LATE' : 'MABIS_DUE', subject: subjectOf(group, month), severity: isLate ? 'CRITICAL' : 'WARNING', message, gridAreaId: null, period: { from: startOfDay(month), until: startOfDay(addMonths(month, 1)) } }]);
  },
});

/** The next version, if there is something new to say (or the same `again`) and it is not too late for it; the group is locked. */
async function reportArea(tx: Tx, { group, area, month, deadlineAt, again = false }: { group: BalancingGroup; area: GridArea; month: LocalDate; deadlineAt: (now: Date) => Date; again?: boolean }): Promise<string | null> {
  const now = await businessNow(tx);
  if (now >= correctedUntil(month)) return null;
  const key = { groupId: group.id, gridAreaId: area.id, month };
  const newest = await newestReport(tx, key);
  const sums = await sumsOfMonth(tx, { groupId: group.id, area, month });
  if (!again && (newest ? isSameReport(newest, sums) : isEmpty(sums))) return null;
  const report: NewReport = { id: newId<'mabis-report'>(), balancingGroupId: group.id, gridAreaId: area.id, month, version: (newest?.version ?? 0) + 1, deadlineAt: deadlineAt(now), ...sums, madeAt: now };
  await addReport(tx, report);
  const { code, responsibleCode, coordinatorCode } = group;
  await publish(tx, MabisReportReady, {
    aggregateType: 'balancing-group',
    aggregateId: group.id,
    data: {
      reportId: report.id, balancingGroupCode: code, responsibleCode, coordinatorCode, gridAreaCode: area.code, month, version: report.version, deadlineAt: report.deadlineAt.toISOString(), expiresAt: correctedUntil(month).toISOString(),
      measuredWattHours: report.measured.map(Number), profiledWattHours: report.profiled.map(Number),
    },
  });
  await compareSums(tx, key, now);
  return report.id;
}

/** A refused report's sums as they are now known, as the next version; null when there is a later one already, or it is too late. */
export async function sendAgain(tx: Tx, report: MabisReport): Promise<string | null> {
  const [[group], [area]] = [await balancingGroupsById(tx, [report.balancingGroupId]), await gridAreasById(tx, [report.gridAreaId])];
  const newest = await newestReport(tx, { groupId: report.balancingGroupId, gridAreaId: report.gridAreaId, month: report.month });
  return newest!.id === report.id ? reportArea(tx, { group: group!, area: area!, month: report.month, deadlineAt: (now) => deadlineAgain(report, now), again: true }) : null;
}

/** Values of days became known: months that were reported are looked at again the next morning. */
export async function noteReportedDays(tx: Tx, gridAreaIds: readonly string[], days: readonly LocalDate[]): Promise<void> {
  const now = await businessNow(tx);
  const months = [...new Set(days.map(monthOf))].filter((month) => now < correctedUntil(month));
  for (const { groupId, gridAreaId, month } of months.length > 0 ? await reportedMonths(tx, gridAreaIds, months) : []) await schedule(tx, { kind: REPORT_AREA, subject: `${groupId} ${gridAreaId} ${month}`, dueAt: correctedAt(now) });
}

/** What is known of our supply changed from these days on: months that were reported are looked at again. */
export async function noteReportedSupply(tx: Tx, changes: readonly SupplyChange[], today: LocalDate): Promise<void> {
  const of = (month: LocalDate) => changes.filter(({ from, until = today }) => from < addMonths(month, 1) && month < until);
  const months = Array.from({ length: CORRECTED_MONTHS }, (_, ago) => addMonths(monthOf(today), -ago));
  for (const month of months) {
    const gridAreaIds = [...new Set(of(month).map(({ gridAreaId }) => gridAreaId))];
    if (gridAreaIds.length > 0) await noteReportedDays(tx, gridAreaIds, [month]);
  }
}

/** What became of the message: it arrived, or never will. What nobody took (`expired`) is tried again; what was refused for what it says is for a person, or for values that come. */
export async function hearReportDelivery(tx: Tx, reportId: string, { delivered, expired, reason }: { delivered: boolean; expired: boolean; reason: string }): Promise<void> {
  const report = await lockReport(tx, reportId);
  if (!report || report.status === (delivered ? 'SENT' : 'REJECTED')) return;
  await settleReport(tx, report, { status: delivered ? 'SENT' : 'REJECTED', at: await businessNow(tx), reason: delivered ? null : reason.slice(0, 2_000) });
  const [group] = await balancingGroupsById(tx, [report.balancingGroupId]);
  const subject = subjectOf(group!, report.month);
  if (expired) await schedule(tx, { kind: RESEND_REPORT, subject: report.id, dueAt: triedAgainAt(await businessNow(tx)) });
  if (!delivered) return raiseAlerts(tx, [{ kind: 'MABIS_LATE', subject, severity: 'CRITICAL', message: `Version ${report.version} of a report of ${group!.code} for ${report.month.slice(0, 7)} was refused: ${reason}`, gridAreaId: report.gridAreaId, period: null }]);
  if ((await unsentReports(tx, report.balancingGroupId, report.month)) > 0) return;
  await unschedule(tx, { kind: WATCH_REPORTS, subject: `${report.balancingGroupId} ${report.month}` });
  for (const kind of ['MABIS_DUE', 'MABIS_LATE'] as const) await clearAlerts(tx, kind, [subject]);
}
