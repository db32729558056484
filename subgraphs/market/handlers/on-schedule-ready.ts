import { MabisReportReady, ScheduleReady } from '@stromgraph/events/energy';
import { on } from '@stromgraph/kernel/hearer';
import { prepareReport, prepareSchedule } from '../actions/prepare-balancing.ts';

/** A schedule, or a report, becomes a message that is stored and queued together with the event. */
export const onScheduleReady = on(ScheduleReady, (tx, { data }) => prepareSchedule(tx, data));
export const onMabisReportReady = on(MabisReportReady, (tx, { data }) => prepareReport(tx, data));
