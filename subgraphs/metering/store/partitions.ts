import type { Queryable } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';

/** Makes the partitions of intervals for the months from `first` to `last`, both included; answers how many were new. */
export async function ensureIntervalPartitions(db: Queryable, { first, last }: { first: LocalDate; last: LocalDate }): Promise<number> {
  const [row] = await db.sql<{ made: number }>`SELECT metering.ensure_interval_partitions(${first}, ${last}) AS made`;
  return row!.made;
}
