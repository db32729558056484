import { ProfitLossPosted } from '@stromgraph/events/energy';
import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { idOf } from '@stromgraph/kernel/ids';
import { publishAll } from '@stromgraph/kernel/outbox';
import { addDays, dayOf, type LocalDate } from '@stromgraph/kernel/time';
import { areaDaysOf } from '../positions/area-day.ts';
import { monthOf, nextMinute, nextSnapshotAt, snapshotDaysOf } from '../profit/calendar.ts';
import { amountsTold, nextProfitLoss, type ProfitLossVersion } from '../profit/profit-loss.ts';
import { lockGridAreas } from '../store/grid-areas.ts';
import { closedMonths } from '../store/month-closes.ts';
import { addProfitLoss, newestProfitLoss } from '../store/profit-loss.ts';
import { profitLossFigures } from '../store/profit-loss-figures.ts';
import { addStaleDays, addStaleDaysOfTrades, dropStaleDays, staleDaysOf } from '../store/stale-days.ts';
import { scheduleCorrection } from './close-month.ts';

export const SNAPSHOT_PROFIT_LOSS = 'SNAPSHOT_PROFIT_LOSS';
export const REVALUE_PROFIT_LOSS = 'REVALUE_PROFIT_LOSS';
const SUBJECT = 'profit-loss';

/** The night's snapshot: the day that is over and those to come are looked at in every area. */
export async function snapshotProfitLoss(tx: Tx): Promise<void> {
  const now = await businessNow(tx);
  await revalueAt(tx, await addStaleDays(tx, null, snapshotDaysOf(dayOf(now))), now);
  await planSnapshot(tx, now);
}

export const planSnapshot = (tx: Tx, now: Date): Promise<void> => schedule(tx, { kind: SNAPSHOT_PROFIT_LOSS, subject: SUBJECT, dueAt: nextSnapshotAt(now) });

/** What became known of days, such as readings and prices, is calculated with the next minute. */
export async function noteStaleDays(tx: Tx, gridAreaIds: readonly string[] | null, days: readonly LocalDate[]): Promise<void> {
  await revalueAt(tx, await addStaleDays(tx, gridAreaIds, days), nextMinute(await businessNow(tx)));
}

/** Trades were made, or count no longer: the days on which they deliver. */
export async function noteTrades(tx: Tx, tradeIds: readonly string[]): Promise<void> {
  await revalueAt(tx, await addStaleDaysOfTrades(tx, tradeIds), nextMinute(await businessNow(tx)));
}

async function revalueAt(tx: Tx, gridAreaIds: readonly string[], dueAt: Date): Promise<void> {
  for (const subject of gridAreaIds) await schedule(tx, { kind: REVALUE_PROFIT_LOSS, subject, dueAt });
}

/** Calculates an area's stale days: those to come together, one that is over at a time. A day that says something else gets its next version, a closed month its correction. */
export async function revalueProfitLoss(tx: Tx, gridAreaId: string): Promise<void> {
  const areas = await lockGridAreas(tx, [gridAreaId]);
  const stale = await staleDaysOf(tx, gridAreaId);
  if (stale.length === 0) return;
  const now = await businessNow(tx);
  const today = dayOf(now);
  const days = [...stale.filter((day) => day < today).slice(0, 1), ...stale.filter((day) => day >= today)];
  const before = new Map((await newestProfitLoss(tx, gridAreaId, days)).map((version) => [version.deliveryDay, version]));
  const figures = await profitLossFigures(tx, areaDaysOf(areas, days), today);
  const news = figures.flatMap((day) => {
    const last = before.get(day.deliveryDay) ?? null;
    const next = nextProfitLoss(last, day);
    return next ? [{ ...next, version: (last?.version ?? 0) + 1 }] : [];
  });
  const added = await addProfitLoss(tx, news, now);
  await publishAll(tx, ProfitLossPosted, added.map((version) => toFact(version, before.get(version.deliveryDay)?.id ?? null)));
  await dropStaleDays(tx, gridAreaId, days);
  if (days.length < stale.length) await revalueAt(tx, [gridAreaId], now);
  const months = [...new Set(added.filter(({ state }) => state === 'REALISED').map(({ deliveryDay }) => monthOf(deliveryDay)))];
  for (const month of await closedMonths(tx, gridAreaId, months)) await scheduleCorrection(tx, { gridAreaId, month }, now);
}

const toFact = (version: ProfitLossVersion, replaces: string | null) => ({
  aggregateType: 'profit-loss',
  aggregateId: idOf('profit-loss', `${version.gridAreaId} ${version.deliveryDay}`),
  data: {
    profitLossId: version.id,
    gridAreaId: version.gridAreaId,
    period: 'DAY' as const,
    from: version.deliveryDay,
    until: addDays(version.deliveryDay, 1),
    version: version.version,
    replaces,
    state: version.state,
    provisional: version.valuedAt !== 'FINAL',
    ...amountsTold(version),
  },
});
