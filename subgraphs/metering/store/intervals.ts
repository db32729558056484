import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { Decided, KnownValue, Replacement } from '../intervals/decide.ts';
import type { DayChange } from '../intervals/fold.ts';
import { type PlacedInterval, VALUE_STATUSES, type ValueStatus } from '../intervals/value.ts';
import { int2Array, int4Array, int8Array, timestamptzArray } from './binary-arrays.ts';

const STATUS = `(ARRAY['TRUE', 'SUBSTITUTE', 'PROVISIONAL']::metering.value_status[])`;
const codesOf = (statuses: readonly ValueStatus[]): Buffer => int2Array(statuses.map((status) => VALUE_STATUSES.indexOf(status) + 1));

/** What is stored of these intervals now, each at its place. */
export async function knownValues(tx: Tx, placed: readonly PlacedInterval[]): Promise<(KnownValue | null)[]> {
  const known = Array<KnownValue | null>(placed.length).fill(null);
  if (placed.length === 0) return known;
  const starts = placed.map(({ given }) => given.startMs);
  const { rows } = await tx.query<{ nth: bigint; watt_hours: bigint; status: ValueStatus }>(
    `SELECT g.nth, i.watt_hours, i.status
     FROM ROWS FROM (unnest($1::int4[]), unnest($2::timestamptz[])) WITH ORDINALITY g (register_id, start_at, nth)
     JOIN metering.interval i ON i.register_id = g.register_id AND i.start_at = g.start_at
     WHERE i.register_id = ANY ($3::int4[]) AND i.start_at >= $4 AND i.start_at <= $5`,
    [
      int4Array(placed.map(({ registerId }) => registerId)),
      timestamptzArray(starts),
      [...new Set(placed.map(({ registerId }) => registerId))],
      new Date(least(starts)),
      new Date(greatest(starts)),
    ],
  );
  for (const { nth, watt_hours, status } of rows) known[Number(nth) - 1] = { wattHours: watt_hours, status };
  return known;
}

/** Stores what was decided; what it replaces the database keeps, with its cause. */
export async function saveIntervals(
  tx: Tx,
  { added, replaced }: Decided,
  { knownFrom, batchId }: { knownFrom: Date; batchId: string },
): Promise<void> {
  await fixLengths(tx, added);
  if (added.length > 0)
    await tx.query(
      `INSERT INTO metering.interval (start_at, watt_hours, known_from, register_id, status, minutes)
       SELECT start_at, watt_hours, $6, register_id, ${STATUS}[status], minutes
       FROM unnest($1::timestamptz[], $2::int8[], $3::int4[], $4::int2[], $5::int2[]) g (start_at, watt_hours, register_id, status, minutes)`,
      [...columnsOf(added), int2Array(added.map(({ minutes }) => minutes)), knownFrom],
    );
  if (replaced.length === 0) return;
  await tellReplacement(tx, replaced, batchId);
  await tx.query(
    `UPDATE metering.interval i SET watt_hours = g.watt_hours, status = ${STATUS}[g.status], known_from = greatest($5, i.known_from)
     FROM unnest($1::timestamptz[], $2::int8[], $3::int4[], $4::int2[]) g (start_at, watt_hours, register_id, status)
     WHERE i.register_id = g.register_id AND i.start_at = g.start_at`,
    [...columnsOf(replaced.map(({ placed }) => placed)), knownFrom],
  );
}

/** For the trigger that keeps what the next statement replaces: the batch, and the reasons that were given. */
async function tellReplacement(tx: Tx, replaced: readonly Replacement[], batchId: string): Promise<void> {
  const reasons = replaced.flatMap(({ placed: { given, registerId } }) =>
    given.reason ? [{ register_id: registerId, start_at: new Date(given.startMs), reason: given.reason }] : [],
  );
  await tx.query(`SELECT set_config('stromgraph.replacement', $1, true)`, [JSON.stringify({ batchId, reasons })]);
}

/** Adds what a batch changes to the sums that are kept, and remembers the days to tell of. The registers are held, so a day that is new stays so. */
export async function foldIntoUsage(
  tx: Tx,
  changes: readonly DayChange[],
  { knownAt, batchId }: { knownAt: Date; batchId: string },
): Promise<void> {
  if (changes.length === 0) return;
  const given = JSON.stringify(changes.map((change) => ({ ...change, wattHours: String(change.wattHours) })));
  await tx.query(
    `WITH change AS (
       SELECT * FROM jsonb_to_recordset($1::jsonb)
         AS c ("registerId" int, day date, minutes smallint, "contractId" uuid, "customerId" uuid, "wattHours" bigint, known int,
         substitute int, provisional int, corrected boolean)
     ), month AS (
       SELECT "registerId" AS id, date_trunc('month', day)::date AS month, sum("wattHours") AS watt_hours, sum(known) AS known
         FROM change GROUP BY 1, 2
     ), grown_month AS (
       UPDATE metering.usage_monthly u SET watt_hours = u.watt_hours + m.watt_hours, known_values = u.known_values + m.known
       FROM month m WHERE u.register_id = m.id AND u.month = m.month RETURNING u.register_id, u.month
     ), new_month AS (
       INSERT INTO metering.usage_monthly (register_id, month, watt_hours, known_values)
       SELECT id, month, watt_hours, known FROM month WHERE (id, month) NOT IN (SELECT register_id, month FROM grown_month)
     ), grown_day AS (
       UPDATE metering.usage_daily u SET watt_hours = u.watt_hours + c."wattHours", known_values = u.known_values + c.known,
         substitute_values = u.substitute_values + c.substitute, provisional_values = u.provisional_values + c.provisional,
         contract_id = c."contractId", customer_id = c."customerId", version = u.version + 1, known_at = $2
       FROM change c WHERE u.register_id = c."registerId" AND u.day = c.day RETURNING u.register_id, u.day
     ), told AS (
       INSERT INTO metering.batch_day AS b (batch_id, register_id, day, corrected) SELECT $3, "registerId", day, corrected FROM change ORDER BY 2, 3
       ON CONFLICT (batch_id, register_id, day) DO UPDATE SET corrected = b.corrected OR excluded.corrected
     )
     INSERT INTO metering.usage_daily (register_id, day, contract_id, customer_id, minutes, watt_hours, known_values, expected_values,
       substitute_values, provisional_values, version, known_at)
     SELECT "registerId", day, "contractId", "customerId", minutes, "wattHours", known, metering.quarter_hours_of(day) * 15 / minutes,
       substitute, provisional, 1, $2
     FROM change WHERE ("registerId", day) NOT IN (SELECT register_id, day FROM grown_day)`,
    [given, knownAt, batchId],
  );
}

/** Whole days of registers as they stand, an entry per day that has a value. */
export type StoredDay = Readonly<{
  registerId: number;
  day: string;
  minutes: number;
  version: number;
  contractId: string;
  customerId: string;
  startsMs: number[];
  wattHours: bigint[];
  statuses: ValueStatus[];
}>;

export async function readDays(db: Queryable, registerIds: readonly number[], days: readonly string[]): Promise<StoredDay[]> {
  const { rows } = await db.query<{
    register_id: number;
    day: string;
    minutes: number;
    version: number;
    contract_id: string;
    customer_id: string;
    starts: Date[];
    watt_hours: bigint[];
    statuses: ValueStatus[];
  }>(
    `SELECT d.register_id, d.day, d.minutes, d.version, d.contract_id, d.customer_id, v.*
     FROM unnest($1::int4[], $2::date[]) g (register_id, day)
     JOIN metering.usage_daily d ON d.register_id = g.register_id AND d.day = g.day
     CROSS JOIN LATERAL (
       SELECT array_agg(i.start_at ORDER BY i.start_at) AS starts, array_agg(i.watt_hours
         ORDER BY i.start_at) AS watt_hours, array_agg(i.status::text ORDER BY i.start_at) AS statuses
       FROM metering.interval i WHERE i.register_id = d.register_id
         AND i.start_at >= d.day::timestamp AT TIME ZONE 'Europe/Berlin' AND i.start_at < (d.day + 1)::timestamp AT TIME ZONE 'Europe/Berlin'
     ) v`,
    [registerIds, days],
  );
  return rows.map((row) => ({
    registerId: row.register_id,
    day: row.day,
    minutes: row.minutes,
    version: row.version,
    contractId: row.contract_id,
    customerId: row.customer_id,
    startsMs: row.starts.map((at) => at.getTime()),
    wattHours: row.watt_hours,
    statuses: row.statuses,
  }));
}

async function fixLengths(tx: Tx, added: readonly PlacedInterval[]): Promise<void> {
  const lengths = new Map(added.map(({ registerId, minutes }) => [registerId, minutes]));
  if (lengths.size === 0) return;
  await tx.query(
    `UPDATE metering.meter_register r SET interval_minutes = g.minutes FROM unnest($1::int4[], $2::int2[]) g (id, minutes) WHERE r.id = g.id AND r.interval_minutes IS NULL`,
    [int4Array([...lengths.keys()]), int2Array([...lengths.values()])],
  );
}

const columnsOf = (placed: readonly PlacedInterval[]) => [
  timestamptzArray(placed.map(({ given }) => given.startMs)),
  int8Array(placed.map(({ given }) => given.wattHours)),
  int4Array(placed.map(({ registerId }) => registerId)),
  codesOf(placed.map(({ given }) => given.status)),
];

const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b));
const greatest = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b));
