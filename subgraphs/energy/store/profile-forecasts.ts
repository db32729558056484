// What contracts and load profiles alone say of a day, as they were known at an instant: what forecasts are made from and measured against.
import type { Queryable } from '@stromgraph/kernel/database';
import type { WattHours } from '@stromgraph/kernel/energy';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { AreaDay } from '../positions/area-day.ts';
import { KNOWN_DEMAND } from './demand.ts';
import { areaDayParameters, byProfileSql, spotSql } from './position-figures.ts';

/** Per day of one area, its quarter hours: exact sums, rounded once each. */
export async function profileForecasts(at: Queryable, areaDays: readonly AreaDay[], knownAt: Date): Promise<Map<LocalDate, WattHours[]>> {
  const { rows } = await at.query<{ day: LocalDate; watt_hours: WattHours[] }>(STATEMENT, [...areaDayParameters(areaDays), knownAt]);
  return new Map(rows.map((row) => [row.day, row.watt_hours]));
}

const STATEMENT = `
  WITH area_day AS MATERIALIZED (
    SELECT g.*, $5::timestamptz AS cut_off_at FROM unnest($1::uuid[], $2::date[], $3::text[], $4::numeric[]) WITH ORDINALITY AS g (grid_area_id, day, day_type, dynamisation, place)
  ), demand AS (${KNOWN_DEMAND}), ${byProfileSql('$5')}
  SELECT d.day, array_agg(round(coalesce(s.watt_hours, 0))::bigint ORDER BY q.start_at) AS watt_hours
  FROM area_day d
  CROSS JOIN LATERAL generate_series(d.day::timestamp AT TIME ZONE 'Europe/Berlin', (d.day + 1)::timestamp AT TIME ZONE 'Europe/Berlin' - interval '15 minutes', interval '15 minutes') q (start_at)
  CROSS JOIN LATERAL (SELECT q.start_at AT TIME ZONE 'Europe/Berlin') l (at)
  LEFT JOIN share s ON s.spot = ${spotSql('d.place', 'extract(hour FROM l.at)::int * 4 + extract(minute FROM l.at)::int / 15')}
  GROUP BY d.day`;
