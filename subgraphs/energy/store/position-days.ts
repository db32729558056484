import type { Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';

/** Whether all of these days have positions. */
export async function areDaysOpen(tx: Tx, days: readonly LocalDate[]): Promise<boolean> {
  const [row] = await tx.sql<{ open: bigint }>`SELECT count(*) AS open FROM energy.position_day WHERE delivery_day = ANY (${days}::date[])`;
  return row!.open === BigInt(days.length);
}

/** Opens days for positions; answers those that were not open. */
export async function openDays(tx: Tx, days: readonly LocalDate[], openedAt: Date): Promise<LocalDate[]> {
  const rows = await tx.sql<{ delivery_day: LocalDate }>`
    INSERT INTO energy.position_day (delivery_day, opened_at) SELECT day, ${openedAt} FROM unnest(${days}::date[]) d (day) ORDER BY day
    ON CONFLICT DO NOTHING RETURNING delivery_day`;
  return rows.map((row) => row.delivery_day).sort();
}
