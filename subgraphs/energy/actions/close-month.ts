import { ProfitLossPosted } from '@stromgraph/events/energy';
import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { idOf } from '@stromgraph/kernel/ids';
import { publishAll } from '@stromgraph/kernel/outbox';
import { addMonths, type LocalDate } from '@stromgraph/kernel/time';
import { closeAt, nextMinute } from '../profit/calendar.ts';
import type { MonthClose } from '../profit/month-close.ts';
import { amountsTold } from '../profit/profit-loss.ts';
import { addMonthCloses } from '../store/month-closes.ts';

export const CLOSE_MONTH = 'CLOSE_MONTH';
export const CORRECT_CLOSE = 'CORRECT_CLOSE';

/** Closes a month in every area, and plans the next one; days that change later correct it. One that changes at this very moment is refused by the database, and tried again. */
export async function closeMonth(tx: Tx, month: LocalDate): Promise<void> {
  await post(tx, await addMonthCloses(tx, { month, gridAreaIds: null, closedAt: await businessNow(tx) }));
  await planClose(tx, addMonths(month, 1));
}

export const planClose = (tx: Tx, month: LocalDate): Promise<void> => schedule(tx, { kind: CLOSE_MONTH, subject: month, dueAt: closeAt(month) });

type AreaMonth = Readonly<{ gridAreaId: string; month: LocalDate }>;
/** A day of a closed month has changed; what changes within a minute is corrected at once. */
export const scheduleCorrection = (tx: Tx, { gridAreaId, month }: AreaMonth, now: Date): Promise<void> =>
  schedule(tx, { kind: CORRECT_CLOSE, subject: `${gridAreaId} ${month}`, dueAt: nextMinute(now) });

/** `subject` as it was scheduled. */
export async function correctClose(tx: Tx, subject: string): Promise<void> {
  const [gridAreaId, month] = subject.split(' ') as [string, LocalDate];
  await post(tx, await addMonthCloses(tx, { month, gridAreaIds: [gridAreaId], closedAt: await businessNow(tx) }));
}

const post = (tx: Tx, closes: readonly MonthClose[]): Promise<void> =>
  publishAll(
    tx,
    ProfitLossPosted,
    closes.map((close) => ({
      aggregateType: 'profit-loss',
      aggregateId: idOf('profit-loss', `${close.gridAreaId} ${close.month} month`),
      data: {
        profitLossId: close.id,
        gridAreaId: close.gridAreaId,
        period: 'MONTH' as const,
        from: close.month,
        until: addMonths(close.month, 1),
        version: close.version,
        replaces: close.replaces,
        state: 'REALISED' as const,
        provisional: close.provisional,
        ...amountsTold(close),
      },
    })),
  );
