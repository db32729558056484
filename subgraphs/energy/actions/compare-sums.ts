// Our sums beside the market's: a case for each that differs, until both agree or a person closes it.
import type { BalancingSumsReceived } from '@stromgraph/events/market';
import { requireActor } from '@stromgraph/kernel/auth';
import { businessNow } from '@stromgraph/kernel/clock';
import { transact, type Tx } from '@stromgraph/kernel/database';
import { isId, newId } from '@stromgraph/kernel/ids';
import { invalid, problem } from '@stromgraph/kernel/problem';
import type { z } from 'zod';
import type { DomainContext } from '../context.ts';
import { faultsOfReason } from '../hedging/order.ts';
import { type ClearingCase, differenceOf, isSameDifference } from '../mabis/clearing.ts';
import { seriesOf } from '../mabis/report.ts';
import { lockBalancingGroup, balancingGroupOfCode } from '../store/balancing-groups.ts';
import { addCase, casesById, clearingTolerances, lastCases, lockCase, saveCase } from '../store/clearing-cases.ts';
import { gridAreaOfCode } from '../store/grid-areas.ts';
import { addMarketSum, newestMarketSums, newestReport, type SumsKey } from '../store/mabis-reports.ts';
import { clearAlerts, raiseAlerts } from './raise-alerts.ts';

const subjectOf = ({ balancingGroupId, gridAreaId, month, kind }: Pick<ClearingCase, 'balancingGroupId' | 'gridAreaId' | 'month' | 'kind'>): string => `${balancingGroupId} ${gridAreaId} ${month} ${kind}`;

/** The market told what it found. Sums of a group or area that is none of ours are for a person: they are told, not taken. */
export async function takeMarketSums(tx: Tx, told: z.infer<typeof BalancingSumsReceived.schema>): Promise<void> {
  const { balancingGroupCode, gridAreaCode, month, kind, formedAt, wattHours } = told;
  const [group, area] = [await balancingGroupOfCode(tx, balancingGroupCode), await gridAreaOfCode(tx, gridAreaCode)];
  const subject = `sums ${balancingGroupCode} ${gridAreaCode} ${month}`.slice(0, 200);
  if (!group || !area) {
    const message = `The market sent sums of ${balancingGroupCode} in ${gridAreaCode} for ${month}, which is none of ours.`;
    return raiseAlerts(tx, [{ kind: 'DATA_INVALID', subject, severity: 'WARNING', message, gridAreaId: null, period: null }]);
  }
  await lockBalancingGroup(tx, group.id);
  const now = await businessNow(tx);
  await clearAlerts(tx, 'DATA_INVALID', [subject]);
  await addMarketSum(tx, { balancingGroupId: group.id, gridAreaId: area.id, month, kind, formedAt: new Date(formedAt), wattHours: wattHours.map(BigInt) }, now);
  await compareSums(tx, { groupId: group.id, gridAreaId: area.id, month }, now);
}

/** Compares the newest of both, as far as both are there. The group is locked. */
export async function compareSums(tx: Tx, key: SumsKey, now: Date): Promise<void> {
  const report = await newestReport(tx, key);
  if (!report) return;
  const [last, tolerances] = [await lastCases(tx, key), await clearingTolerances(tx)];
  for (const { kind, formedAt, wattHours } of await newestMarketSums(tx, [key])) {
    const known = last.find((one) => one.kind === kind) ?? null;
    const difference = differenceOf(seriesOf(report, kind), wattHours, tolerances.get(kind)!);
    if (difference === null) {
      if (known?.status === 'OPEN') await end(tx, { ...known, status: 'RESOLVED', endedAt: now });
    } else if (known?.status === 'OPEN') await saveCase(tx, { ...known, ...difference, reportVersion: report.version, formedAt });
    else if (known?.status !== 'CLOSED' || !isSameDifference(known, difference))
      await open(tx, { ...difference, id: newId<'clearing-case'>(), balancingGroupId: key.groupId, gridAreaId: key.gridAreaId, month: key.month, kind, status: 'OPEN', reportVersion: report.version, formedAt, openedAt: now, endedAt: null, closedBy: null, reason: null });
  }
}

async function open(tx: Tx, one: ClearingCase): Promise<void> {
  await addCase(tx, one);
  const message = `The market's ${one.kind === 'MEASURED' ? 'measured' : 'profile'} sum of ${one.month.slice(0, 7)} differs from ours in ${one.quarterHours} quarter hours, by ${one.differenceWattHours} Wh in all.`;
  await raiseAlerts(tx, [{ kind: 'CLEARING_OPEN', subject: subjectOf(one), severity: 'WARNING', message, gridAreaId: one.gridAreaId, period: null }]);
}

async function end(tx: Tx, one: ClearingCase): Promise<void> {
  await saveCase(tx, one);
  await clearAlerts(tx, 'CLEARING_OPEN', [subjectOf(one)]);
}

/** A person has decided; the same difference does not open another case, another one does. */
export async function closeClearingCase({ db, actor }: DomainContext, { caseId, reason }: { caseId: string; reason: string }) {
  const { name } = requireActor(actor);
  return transact(db, async (tx) => {
    const faults = faultsOfReason(reason);
    if (faults.length > 0) return invalid(faults);
    // The group first, as everybody who touches its cases does.
    const [seen] = isId(caseId) ? await casesById(tx, [caseId]) : [];
    if (!seen) return problem('ClearingCaseNotFound', `There is no clearing case ${caseId}.`, { caseId });
    await lockBalancingGroup(tx, seen.balancingGroupId);
    const one = (await lockCase(tx, caseId))!;
    if (one.status !== 'OPEN') return problem('ClearingCaseNotOpen', `The case is ${one.status === 'CLOSED' ? `closed by ${one.closedBy}` : 'resolved'} already.`, { caseId });
    await end(tx, { ...one, status: 'CLOSED', endedAt: await businessNow(tx), closedBy: name, reason });
    return { caseId };
  });
}
