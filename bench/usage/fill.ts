// Years of quarter hours of many meters, written in bulk, month by month as they come in life, through the same constraints as everything else.
import type pg from 'pg';
import { newId } from '@stromgraph/kernel/ids';
import { addMonths, type LocalDate } from '@stromgraph/kernel/time';

export const VALUES_A_METER = 35_040;
const OBIS = '1-0:1.29.0';
/** The last digit of a market location is not looked at here; the table asks for eleven. */
const FIRST_LOCATION = 41_373_559_000;
/** Registers of one statement: some 100,000 values a month. */
const AT_ONCE = 36;

export type Year = Readonly<{ from: LocalDate; until: LocalDate }>;

/** Hangs meters up, from the number `first` on, and fills the year of each; the id of the first meter and of its register. */
export async function fill(owner: pg.Client, { first, count }: { first: number; count: number }, { from, until }: Year): Promise<{ meterId: string; registerId: number }> {
  const meters = Array.from({ length: count }, (_, nth) => ({ number: `1BEN${String(first + nth).padStart(10, '0')}`, meter: newId(), contract: newId(), installation: newId(), malo: String(FIRST_LOCATION + first + nth) }));
  const { rows } = await owner.query<{ id: number; meter_id: string }>(
    `WITH g AS (SELECT * FROM jsonb_to_recordset($1) AS g (number text, meter uuid, contract uuid, installation uuid, malo text)),
       m AS (INSERT INTO metering.meter (id, meter_number, kind, status, registered_at) SELECT meter, number, 'SMART', 'INSTALLED', $2::date FROM g),
       s AS (INSERT INTO metering.supply SELECT contract, gen_random_uuid(), gen_random_uuid(), malo, $2, NULL, 3500000 FROM g),
       i AS (INSERT INTO metering.installation (id, meter_id, malo_id, from_at) SELECT installation, meter, malo, $2::timestamp AT TIME ZONE 'Europe/Berlin' FROM g)
     INSERT INTO metering.meter_register (meter_id, obis, interval_minutes) SELECT meter, '${OBIS}', 15 FROM g RETURNING id, meter_id`,
    [JSON.stringify(meters), from],
  );
  const ids = rows.map(({ id }) => id).sort((a, b) => a - b);
  for (let month = from; month < until; month = addMonths(month, 1))
    for (let at = 0; at < ids.length; at += AT_ONCE) await fillMonth(owner, month, ids.slice(at, at + AT_ONCE));
  return { meterId: rows[0]!.meter_id, registerId: rows[0]!.id };
}

/** Day by day, as values come. */
async function fillMonth(owner: pg.Client, month: LocalDate, registerIds: readonly number[]): Promise<void> {
  await owner.query(
    `INSERT INTO metering.interval (start_at, watt_hours, known_from, register_id, status, minutes)
     SELECT t, 50 + (r * 7 + extract(epoch FROM t)::bigint / 900) % 100, t + interval '1 day', r, 'TRUE', 15
     FROM generate_series($1::date, ($1::date + interval '1 month' - interval '1 day')::date, '1 day') AS day
     CROSS JOIN unnest($2::int4[]) AS r
     CROSS JOIN LATERAL generate_series(day::timestamp AT TIME ZONE 'Europe/Berlin', (day::timestamp + interval '1 day') AT TIME ZONE 'Europe/Berlin' - interval '15 minutes', '15 minutes') AS t`,
    [month, registerIds],
  );
  await owner.query(
    `WITH sums AS (
       SELECT i.register_id, (i.start_at AT TIME ZONE 'Europe/Berlin')::date AS day, sum(i.watt_hours)::bigint AS watt_hours, count(*)::integer AS known
       FROM metering.interval i WHERE i.register_id = ANY ($2::int4[]) AND i.start_at >= $1::date::timestamp AT TIME ZONE 'Europe/Berlin' AND i.start_at < ($1::date + interval '1 month') AT TIME ZONE 'Europe/Berlin' GROUP BY 1, 2
     ), days AS (
       INSERT INTO metering.usage_daily (register_id, day, contract_id, customer_id, minutes, watt_hours, known_values, expected_values, substitute_values, provisional_values, version, known_at)
       SELECT u.register_id, u.day, s.contract_id, s.customer_id, 15, u.watt_hours, u.known, u.known, 0, 0, 1, u.day + 1
       FROM sums u JOIN metering.meter_register r ON r.id = u.register_id JOIN metering.installation i ON i.meter_id = r.meter_id JOIN metering.supply s ON s.malo_id = i.malo_id
     )
     INSERT INTO metering.usage_monthly SELECT register_id, $1, sum(watt_hours)::bigint, sum(known)::integer FROM sums GROUP BY 1`,
    [month, registerIds],
  );
}
