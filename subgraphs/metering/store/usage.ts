import type { Queryable } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { KnownSum, Period } from '../usage/usage.ts';

/** Whose values: a meter's, or those of all meters in the time of a contract. */
export type UsageOf = Readonly<{ meterId: string } | { contractId: string }>;

type SumRow = { on: LocalDate; watt_hours: bigint; known_minutes: bigint };
const OF = `r.obis = $2 AND d.day >= $3 AND d.day < $4 AND CASE WHEN $5::boolean THEN d.contract_id = $1 ELSE r.meter_id = $1 END`;

export async function sumsByDay(db: Queryable, of: UsageOf, obis: string, period: Period): Promise<KnownSum[]> {
  const { rows } = await db.query<SumRow>(
    `SELECT d.day AS on, sum(d.watt_hours)::bigint AS watt_hours, sum(d.known_values * d.minutes)::bigint AS known_minutes
     FROM metering.usage_daily d JOIN metering.meter_register r ON r.id = d.register_id WHERE ${OF} GROUP BY 1 ORDER BY 1`,
    parametersOf(of, obis, period),
  );
  return rows.map(toSum);
}

export async function sumsByMonth(db: Queryable, of: UsageOf, obis: string, period: Period): Promise<KnownSum[]> {
  const { rows } = await db.query<SumRow>(
    `SELECT date_trunc('month', d.day)::date AS on, sum(d.watt_hours)::bigint AS watt_hours, sum(d.known_values * d.minutes)::bigint AS known_minutes
     FROM metering.usage_daily d JOIN metering.meter_register r ON r.id = d.register_id WHERE ${OF} GROUP BY 1 ORDER BY 1`,
    parametersOf(of, obis, period),
  );
  return rows.map(toSum);
}

/** The same for whole months of one meter, from the sums that are kept per month. */
export async function keptMonths(db: Queryable, meterId: string, obis: string, { from, until }: Period): Promise<KnownSum[]> {
  const rows = await db.sql<SumRow>`
    SELECT u.month AS on, u.watt_hours, (u.known_values * r.interval_minutes)::bigint AS known_minutes
    FROM metering.usage_monthly u JOIN metering.meter_register r ON r.id = u.register_id
    WHERE r.meter_id = ${meterId} AND r.obis = ${obis} AND u.month >= ${from} AND u.month < ${until} ORDER BY 1`;
  return rows.map(toSum);
}

/** Registers and days that hold values. */
export async function daysWithValues(
  db: Queryable,
  of: UsageOf,
  obis: string,
  period: Period,
): Promise<{ registerId: number; day: LocalDate }[]> {
  const { rows } = await db.query<{ register_id: number; day: LocalDate }>(
    `SELECT d.register_id, d.day FROM metering.usage_daily d JOIN metering.meter_register r ON r.id = d.register_id WHERE ${OF} ORDER BY 2, 1`,
    parametersOf(of, obis, period),
  );
  return rows.map((row) => ({ registerId: row.register_id, day: row.day }));
}

export async function isKnown(db: Queryable, of: UsageOf): Promise<boolean> {
  const { rows } =
    'meterId' in of
      ? await db.query('SELECT 1 FROM metering.meter WHERE id = $1', [of.meterId])
      : await db.query('SELECT 1 FROM metering.supply WHERE contract_id = $1', [of.contractId]);
  return rows.length > 0;
}

const parametersOf = (of: UsageOf, obis: string, { from, until }: Period) => [
  'contractId' in of ? of.contractId : of.meterId,
  obis,
  from,
  until,
  'contractId' in of,
];
const toSum = (row: SumRow): KnownSum => ({ on: row.on, wattHours: row.watt_hours, knownMinutes: row.known_minutes });
