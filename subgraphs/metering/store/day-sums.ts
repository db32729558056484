// The sums per day and month that are kept beside the values.
import type { Tx } from '@stromgraph/kernel/database';
import type { DayColumns } from '../intervals/day-columns.ts';
import { int2Array, int4Array, int8Array } from './binary-arrays.ts';

type Known = Readonly<{ at: Date; batchId: string }>;

/** Adds what a batch changes to the sums that are kept. The registers are held, so a day that is new stays so. */
export async function foldIntoUsage(tx: Tx, days: readonly DayColumns[], { at }: Known): Promise<void> {
  if (days.length === 0) return;
  await tx.query(
    `WITH change AS (
       SELECT * FROM unnest($1::int4[], $2::date[], $3::int2[], $4::uuid[], $5::uuid[], $6::int8[], $7::int4[], $8::int4[], $9::int4[])
         AS c (id, day, minutes, contract_id, customer_id, watt_hours, known, substitute, provisional)
     ), month AS (
       SELECT id, date_trunc('month', day)::date AS month, sum(watt_hours)::bigint AS watt_hours, sum(known)::integer AS known FROM change GROUP BY 1, 2
     ), grown_month AS (
       UPDATE metering.usage_monthly u SET watt_hours = u.watt_hours + m.watt_hours, known_values = u.known_values + m.known
       FROM month m WHERE u.register_id = m.id AND u.month = m.month RETURNING u.register_id, u.month
     ), new_month AS (
       INSERT INTO metering.usage_monthly (register_id, month, watt_hours, known_values)
       SELECT id, month, watt_hours, known FROM month WHERE (id, month) NOT IN (SELECT register_id, month FROM grown_month)
     ), grown_day AS (
       UPDATE metering.usage_daily u SET watt_hours = u.watt_hours + c.watt_hours, known_values = u.known_values + c.known,
         substitute_values = u.substitute_values + c.substitute, provisional_values = u.provisional_values + c.provisional,
         contract_id = c.contract_id, customer_id = c.customer_id, version = u.version + 1, known_at = $10
       FROM change c WHERE u.register_id = c.id AND u.day = c.day RETURNING u.register_id, u.day
     )
     INSERT INTO metering.usage_daily (register_id, day, contract_id, customer_id, minutes, watt_hours, known_values, expected_values,
       substitute_values, provisional_values, version, known_at)
     SELECT id, day, contract_id, customer_id, minutes, watt_hours, known, metering.quarter_hours_of(day) * 15 / minutes, substitute, provisional, 1, $10
     FROM change WHERE (id, day) NOT IN (SELECT register_id, day FROM grown_day)`,
    [
      int4Array(days.map(({ registerId }) => registerId)),
      days.map(({ day }) => day),
      int2Array(days.map(({ minutes }) => minutes)),
      days.map(({ supply }) => supply.contractId),
      days.map(({ supply }) => supply.customerId),
      int8Array(days.map(({ change }) => change.wattHours)),
      int4Array(days.map(({ change }) => change.known)),
      int4Array(days.map(({ change }) => change.substitute)),
      int4Array(days.map(({ change }) => change.provisional)),
      at,
    ],
  );
}

/** Remembers days to tell of when all of a batch is stored. */
export async function rememberDays(tx: Tx, days: readonly DayColumns[], { batchId }: Known): Promise<void> {
  if (days.length === 0) return;
  await tx.query(
    `INSERT INTO metering.batch_day AS b (batch_id, register_id, day, corrected)
     SELECT $1, * FROM unnest($2::int4[], $3::date[], $4::bool[]) g (register_id, day, corrected) ORDER BY 2, 3
     ON CONFLICT (batch_id, register_id, day) DO UPDATE SET corrected = b.corrected OR excluded.corrected`,
    [batchId, int4Array(days.map(({ registerId }) => registerId)), days.map(({ day }) => day), days.map(({ change }) => change.corrected)],
  );
}
