import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { addDays, type LocalDate } from '@stromgraph/kernel/time';
import { areaDaysOf } from '../positions/area-day.ts';
import { type QuantitySettlement, type ReadPeriod, settleQuantity } from '../profit/quantity.ts';
import { gridAreasById } from '../store/grid-areas.ts';
import { addSettlements, allocationsOf, newestSettlements } from '../store/quantity-settlements.ts';
import { readPeriods, type RegisterRead, saveRegisterReads } from '../store/register-reads.ts';

/**
 * What registers say of customers balanced on a load profile is settled against what was allocated to them: each period between two
 * readings, anew when a reading is corrected; one that another reading has divided is withdrawn. A register that ran backwards settles nothing.
 */
export async function settleQuantities(tx: Tx, reads: readonly RegisterRead[]): Promise<void> {
  const meters = await saveRegisterReads(tx, reads);
  if (meters.length === 0) return;
  const periods = (await readPeriods(tx, meters)).filter(({ measuredWattHours }) => measuredWattHours >= 0n);
  const before = await newestSettlements(tx, meters);
  const settled = new Map(before.map((settlement) => [keyOf(settlement), settlement]));
  const standing = new Set(periods.map(keyOf));
  const withdrawn = before
    .filter((settlement) => !settlement.withdrawn && !standing.has(keyOf(settlement)))
    .map((settlement) => ({ ...settlement, version: settlement.version + 1, withdrawn: true, differenceWattHours: 0n, amountCents: settlement.amountCents === null ? null : 0n }));
  const news = periods.filter((period) => {
    const last = settled.get(keyOf(period));
    return !last || last.withdrawn || last.measuredWattHours !== period.measuredWattHours;
  });
  const allocations = news.length === 0 ? [] : await allocationsOf(tx, news, await daysOf(tx, news));
  const fresh = news.map((period, index) => ({ ...period, ...settleQuantity(period.measuredWattHours, allocations[index]!), version: (settled.get(keyOf(period))?.version ?? 0) + 1, withdrawn: false }));
  await addSettlements(tx, [...withdrawn, ...fresh], await businessNow(tx));
}

const keyOf = ({ contractId, meterId, from, until }: ReadPeriod | QuantitySettlement): string => `${contractId} ${meterId} ${from} ${until}`;

/** The days of all these periods in all their areas. */
async function daysOf(tx: Tx, periods: readonly ReadPeriod[]) {
  const areas = await gridAreasById(tx, [...new Set(periods.map(({ gridAreaId }) => gridAreaId))]);
  const first = periods.map(({ from }) => from).reduce((a, b) => (a < b ? a : b));
  const last = periods.map(({ until }) => until).reduce((a, b) => (a > b ? a : b));
  const days: LocalDate[] = [];
  for (let day = first; day < last; day = addDays(day, 1)) days.push(day);
  return areaDaysOf(areas, days);
}
