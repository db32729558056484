// Why the market's substitutes were formed, and how: beside the values, as few of them are one.
import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { Explained, ExplainedValue } from '../intervals/decide.ts';
import { int4Array, int8Array, timestamptzArray } from './binary-arrays.ts';
import type { DayOfRegister } from './working.ts';

/** Before the values themselves, which the database takes with their explanation only: known from when they will be. */
export async function saveExplained(tx: Tx, explained: readonly ExplainedValue[], { at, batchId }: { at: Date; batchId: string }): Promise<void> {
  if (explained.length === 0) return;
  await tx.query(
    `INSERT INTO metering.interval_substitute (register_id, start_at, watt_hours, reason, method, known_from, batch_id)
     SELECT g.register_id, g.start_at, g.watt_hours, g.reason, g.method, greatest($6, i.known_from), $7
     FROM unnest($1::int4[], $2::timestamptz[], $3::int8[], $4::text[], $5::text[]) g (register_id, start_at, watt_hours, reason, method)
     LEFT JOIN LATERAL (SELECT known_from FROM metering.interval i WHERE i.register_id = g.register_id AND i.start_at = g.start_at OFFSET 0) i ON true`,
    [
      int4Array(explained.map(({ registerId }) => registerId)), timestamptzArray(explained.map(({ startMs }) => startMs)), int8Array(explained.map(({ wattHours }) => wattHours)),
      explained.map(({ reason }) => reason), explained.map(({ method }) => method), at, batchId,
    ],
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
