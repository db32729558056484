// What a counter showed when somebody read it: at the start of supply, then once a year, and at its end.
import { addMonths, type LocalDate, startOfDay } from '@stromgraph/kernel/time';
import type { DemoContract } from './portfolio.ts';
import { randomOf } from './random.ts';
import { shareOfYears } from './shapes.ts';

export type DemoRead = Readonly<{ readAt: Date; wattHours: number; source: 'UPLOAD' | 'IOT_GATEWAY' | 'ESTIMATE'; quality: 'MEASURED' | 'SUBSTITUTED'; reason: string | null; method: string | null }>;

const WH_PER_KWH = 1_000;
const ESTIMATED_SHARE = 0.08;
/** Nobody got in; taken from what was used before. */
const ESTIMATED = { source: 'ESTIMATE', quality: 'SUBSTITUTED', reason: 'Z74', method: 'ZJ2' } as const;
/** Six digits before the point: then a counter begins anew. */
const ROLL_OVER_WATT_HOURS = 1_000_000 * WH_PER_KWH;

export function readsOf(contract: DemoContract, today: LocalDate): DemoRead[] {
  const random = randomOf('counter', contract.ordinal);
  const began = random.whole(120, 60_000) * WH_PER_KWH;
  const start = startOfDay(contract.startOn).getTime();
  const habit = 0.9 + 0.2 * random.next();
  return readDays(contract, today).map((day, nth) => {
    const readAt = startOfDay(day);
    const used = contract.expectedWattHours * habit * shareOfYears(contract.profile, start, readAt.getTime());
    // Counters of the old kind show whole kilowatt-hours.
    const wattHours = (began + Math.round(used / WH_PER_KWH) * WH_PER_KWH) % ROLL_OVER_WATT_HOURS;
    const estimated = nth > 0 && contract.meter.kind !== 'SMART' && random.chance(ESTIMATED_SHARE);
    if (estimated) return { readAt, wattHours, ...ESTIMATED };
    return { readAt, wattHours, source: contract.meter.kind === 'SMART' ? 'IOT_GATEWAY' : 'UPLOAD', quality: 'MEASURED', reason: null, method: null };
  });
}

/** The reads of a contract that begins later are still to come. */
function readDays({ startOn, endOn }: DemoContract, today: LocalDate): LocalDate[] {
  const anniversaries = [0, 12, 24, 36].map((months) => addMonths(startOn, months)).filter((day) => day < (endOn ?? today) && day < today);
  return endOn === null ? anniversaries : [...anniversaries, endOn];
}
