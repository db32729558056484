// Which rows of a file have said what, while it is stored part by part: of two that contradict each other the first stands, however far apart they are.
import { type Db, type Queryable, transact, type Tx } from '@stromgraph/kernel/database';
import type { Stretch } from '../intervals/stretches.ts';
import { int4Array, timestamptzArray } from './binary-arrays.ts';

export async function rememberRows(tx: Tx, batchId: string, stretches: readonly Stretch[]): Promise<void> {
  if (stretches.length === 0) return;
  await tx.query(
    `INSERT INTO metering.batch_stretch (batch_id, register_id, start_at, until_at, row_number, row_step)
     SELECT $1, g.register_id, g.start_at, g.until_at, g.row_number, g.row_step FROM unnest($2::int4[], $3::timestamptz[], $4::timestamptz[], $5::int4[], $6::int4[]) g (register_id, start_at, until_at, row_number, row_step)`,
    [
      batchId, int4Array(stretches.map(({ registerId }) => registerId)), timestamptzArray(stretches.map(({ startMs }) => startMs)), timestamptzArray(stretches.map(({ untilMs }) => untilMs)),
      int4Array(stretches.map(({ row }) => row)), int4Array(stretches.map(({ rowStep }) => rowStep)),
    ],
  );
}

/** For each place the stretch that said it first; null where none did. A stretch lies within a day. */
export async function stretchesAt(db: Queryable, batchId: string, places: readonly Readonly<{ registerId: number; startMs: number }>[]): Promise<(Pick<Stretch, 'startMs' | 'row' | 'rowStep'> | null)[]> {
  if (places.length === 0) return [];
  const { rows } = await db.query<{ start_at: Date | null; row_number: number; row_step: number }>(
    `SELECT s.start_at, s.row_number, s.row_step FROM ROWS FROM (unnest($2::int4[]), unnest($3::timestamptz[])) WITH ORDINALITY g (register_id, start_at, nth)
     LEFT JOIN LATERAL (
       SELECT s.start_at, s.row_number, s.row_step FROM metering.batch_stretch s
       WHERE s.batch_id = $1 AND s.register_id = g.register_id AND s.start_at <= g.start_at AND s.start_at > g.start_at - interval '25 hours' AND s.until_at > g.start_at ORDER BY s.row_number LIMIT 1
     ) s ON true ORDER BY g.nth`,
    [batchId, int4Array(places.map(({ registerId }) => registerId)), timestamptzArray(places.map(({ startMs }) => startMs))],
  );
  return rows.map(({ start_at, row_number, row_step }) => start_at && { startMs: start_at.getTime(), row: row_number, rowStep: row_step });
}

/** In one transaction, which has little time. */
const FORGOTTEN_AT_ONCE = 50_000;
/** A file of which no more has come for so long (system time) is not being stored any more. */
const ABANDONED = '1 day';

/** Of files that have ended nothing needs to be remembered, nor of those whose sender died. */
export async function forgetRows(db: Db<any>): Promise<void> {
  const forget = (tx: Tx) => tx.query(
    `DELETE FROM metering.batch_stretch WHERE ctid = ANY (ARRAY(
       SELECT s.ctid FROM metering.batch b JOIN metering.batch_stretch s ON s.batch_id = b.id
       WHERE b.state <> 'STORING' OR b.claimed_until < clock_timestamp() - interval '${ABANDONED}' LIMIT ${FORGOTTEN_AT_ONCE}))`,
  );
  while ((await transact(db, forget)).rowCount === FORGOTTEN_AT_ONCE);
}
