import { ProfitLossPosted } from '@stromgraph/events/energy';
import { businessNow } from '@stromgraph/kernel/clock';
import { planningOnceForAll, type Tx } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { idOf } from '@stromgraph/kernel/ids';
import { publishAll } from '@stromgraph/kernel/outbox';
import { addDays, dayOf, type LocalDate } from '@stromgraph/kernel/time';
import { areaDaysOf } from '../positions/area-day.ts';
import { isClosed, monthOf, nextMinute, nextSnapshotAt } from '../profit/calendar.ts';
import { amountsTold, nextProfitLoss, type ProfitLossVersion } from '../profit/profit-loss.ts';
import { gridAreasById } from '../store/grid-areas.ts';
import type { SupplyChange } from '../store/demand.ts';
import { addProfitLoss, newestProfitLoss } from '../store/profit-loss.ts';
import { profitLossFigures } from '../store/profit-loss-figures.ts';
import { addStaleDays, daysToSnapshot, type DeliveryDayOfArea, dropStaleDays, lockStaleDays, positionDaysIn, positionDaysOfTrades, positionDaysSince } from '../store/stale-days.ts';
import { scheduleCorrection } from './close-month.ts';

export const SNAPSHOT_PROFIT_LOSS = 'SNAPSHOT_PROFIT_LOSS';
export const REVALUE_PROFIT_LOSS = 'REVALUE_PROFIT_LOSS';
const SUBJECT = 'profit-loss';

/** The night's snapshot: the day that is over and those to come are looked at in every area. */
export async function snapshotProfitLoss(tx: Tx): Promise<void> {
  const now = await businessNow(tx);
  await note(tx, await daysToSnapshot(tx, dayOf(now)), now);
  await planSnapshot(tx, now);
}

export const planSnapshot = (tx: Tx, now: Date): Promise<void> => schedule(tx, { kind: SNAPSHOT_PROFIT_LOSS, subject: SUBJECT, dueAt: nextSnapshotAt(now) });

/** What became known of days, such as readings and prices, is calculated with the next minute. */
export async function noteStaleDays(tx: Tx, gridAreaIds: readonly string[] | null, days: readonly LocalDate[]): Promise<void> {
  await note(tx, await positionDaysIn(tx, gridAreaIds, days), nextMinute(await businessNow(tx)));
}

/** What is known of our supply changed from these days on: those before today that have had positions. From today on positions tell of it. */
export async function noteStaleSupply(tx: Tx, changes: readonly SupplyChange[], today: LocalDate): Promise<void> {
  const past = changes.filter(({ from }) => from < today);
  if (past.length === 0) return;
  await note(tx, await positionDaysSince(tx, past, today), nextMinute(await businessNow(tx)));
}

/** Trades were made, or count no longer: the days on which they deliver. */
export async function noteTrades(tx: Tx, tradeIds: readonly string[]): Promise<void> {
  await note(tx, await positionDaysOfTrades(tx, tradeIds), nextMinute(await businessNow(tx)));
}

/** First what is due, then the days: in this order who calculates them takes them too. */
async function note(tx: Tx, days: readonly DeliveryDayOfArea[], dueAt: Date): Promise<void> {
  for (const gridAreaId of new Set(days.map((day) => day.gridAreaId))) await planRevaluation(tx, gridAreaId, dueAt);
  await addStaleDays(tx, days);
}

const planRevaluation = (tx: Tx, gridAreaId: string, dueAt: Date): Promise<void> => schedule(tx, { kind: REVALUE_PROFIT_LOSS, subject: gridAreaId, dueAt });

/** Calculates an area's stale days: those to come together, one that is over at a time. A day that says something else gets its next version, a closed month its correction. */
export async function revalueProfitLoss(plain: Tx, gridAreaId: string): Promise<void> {
  const tx = await planningOnceForAll(plain);
  const stale = await lockStaleDays(tx, gridAreaId);
  if (stale.length === 0) return;
  const now = await businessNow(tx);
  const today = dayOf(now);
  const days = [...stale.filter((day) => day < today).slice(0, 1), ...stale.filter((day) => day >= today)];
  const before = new Map((await newestProfitLoss(tx, gridAreaId, days)).map((version) => [version.deliveryDay, version]));
  const figures = await profitLossFigures(tx, areaDaysOf(await gridAreasById(tx, [gridAreaId]), days), today);
  const news = figures.flatMap((day) => {
    const last = before.get(day.deliveryDay) ?? null;
    const next = nextProfitLoss(last, day);
    return next ? [{ ...next, version: (last?.version ?? 0) + 1 }] : [];
  });
  const added = await addProfitLoss(tx, news, now);
  await publishAll(tx, ProfitLossPosted, added.map((version) => toFact(version, before.get(version.deliveryDay)?.id ?? null)));
  await dropStaleDays(tx, gridAreaId, days);
  if (days.length < stale.length) await planRevaluation(tx, gridAreaId, now);
  const months = [...new Set(added.filter(({ state }) => state === 'REALISED').map(({ deliveryDay }) => monthOf(deliveryDay)))];
  for (const month of months.filter((each) => isClosed(each, now))) await scheduleCorrection(tx, { gridAreaId, month }, now);
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
