import type { Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import { OPEN_DAYS } from '../positions/horizon.ts';

/** Business time, and how many of the days that should have positions by then have them. */
export async function openDaysNow(tx: Tx): Promise<{ now: Date; open: number }> {
  const [row] = await tx.sql<{ now: Date; open: number }>`
    SELECT t.now, (SELECT count(*)::int FROM energy.position_day d WHERE d.delivery_day BETWEEN b.today AND b.today + ${OPEN_DAYS - 1}::int) AS open
    FROM (SELECT platform.business_now() AS now) t CROSS JOIN LATERAL (SELECT (t.now AT TIME ZONE 'Europe/Berlin')::date AS today) b`;
  return row!;
}

/** Opens days for positions; answers those that were not open. */
export async function openDays(tx: Tx, days: readonly LocalDate[], openedAt: Date): Promise<LocalDate[]> {
  const rows = await tx.sql<{ delivery_day: LocalDate }>`
    INSERT INTO energy.position_day (delivery_day, opened_at) SELECT day, ${openedAt} FROM unnest(${days}::date[]) d (day) ORDER BY day
    ON CONFLICT DO NOTHING RETURNING delivery_day`;
  return rows.map((row) => row.delivery_day).sort();
}
