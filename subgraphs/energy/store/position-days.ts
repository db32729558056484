import type { Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { GridArea } from '../areas/grid-area.ts';
import { OPEN_DAYS } from '../positions/horizon.ts';
import { type GridAreaRow, toGridArea } from './grid-areas.ts';

/** Business time, and whether all days that should have positions by then have them. */
const MOMENT = `
  SELECT b.now, (SELECT count(*) FROM energy.position_day d WHERE d.delivery_day >= b.today AND d.delivery_day < b.today + ${OPEN_DAYS}) = ${OPEN_DAYS} AS open
  FROM (SELECT t.now, (t.now AT TIME ZONE 'Europe/Berlin')::date AS today FROM (SELECT platform.business_now() AS now) t) b`;
type Moment = { now: Date; open: boolean };

/** Holds these areas (null: all), so that positions of an area are recalculated by one at a time; all of them while a day is to be opened. */
export async function lockAreasNow(tx: Tx, ids: readonly string[] | null): Promise<Moment & { areas: GridArea[] }> {
  const { rows } = await tx.query<Moment & GridAreaRow>(
    `WITH moment AS MATERIALIZED (${MOMENT})
     SELECT a.*, m.now, m.open FROM moment m CROSS JOIN energy.grid_area a WHERE $1::uuid[] IS NULL OR a.id = ANY ($1) OR NOT m.open ORDER BY a.id FOR NO KEY UPDATE OF a`,
    [ids],
  );
  const { now, open } = rows[0] ?? (await tx.query<Moment>(MOMENT)).rows[0]!;
  return { now, open, areas: rows.map(toGridArea) };
}

/** Opens days for positions; answers those that were not open. */
export async function openDays(tx: Tx, days: readonly LocalDate[], openedAt: Date): Promise<LocalDate[]> {
  const rows = await tx.sql<{ delivery_day: LocalDate }>`
    INSERT INTO energy.position_day (delivery_day, opened_at) SELECT day, ${openedAt} FROM unnest(${days}::date[]) d (day) ORDER BY day
    ON CONFLICT DO NOTHING RETURNING delivery_day`;
  return rows.map((row) => row.delivery_day).sort();
}
