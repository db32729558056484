import type { Queryable } from '@stromgraph/kernel/database';
import { int4Array } from './binary-arrays.ts';
import type { DayOfRegister } from './working.ts';

/** Whether any of some days has working values, a reading of its energy's counter, or a sum check in or after it that found a difference. */
export type BesideDays = Readonly<{ working: boolean; readings: boolean; sums: boolean }>;
/** To be looked for, whatever there is. */
export const ANYTHING: BesideDays = { working: true, readings: true, sums: true };

/** What there is beside the values of some days: asked at once, as on most days there is nothing, and each answer itself is dearer than this. */
export async function besideDays(db: Queryable, days: readonly DayOfRegister[]): Promise<BesideDays> {
  if (days.length === 0) return { working: false, readings: false, sums: false };
  const { rows } = await db.query<BesideDays>(
    `WITH day AS MATERIALIZED (
       SELECT g.register_id, g.day, g.day::timestamp AT TIME ZONE 'Europe/Berlin' AS from_at, (g.day + 1)::timestamp AT TIME ZONE 'Europe/Berlin' AS until_at
       FROM unnest($1::int4[], $2::date[]) g (register_id, day)
     )
     SELECT EXISTS (SELECT FROM day d JOIN metering.interval_working w ON w.register_id = d.register_id AND w.start_at >= d.from_at AND w.start_at < d.until_at) AS working,
       EXISTS (SELECT FROM day d JOIN metering.meter_register r ON r.id = d.register_id
         JOIN metering.meter_register c ON c.meter_id = r.meter_id AND c.id <> r.id AND c.obis = regexp_replace(r.obis, '\\.(9|29)\\.', '.8.')
         JOIN metering.reading v ON v.meter_id = c.meter_id AND v.register_id = c.id AND v.read_at > d.from_at AND v.read_at <= d.until_at) AS readings,
       EXISTS (SELECT FROM day d JOIN metering.vee_result f ON f.register_id = d.register_id AND f.day >= d.day AND f.rule = 'R09' AND f.action = 'FLAGGED') AS sums`,
    [int4Array(days.map(({ registerId }) => registerId)), days.map(({ day }) => day)],
  );
  return rows[0]!;
}
