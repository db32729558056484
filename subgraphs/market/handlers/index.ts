import { onMabisReportReady, onScheduleReady } from './on-schedule-ready.ts';
import { onSwitchRequested } from './on-switch-requested.ts';

export const handlers = [onSwitchRequested, onScheduleReady, onMabisReportReady];
