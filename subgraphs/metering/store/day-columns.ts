// Days of registers into columns: whole, or where few values of many days are asked for, value by value.
import type { Queryable } from '@stromgraph/kernel/database';
import { codeOf, type DayColumns, startAt } from '../intervals/day-columns.ts';
import type { ValueStatus } from '../intervals/value.ts';
import { int4Array, timestamptzArray } from './binary-arrays.ts';
import { dayRows } from './day-rows.ts';

/**
 * Fills days with all that is stored of them, and their versions. The registers are held, so it stays so. Whether there is anything at all
 * is asked first: the plan over all months costs more than to store a day.
 */
export async function fillDays(db: Queryable, days: readonly DayColumns[]): Promise<void> {
  if (days.length === 0) return;
  const { rows } = await db.query<{ nth: bigint }>(
    `SELECT g.nth FROM ROWS FROM (unnest($1::int4[]), unnest($2::date[])) WITH ORDINALITY g (register_id, day, nth)
     JOIN metering.usage_daily d ON d.register_id = g.register_id AND d.day = g.day`,
    [int4Array(days.map(({ registerId }) => registerId)), days.map(({ day }) => day)],
  );
  const known = rows.map(({ nth }) => days[Number(nth) - 1]!);
  if (known.length === 0) return;
  for (const { nth, version, places, wattHours, statuses } of await dayRows(db, known)) {
    const day = known[nth]!;
    day.version = version;
    wattHours.forEach((value, at) => {
      const place = places === null ? at : places[at]!;
      day.wattHours[place] = value;
      day.statuses[place] = codeOf(statuses?.[at] ?? 'TRUE');
    });
  }
}

/** Fills only these places of days; their versions stay unknown. */
export async function fillPlaces(db: Queryable, places: readonly (readonly [DayColumns, number])[]): Promise<void> {
  if (places.length === 0) return;
  const starts = places.map(([day, place]) => startAt(day, place));
  const { rows } = await db.query<{ nth: bigint; watt_hours: bigint; status: ValueStatus }>(
    `SELECT g.nth, i.watt_hours, i.status
     FROM ROWS FROM (unnest($1::int4[]), unnest($2::timestamptz[])) WITH ORDINALITY g (register_id, start_at, nth)
     JOIN metering.interval i ON i.register_id = g.register_id AND i.start_at = g.start_at
     WHERE i.register_id = ANY ($3::int4[]) AND i.start_at >= $4 AND i.start_at <= $5`,
    [
      int4Array(places.map(([{ registerId }]) => registerId)),
      timestamptzArray(starts),
      [...new Set(places.map(([{ registerId }]) => registerId))],
      new Date(starts.reduce((a, b) => Math.min(a, b))),
      new Date(starts.reduce((a, b) => Math.max(a, b))),
    ],
  );
  for (const { nth, watt_hours, status } of rows) {
    const [day, place] = places[Number(nth) - 1]!;
    day.wattHours[place] = Number(watt_hours);
    day.statuses[place] = codeOf(status);
  }
}
