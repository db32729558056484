// Metering's usage queries, asked as resolvers ask them.
import { usageOfPeriod } from '@stromgraph/metering/actions/usage-of-period';
import { openDomain } from '@stromgraph/metering/runtime';
import { businessNow } from '@stromgraph/kernel/clock';
import type { LocalDate } from '@stromgraph/kernel/time';
import { serve } from '../child.ts';

const runtime = openDomain();
const { db } = runtime.tenants.get('demo')!;

type Question = { meterId: string; registerId: number; from: LocalDate; until: LocalDate; resolution: 'QUARTER_HOUR' | 'MONTH'; times: number };

/** The same values by plain SQL, on a connection of the same pool. */
const BARE = {
  QUARTER_HOUR: `SELECT start_at, watt_hours, status FROM metering.interval WHERE register_id = $1 AND start_at >= $2::date::timestamp AT TIME ZONE 'Europe/Berlin' AND start_at < $3::date::timestamp AT TIME ZONE 'Europe/Berlin' ORDER BY start_at`,
  MONTH: `SELECT date_trunc('month', start_at AT TIME ZONE 'Europe/Berlin') AS month, sum(watt_hours)::bigint AS watt_hours FROM metering.interval
    WHERE register_id = $1 AND start_at >= $2::date::timestamp AT TIME ZONE 'Europe/Berlin' AND start_at < $3::date::timestamp AT TIME ZONE 'Europe/Berlin' GROUP BY 1 ORDER BY 1`,
} as const;

async function ask({ meterId, registerId, from, until, resolution, times }: Question) {
  const now = await businessNow(db);
  const took = { ours: [] as number[], bare: [] as number[] };
  let [ours, bare] = [0n, 0n];
  for (let run = 0; run <= times; run++) {
    const startedAt = performance.now();
    const usage = await usageOfPeriod(db, { meterId }, { period: { from, until }, resolution, obis: '1-0:1.29.0', isWorking: true, asOf: null, now });
    const halfAt = performance.now();
    const { rows } = await db.query<{ watt_hours: bigint }>(BARE[resolution], [registerId, from, until]);
    const endedAt = performance.now();
    ours = usage!.totalWattHours;
    bare = rows.reduce((sum, { watt_hours }) => sum + watt_hours, 0n);
    if (run === 0) continue; // everything warm before anything counts
    took.ours.push(halfAt - startedAt);
    took.bare.push(endedAt - halfAt);
  }
  if (ours !== bare || ours === 0n) throw new Error(`${ours} Wh by us, ${bare} Wh by plain SQL`);
  return took;
}

serve<Question>({}, { answer: ask, end: () => runtime.close() });
