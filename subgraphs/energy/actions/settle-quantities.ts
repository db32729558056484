import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { addDays, type LocalDate } from '@stromgraph/kernel/time';
import { areaDaysOf } from '../positions/area-day.ts';
import { isSameQuantity, type MeterOfContract, type ReadPeriod, settleQuantity } from '../profit/quantity.ts';
import { gridAreasById } from '../store/grid-areas.ts';
import { addSettlements, allocationsOf, lockMeters, newestSettlements } from '../store/quantity-settlements.ts';
import { readPeriods, type RegisterRead, saveRegisterReads } from '../store/register-reads.ts';
import { addStaleContracts, addStaleMonth, addStaleProfile, takeStaleMeters } from '../store/stale-quantities.ts';

export const SETTLE_QUANTITIES = 'SETTLE_QUANTITIES';
/** A transaction's worth. */
const CONTRACTS_AT_ONCE = 200;

/**
 * What registers say of customers balanced on a load profile is settled against what was allocated to them: each period between two
 * readings, anew when a reading is corrected; one that another reading has divided is withdrawn.
 */
export async function settleQuantities(tx: Tx, reads: readonly RegisterRead[]): Promise<void> {
  const news = await saveRegisterReads(tx, reads);
  const days = new Set(news.map(({ contractId, meterId, readOn }) => `${contractId} ${meterId} ${readOn}`));
  await settle(tx, news, ({ contractId, meterId, from, until }) => [from, until].some((day) => days.has(`${contractId} ${meterId} ${day}`)));
}

/** Supply ends on another day than was known: what was allocated to these contracts is settled again. */
export async function noteStaleContracts(tx: Tx, contractIds: readonly string[]): Promise<void> {
  if ((await addStaleContracts(tx, contractIds)) > 0) await planSettlement(tx);
}

/** A load profile has new values: what they allocated is settled again. */
export async function noteStaleProfile(tx: Tx, profile: string): Promise<void> {
  if ((await addStaleProfile(tx, profile)) > 0) await planSettlement(tx);
}

/** A month has a price, or another one: what was settled for days of it is settled at it. */
export async function noteStaleMonth(tx: Tx, month: LocalDate): Promise<void> {
  if ((await addStaleMonth(tx, month)) > 0) await planSettlement(tx);
}

const planSettlement = async (tx: Tx): Promise<void> => schedule(tx, { kind: SETTLE_QUANTITIES, subject: 'quantities', dueAt: await businessNow(tx) });

/** Some contracts at a time: each period that says something else gets its next version. */
export async function settleStaleQuantities(tx: Tx): Promise<void> {
  const { contracts, meters } = await takeStaleMeters(tx, CONTRACTS_AT_ONCE);
  await settle(tx, meters, () => true);
  if (contracts === CONTRACTS_AT_ONCE) await planSettlement(tx);
}

/** `isDoubtful`: which periods are worked out anew though they are settled. */
async function settle(tx: Tx, meters: readonly MeterOfContract[], isDoubtful: (period: ReadPeriod) => boolean): Promise<void> {
  if (meters.length === 0) return;
  await lockMeters(tx, meters.map(({ meterId }) => meterId));
  const periods = await readPeriods(tx, meters);
  const before = await newestSettlements(tx, meters);
  const settled = new Map(before.map((settlement) => [keyOf(settlement), settlement]));
  const standing = new Set(periods.map(keyOf));
  const withdrawn = before
    .filter((settlement) => !settlement.withdrawn && !standing.has(keyOf(settlement)))
    .map((settlement) => ({ ...settlement, version: settlement.version + 1, withdrawn: true, differenceWattHours: 0n, amountCents: settlement.amountCents === null ? null : 0n }));
  const asked = periods.filter((period) => isDoubtful(period) || (settled.get(keyOf(period))?.withdrawn ?? true));
  const allocations = asked.length === 0 ? [] : await allocationsOf(tx, asked, await daysOf(tx, asked));
  const fresh = asked.flatMap((period, index) => {
    const last = settled.get(keyOf(period));
    const quantity = settleQuantity(period.measuredWattHours, allocations[index]!);
    if (last && !last.withdrawn && last.measuredWattHours === period.measuredWattHours && isSameQuantity(last, quantity)) return [];
    return [{ ...period, ...quantity, version: (last?.version ?? 0) + 1, withdrawn: false }];
  });
  if (withdrawn.length + fresh.length > 0) await addSettlements(tx, [...withdrawn, ...fresh], await businessNow(tx));
}

const keyOf = ({ contractId, meterId, from, until }: Omit<ReadPeriod, 'fromAt' | 'untilAt'>): string => `${contractId} ${meterId} ${from} ${until}`;

/** The days of all these periods in all their areas, those of their last readings too. */
async function daysOf(tx: Tx, periods: readonly ReadPeriod[]) {
  const areas = await gridAreasById(tx, [...new Set(periods.map(({ gridAreaId }) => gridAreaId))]);
  const first = periods.map(({ from }) => from).reduce((a, b) => (a < b ? a : b));
  const last = periods.map(({ until }) => until).reduce((a, b) => (a > b ? a : b));
  const days: LocalDate[] = [];
  for (let day = first; day <= last; day = addDays(day, 1)) days.push(day);
  return areaDaysOf(areas, days);
}
