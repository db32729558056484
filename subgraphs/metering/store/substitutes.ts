// Why the market's substitutes were formed, and how: beside the values, as few of them are one.
import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { Explained } from '../intervals/decide.ts';
import { int4Array, timestamptzArray } from './binary-arrays.ts';
import type { DayOfRegister } from './working.ts';

export async function saveExplained(tx: Tx, explained: readonly Explained[], { at, batchId }: { at: Date; batchId: string }): Promise<void> {
  if (explained.length === 0) return;
  await tx.query(
    `INSERT INTO metering.interval_substitute (register_id, start_at, reason, method, known_from, batch_id)
     SELECT g.register_id, g.start_at, g.reason, g.method, $5, $6 FROM unnest($1::int4[], $2::timestamptz[], $3::text[], $4::text[]) g (register_id, start_at, reason, method)`,
    [int4Array(explained.map(({ registerId }) => registerId)), timestamptzArray(explained.map(({ startMs }) => startMs)), explained.map(({ reason }) => reason), explained.map(({ method }) => method), at, batchId],
  );
}

/** What was said last of the substitutes of some days, up to an instant if one is given; in order of time. Those stored before it was kept have none. */
export async function explainedOfDays(db: Queryable, days: readonly DayOfRegister[], asOf: Date | null): Promise<Explained[]> {
  if (days.length === 0) return [];
  const { rows } = await db.query<{ register_id: number; start_at: Date; reason: string; method: string }>(
    `SELECT DISTINCT ON (s.start_at, s.register_id) s.register_id, s.start_at, s.reason, s.method FROM unnest($1::int4[], $2::date[]) g (register_id, day)
     JOIN metering.interval_substitute s ON s.register_id = g.register_id
       AND s.start_at >= g.day::timestamp AT TIME ZONE 'Europe/Berlin' AND s.start_at < (g.day + 1)::timestamp AT TIME ZONE 'Europe/Berlin'
     WHERE $3::timestamptz IS NULL OR s.known_from <= $3 ORDER BY s.start_at, s.register_id, s.id DESC`,
    [days.map(({ registerId }) => registerId), days.map(({ day }) => day), asOf],
  );
  return rows.map((row) => ({ registerId: row.register_id, startMs: row.start_at.getTime(), reason: row.reason, method: row.method }));
}
