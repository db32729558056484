import type { Queryable } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { ValueStatus } from '../intervals/value.ts';
import { int4Array } from './binary-arrays.ts';

export type DayKey = Readonly<{ registerId: number; day: LocalDate }>;
/** A day as it is stored, its values in order of time. */
export type DayRow = Readonly<{
  /** Which of the days that were asked for. */
  nth: number;
  minutes: number;
  version: number;
  contractId: string;
  customerId: string;
  /** Of each value, counted from the start of the day in intervals; null where the day is complete. */
  places: readonly number[] | null;
  wattHours: readonly number[];
  /** Null where everything is true. */
  statuses: readonly ValueStatus[] | null;
}>;
type Row = { nth: bigint; minutes: number; version: number; contract_id: string; customer_id: string; watt_hours: string | null; places: string | null; statuses: string | null };

/** Whole days as they are stored, in the order asked for; those without a sum have no value, and no row. Of a complete day in which everything is true only the values travel. */
export async function dayRows(db: Queryable, keys: readonly DayKey[]): Promise<DayRow[]> {
  const { rows } = await db.query<Row>(
    `SELECT g.nth, d.minutes, d.version, d.contract_id, d.customer_id, v.watt_hours, v.places, v.statuses
     FROM ROWS FROM (unnest($1::int4[]), unnest($2::date[])) WITH ORDINALITY g (register_id, day, nth)
     JOIN metering.usage_daily d ON d.register_id = g.register_id AND d.day = g.day
     CROSS JOIN LATERAL (
       SELECT array_agg(i.watt_hours)::text AS watt_hours,
         (array_agg(extract(epoch FROM i.start_at - d.day::timestamp AT TIME ZONE 'Europe/Berlin')::int / 60 / d.minutes)
           FILTER (WHERE d.known_values < d.expected_values))::text AS places,
         (array_agg(i.status) FILTER (WHERE d.substitute_values + d.provisional_values > 0))::text AS statuses
       FROM (SELECT * FROM metering.interval x WHERE x.register_id = d.register_id
         AND x.start_at >= d.day::timestamp AT TIME ZONE 'Europe/Berlin' AND x.start_at < (d.day + 1)::timestamp AT TIME ZONE 'Europe/Berlin'
         ORDER BY x.register_id, x.start_at) i
     ) v ORDER BY g.nth`,
    [int4Array(keys.map(({ registerId }) => registerId)), keys.map(({ day }) => day)],
  );
  return rows.map((row) => ({
    nth: Number(row.nth) - 1,
    minutes: row.minutes,
    version: row.version,
    contractId: row.contract_id,
    customerId: row.customer_id,
    places: itemsOf(row.places)?.map(Number) ?? null,
    wattHours: itemsOf(row.watt_hours)?.map(Number) ?? [],
    statuses: itemsOf(row.statuses) as ValueStatus[] | null,
  }));
}

/** Of an array as PostgreSQL writes it, without quotes or nulls in it. */
const itemsOf = (array: string | null): string[] | null => array?.slice(1, -1).split(',') ?? null;
