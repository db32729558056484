// The one place where figures become positions: a statement over the area-days that a cause touches.
import { types, type Tx } from '@stromgraph/kernel/database';
import { quarterHoursOf } from '@stromgraph/kernel/time';
import type { AreaDay } from '../positions/area-day.ts';
import { areaDayParameters, breachSql, differsSql, FRESH_DEMAND, FRESH_HEDGES, freshFiguresSql } from './position-figures.ts';

/** Which figures a cause may move; the others stand as their own causes left them. */
export type MovedFigures = 'DEMAND' | 'HEDGES' | 'ALL';
export type Recalculation = Readonly<{ areaDays: readonly AreaDay[]; figures: MovedFigures; calculatedAt: Date; causes: readonly string[] }>;
export type ChangedPositions = Readonly<{ recalculation: bigint; gridAreaId: string; from: Date; until: Date }>;

type Row = { id: bigint; grid_area_id: string; from_at: Date; until_at: Date };

/** Brings the current positions up to date; unchanged ones are not touched. The database itself appends what has changed to the ledger. */
export async function recalculate(tx: Tx, { areaDays, figures, calculatedAt, causes }: Recalculation): Promise<ChangedPositions[]> {
  if (figures === 'ALL') return (await prepared(tx, RECALCULATE_ALL, [...areaDayParameters(areaDays), calculatedAt, causes])).map(toChanged);
  const rows =
    figures === 'HEDGES'
      ? await moveHedges(tx, { areaDays, calculatedAt, causes })
      : await prepared<MovedRow>(tx, MOVE_DEMAND, [...areaDayParameters(areaDays), calculatedAt, causes]);
  const changed = changedBy(rows);
  const expected = areaDays.reduce((sum, { day }) => sum + quarterHoursOf(day).length, 0);
  if (rows[0]!.standing === expected) return changed;
  return [...changed, ...(await recalculate(tx, { areaDays, figures: 'ALL', calculatedAt, causes }))]; // an area begins with all figures of its days
}

/** Of days that are over: positions that stand have what was bought and sold for them, as it now counts; none begins. */
export const restateHedges = async (tx: Tx, moved: Omit<Recalculation, 'figures'>): Promise<ChangedPositions[]> => changedBy(await moveHedges(tx, moved));

type MovedRow = Row & { standing: number };
const changedBy = (rows: readonly MovedRow[]): ChangedPositions[] => rows.filter(({ id }) => id !== null).map(toChanged);
const moveHedges = (tx: Tx, { areaDays, calculatedAt, causes }: Omit<Recalculation, 'figures'>): Promise<MovedRow[]> =>
  prepared<MovedRow>(tx, MOVE_HEDGES, [...areaDayParameters(areaDays).slice(0, 2), calculatedAt, causes]);

/** Planned once per connection: making such a plan takes as long as running it. */
async function prepared<R extends Row>(tx: Tx, { name, text }: { name: string; text: string }, values: unknown[]): Promise<R[]> {
  return (await tx.client.query<R>({ name, text, values, types })).rows;
}

const toChanged = (row: Row): ChangedPositions => ({ recalculation: row.id, gridAreaId: row.grid_area_id, from: row.from_at, until: row.until_at });

const RECALCULATE_ALL = {
  name: 'recalculate positions',
  text: `
  WITH ${freshFiguresSql('SELECT * FROM energy.profile_demand')},
  changed AS MATERIALIZED (
    SELECT p.id, f.grid_area_id, f.start_at, f.forecast_id, f.demand, f.hedged, f.realised, f.average_price, f.curve_id, f.price, f.breach
    FROM fresh f LEFT JOIN energy.current_position p ON p.grid_area_id = f.grid_area_id AND p.start_at = f.start_at
    WHERE p.id IS NULL OR ${differsSql('p', 'f')}
  ), run AS (
    INSERT INTO energy.recalculation (calculated_at, causes) SELECT $5, $6 WHERE EXISTS (SELECT FROM changed) RETURNING id
  ), moved AS (
    UPDATE energy.current_position p
    SET version = p.version + 1, recalculation_id = run.id, calculated_at = $5, forecast_id = c.forecast_id, demand_watt_hours = c.demand,
      hedged_watt_hours = c.hedged, realised_watt_hours = c.realised, average_price_eur_per_mwh = c.average_price,
      curve_id = c.curve_id, price_eur_per_mwh = c.price, breach = c.breach
    FROM changed c, run WHERE p.id = c.id
    RETURNING p.recalculation_id, p.grid_area_id, p.start_at, p.end_at
  ), opened AS (
    INSERT INTO energy.current_position AS p (grid_area_id, start_at, end_at, version, recalculation_id, calculated_at, forecast_id,
      demand_watt_hours, hedged_watt_hours, realised_watt_hours, average_price_eur_per_mwh, curve_id, price_eur_per_mwh, breach)
    SELECT c.grid_area_id, c.start_at, c.start_at + interval '15 minutes', 1, run.id, $5, c.forecast_id, c.demand, c.hedged, c.realised,
      c.average_price, c.curve_id, c.price, c.breach
    FROM changed c, run WHERE c.id IS NULL
    RETURNING p.recalculation_id, p.grid_area_id, p.start_at, p.end_at
  )
  SELECT recalculation_id AS id, grid_area_id, min(start_at) AS from_at, max(end_at) AS until_at
  FROM (SELECT * FROM moved UNION ALL SELECT * FROM opened) saved GROUP BY 1, 2 ORDER BY 2`,
};

/** A position is found once, by its place, and written by its id; its figures are calculated once (OFFSET 0). `own` is the column that a cause moves besides demand or hedges, and what it becomes. */
const moveSql = ({ fresh, at, causes, own: [column, value] }: Readonly<{ fresh: string; at: string; causes: string; own: readonly [string, string] }>): string => `
  WITH ${fresh}, changed AS MATERIALIZED (
    SELECT id, grid_area_id, start_at, demand, hedged, ${value}, rule FROM (SELECT f.*, ${breachSql('f.demand', '(f.demand - f.hedged)')} AS rule FROM fresh f OFFSET 0) f
    WHERE (demand_watt_hours, hedged_watt_hours, ${column}, breach) IS DISTINCT FROM (demand, hedged, ${value}, rule)
  ), run AS MATERIALIZED (
    INSERT INTO energy.recalculation (calculated_at, causes) SELECT ${at}, ${causes} WHERE EXISTS (SELECT FROM changed) RETURNING id
  ), moved AS (
    UPDATE energy.current_position p
    SET version = p.version + 1, recalculation_id = run.id, calculated_at = ${at}, demand_watt_hours = c.demand, hedged_watt_hours = c.hedged, breach = c.rule,
      ${column} = c.${value}
    FROM run, changed c WHERE p.id = c.id
  )
  SELECT s.standing, m.* FROM (SELECT count(*)::int AS standing FROM standing) s
  LEFT JOIN (SELECT run.id, c.grid_area_id, min(c.start_at) AS from_at, max(c.start_at) + interval '15 minutes' AS until_at FROM run, changed c GROUP BY 1, 2) m ON true ORDER BY m.grid_area_id`;

const MOVE_HEDGES = { name: 'move hedges', text: moveSql({ fresh: FRESH_HEDGES, at: '$3', causes: '$4', own: ['average_price_eur_per_mwh', 'average_price'] }) };
const MOVE_DEMAND = { name: 'move demand', text: moveSql({ fresh: FRESH_DEMAND, at: '$5', causes: '$6', own: ['forecast_id', 'newest_forecast_id'] }) };
