import { isId } from '@stromgraph/kernel/ids';
import { parseObis } from '@stromgraph/kernel/market-ids';
import { isProblem } from '@stromgraph/kernel/problem';
import type { DomainContext } from '../context.ts';
import { toQuarterHours } from '../intervals/quarter-hours.ts';
import { readDays } from '../store/intervals.ts';
import { daysWithValues, isKnown, keptMonths, sumsByDay, sumsByMonth, type UsageOf } from '../store/usage.ts';
import { type Period, periodFault, type Usage, usageFromDays, usageFromSums, type UsageResolution } from '../usage/usage.ts';
import { refuse } from './page.ts';

/** Null where there is no such meter or contract, or where it is not one's own. */
export async function findUsage(
  { db }: DomainContext,
  of: UsageOf,
  { from, until, resolution, obis: given }: Period & { resolution: UsageResolution; obis: string },
): Promise<Usage | null> {
  const period = { from, until };
  const fault = periodFault(period, resolution);
  if (fault) refuse(fault);
  const obis = parseObis(given);
  if (isProblem(obis)) return refuse(`obis: ${obis.message} (allowed: such as 1-0:1.29.0)`);
  if (!isId(Object.values(of)[0]) || !(await isKnown(db, of))) return null;
  if (resolution === 'DAY') return usageFromSums({ period, resolution, obis, sums: await sumsByDay(db, of, obis, period) });
  if (resolution === 'MONTH') {
    // Sums per month are of the meter, whoever used the energy: a customer sees those of the own days.
    const isWhole = from.endsWith('-01') && until.endsWith('-01') && 'meterId' in of && db.ownCustomer === null;
    return usageFromSums({
      period,
      resolution,
      obis,
      sums: isWhole ? await keptMonths(db, of.meterId, obis, period) : await sumsByMonth(db, of, obis, period),
    });
  }
  const held = await daysWithValues(db, of, obis, period);
  const days = await readDays(
    db,
    held.map(({ registerId }) => registerId),
    held.map(({ day }) => day),
  );
  return usageFromDays({
    period,
    obis,
    days: days.map(({ day, minutes, startsMs, wattHours, statuses }) => ({
      day,
      ...toQuarterHours(
        day,
        minutes,
        startsMs.map((startMs, nth) => ({ startMs, wattHours: wattHours[nth]!, status: statuses[nth]! })),
      ),
    })),
  });
}
