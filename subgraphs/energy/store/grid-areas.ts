import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { GridArea } from '../areas/grid-area.ts';
import { isState } from '../profiles/day-type.ts';

export type GridAreaRow = {
  id: string;
  code: string;
  name: string;
  balancing_area_code: string;
  control_area_code: string | null;
  federal_state: string | null;
};

export async function gridAreasById(db: Queryable, ids: readonly string[]): Promise<GridArea[]> {
  return (await db.sql<GridAreaRow>`SELECT * FROM energy.grid_area WHERE id = ANY (${ids}::uuid[])`).map(toGridArea);
}

export async function gridAreaOfCode(db: Queryable, code: string): Promise<GridArea | null> {
  const [row] = await db.sql<GridAreaRow>`SELECT * FROM energy.grid_area WHERE code = ${code}`;
  return row ? toGridArea(row) : null;
}

/** These areas, or all (null), by name. */
export async function gridAreasNamed(db: Queryable, ids: readonly string[] | null): Promise<GridArea[]> {
  return (await db.sql<GridAreaRow>`SELECT * FROM energy.grid_area WHERE ${ids}::uuid[] IS NULL OR id = ANY (${ids}::uuid[]) ORDER BY name, id`).map(toGridArea);
}

/** By name; `after` is the [name, id] of the last one read. */
export async function gridAreasPage(db: Queryable, first: number, after: readonly string[] | null): Promise<GridArea[]> {
  const [name, id] = after ?? [null, null];
  const rows = await db.sql<GridAreaRow>`
    SELECT * FROM energy.grid_area WHERE ${name}::text IS NULL OR (name, id) > (${name}, ${id}::uuid) ORDER BY name, id LIMIT ${first + 1}`;
  return rows.map(toGridArea);
}

/** All areas, or those named, held until the transaction ends: positions of an area are recalculated by one at a time. */
export async function lockGridAreas(tx: Tx, ids: readonly string[] | null): Promise<GridArea[]> {
  return (
    await tx.sql<GridAreaRow>`SELECT * FROM energy.grid_area WHERE ${ids}::uuid[] IS NULL OR id = ANY (${ids}::uuid[]) ORDER BY id FOR NO KEY UPDATE`
  ).map(toGridArea);
}

/** Areas that contracts brought; what is known of an area stays. Answers the ids of those that are new. */
export async function addUnnamedGridAreas(tx: Tx, areas: readonly { id: string; code: string }[]): Promise<string[]> {
  const rows = await tx.sql<{ id: string }>`
    INSERT INTO energy.grid_area (id, code, name, balancing_area_code)
    SELECT DISTINCT ON (id) id, code, code, code FROM unnest(${areas.map(({ id }) => id)}::uuid[], ${areas.map(({ code }) => code)}::text[]) a (id, code) ORDER BY id
    ON CONFLICT DO NOTHING RETURNING id`;
  return rows.map(({ id }) => id);
}

/** What the data service says of its areas. Answers the ids of those whose holidays or existence are news. */
export async function saveGridAreas(tx: Tx, areas: readonly GridArea[]): Promise<string[]> {
  const given = JSON.stringify(
    areas.map((area) => ({
      id: area.id,
      code: area.code,
      name: area.name,
      balancing: area.balancingAreaCode,
      control: area.controlAreaCode,
      state: area.federalState,
    })),
  );
  const rows = await tx.sql<{ id: string }>`
    WITH given AS (SELECT * FROM jsonb_to_recordset(${given}::jsonb) AS g (id uuid, code text, name text, balancing text, control text, state text)),
    news AS (SELECT g.id FROM given g LEFT JOIN energy.grid_area a USING (id) WHERE a.federal_state IS DISTINCT FROM g.state OR a.id IS NULL),
    saved AS (
      INSERT INTO energy.grid_area (id, code, name, balancing_area_code, control_area_code, federal_state)
      SELECT id, code, name, balancing, control, state FROM given ORDER BY id
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, balancing_area_code = excluded.balancing_area_code,
        control_area_code = excluded.control_area_code, federal_state = excluded.federal_state
    )
    SELECT id FROM news`;
  return rows.map(({ id }) => id);
}

export const toGridArea = (row: GridAreaRow): GridArea => ({
  id: row.id,
  code: row.code,
  name: row.name,
  balancingAreaCode: row.balancing_area_code,
  controlAreaCode: row.control_area_code,
  federalState: isState(row.federal_state) ? row.federal_state : null,
});
