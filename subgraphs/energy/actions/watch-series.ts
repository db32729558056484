// Whether what the data service announces is read in time: an alert for each series that is not.
import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { type DueHandlers, schedule, unschedule } from '@stromgraph/kernel/due';
import type { Taking } from '@stromgraph/kernel/read-publications';
import { ENET } from '../clients/enet.ts';
import { type DataSeries, isStale, overdueMinutes, staleAt } from '../series/freshness.ts';
import { noteSeries, seriesOf } from '../store/series.ts';
import { clearAlerts, raiseAlerts } from './raise-alerts.ts';

export const WATCH_SERIES = 'WATCH_SERIES';

const subjectOf = (kind: string): string => `${ENET} ${kind}`;

/** After a reading: what came ends its alert, what is announced is watched, what is stale still gets one. */
export const noteReading =
  (kinds: readonly string[]): NonNullable<Taking['afterReading']> =>
  async (tx, { published, planned, now }) => {
    const mine = <T extends { kind: string }>(all: readonly T[]) => all.filter(({ kind }) => kinds.includes(kind));
    const series = await noteSeries(tx, ENET, { planned: mine(planned), published: mine(published), now });
    await clearAlerts(tx, 'DATA_STALE', [ENET, ...series.filter((one) => !isStale(one, now)).map(({ kind }) => subjectOf(kind))]);
    await tellStale(tx, series, now);
    for (const one of series) await watch(tx, one, now);
  };

/** After six hours of failures in a row the service itself gets an alert; it is asked on. */
export const noteFailedReading: NonNullable<Taking['afterFailure']> = async (tx, { failingSince, overdue, error }) => {
  if (!overdue) return;
  const message = `${ENET} has not answered since ${failingSince.toISOString()}: ${error}`;
  await raiseAlerts(tx, [{ kind: 'DATA_STALE', subject: ENET, severity: 'CRITICAL', message, gridAreaId: null, period: null }]);
};

export const watchDueHandlers: DueHandlers = {
  [WATCH_SERIES]: async (tx, { subject }) => {
    const now = await businessNow(tx);
    await tellStale(tx, (await seriesOf(tx, ENET)).filter(({ kind }) => subjectOf(kind) === subject), now);
  },
};

const watch = (tx: Tx, series: DataSeries, now: Date): Promise<void> => {
  const due = { kind: WATCH_SERIES, subject: subjectOf(series.kind) };
  const dueAt = staleAt(series);
  return dueAt !== null && dueAt > now ? schedule(tx, { ...due, dueAt }) : unschedule(tx, due);
};

const tellStale = (tx: Tx, series: readonly DataSeries[], now: Date): Promise<void> =>
  raiseAlerts(
    tx,
    series
      .filter((one) => isStale(one, now))
      .map((one) => ({
        kind: 'DATA_STALE' as const,
        subject: subjectOf(one.kind),
        severity: 'WARNING' as const,
        message: `${one.kind} of ${ENET} was announced for ${one.expectedAt!.toISOString()} and has not come after ${overdueMinutes(one, now)} minutes.`,
        gridAreaId: null,
        period: null,
      })),
  );
