import type { DueHandlers } from '@stromgraph/kernel/due';
import { CHECK_FORWARD, checkForward } from '../actions/check-forward.ts';
import { CHECK_POSITIONS, checkPositions } from '../actions/check-positions.ts';
import { CLOSE_MONTH, closeMonth, CORRECT_CLOSE, correctClose } from '../actions/close-month.ts';
import { FORECAST_AREAS, FORECAST_DAY, forecastAreas, forecastDay } from '../actions/forecast-day.ts';
import { LEARN_PROFILE, LEARN_PROFILES, learnProfile, learnProfiles } from '../actions/learn-profiles.ts';
import { MEASURE_FORECASTS, measureForecasts } from '../actions/measure-forecasts.ts';
import { OPEN_POSITION_DAYS, openPositionDays } from '../actions/open-position-days.ts';
import { REVALUE_PROFIT_LOSS, revalueProfitLoss, SNAPSHOT_PROFIT_LOSS, snapshotProfitLoss } from '../actions/revalue-profit-loss.ts';
import { SETTLE_FORWARD, settleForward } from '../actions/settle-forward.ts';
import { SETTLE_QUANTITIES, settleStaleQuantities } from '../actions/settle-quantities.ts';
import { WATCH_LIMITS, watchLimits } from '../actions/watch-limits.ts';
import { reportDueHandlersWith } from '../actions/report-months.ts';
import { nominationDueHandlers } from '../actions/watch-nominations.ts';
import { WATCH_TENORS, watchTenors } from '../actions/watch-tenors.ts';
import { watchDueHandlers } from '../actions/watch-series.ts';
import { USUAL_WORKING_DAY } from '../mabis/report.ts';

export type DueSettings = Readonly<{
  /** How often all positions are calculated from nothing. */
  checkEveryHours: number;
  /** By the end of which working day after a month its reports are sent. */
  mabisWorkingDay?: number;
}>;

export const dueHandlersWith = ({ checkEveryHours, mabisWorkingDay = USUAL_WORKING_DAY }: DueSettings): DueHandlers => ({
  [OPEN_POSITION_DAYS]: openPositionDays,
  [CHECK_POSITIONS]: async (tx, _, { log }) => void (await checkPositions(tx, { log, everyHours: checkEveryHours })),
  [SNAPSHOT_PROFIT_LOSS]: snapshotProfitLoss,
  [REVALUE_PROFIT_LOSS]: (tx, { subject }) => revalueProfitLoss(tx, subject),
  [CLOSE_MONTH]: (tx, { subject }) => closeMonth(tx, subject),
  [CORRECT_CLOSE]: (tx, { subject }) => correctClose(tx, subject),
  [CHECK_FORWARD]: async (tx, { subject }, { log }) => void (await checkForward(tx, subject, log)),
  [SETTLE_FORWARD]: settleForward,
  [SETTLE_QUANTITIES]: settleStaleQuantities,
  [FORECAST_AREAS]: (tx, { dueAt }) => forecastAreas(tx, dueAt),
  [FORECAST_DAY]: (tx, { subject, dueAt }) => forecastDay(tx, subject, dueAt),
  [LEARN_PROFILES]: (tx, { dueAt }) => learnProfiles(tx, dueAt),
  [LEARN_PROFILE]: (tx, { subject }) => learnProfile(tx, subject),
  [MEASURE_FORECASTS]: (tx, { subject }) => measureForecasts(tx, subject),
  [WATCH_LIMITS]: async (tx, { subject }) => {
    await watchLimits(tx, [subject]);
    await watchTenors(tx, [subject]);
  },
  [WATCH_TENORS]: (tx, { subject }) => watchTenors(tx, [subject]),
  ...watchDueHandlers,
  ...nominationDueHandlers,
  ...reportDueHandlersWith(mabisWorkingDay),
});
