import { requireActor } from '@stromgraph/kernel/auth';
import { businessNow } from '@stromgraph/kernel/clock';
import { transact } from '@stromgraph/kernel/database';
import { isId } from '@stromgraph/kernel/ids';
import { problem } from '@stromgraph/kernel/problem';
import type { DomainContext } from '../context.ts';
import { correctedUntil } from '../mabis/report.ts';
import { lockReport } from '../store/mabis-reports.ts';
import { sendAgain } from './report-months.ts';

/** A person has seen why a report was refused, and has it sent again, as its sums are known by now. */
export async function resendMabisReport({ db, actor }: DomainContext, { reportId }: { reportId: string }) {
  requireActor(actor);
  return transact(db, async (tx) => {
    const report = isId(reportId) ? await lockReport(tx, reportId) : null;
    if (!report) return problem('MabisReportNotFound', `There is no report ${reportId}.`, { reportId });
    if (report.status !== 'REJECTED') return problem('MabisReportNotRefused', `Version ${report.version} is ${report.status === 'SENT' ? 'with the market' : 'on its way'}.`, { reportId });
    const endedAt = correctedUntil(report.month);
    if ((await businessNow(tx)) >= endedAt) return problem('MabisCorrectionsEnded', `${report.month.slice(0, 7)} could be corrected until ${endedAt.toISOString()}.`, { reportId, endedAt });
    const again = await sendAgain(tx, report);
    return again === null ? problem('MabisReportNotRefused', `A later version has taken the place of version ${report.version}.`, { reportId }) : { reportId: again };
  });
}
