import { addMs } from '@stromgraph/kernel/time';

/** One kind of what a source publishes, as it is waited for. */
export type DataSeries = Readonly<{ kind: string; expectedAt: Date | null; publishedAt: Date | null; readAt: Date | null }>;

/** What was published has to be read within so long. */
export const FRESH_WITHIN_MS = 15 * 60_000;

/** The moment at which a series becomes stale, unless its next publication is read before; null while none is announced. */
export const staleAt = ({ expectedAt }: DataSeries): Date | null => expectedAt && addMs(expectedAt, FRESH_WITHIN_MS);

export const isStale = (series: DataSeries, now: Date): boolean => {
  const at = staleAt(series);
  return at !== null && at <= now;
};

/** For how long a publication that was announced has not been read. */
export const overdueSeconds = ({ expectedAt }: DataSeries, now: Date): number => (expectedAt === null ? 0 : Math.max(0, (now.getTime() - expectedAt.getTime()) / 1_000));

/** Whole minutes for people. */
export const overdueMinutes = (series: DataSeries, now: Date): number => Math.floor(overdueSeconds(series, now) / 60);
