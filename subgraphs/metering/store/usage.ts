import type { Queryable } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { DueRegister } from '../usage/due.ts';
import type { KnownSum, Period } from '../usage/usage.ts';

/** Whose values: a meter's, or those of all meters in the time of a contract. */
export type UsageOf = Readonly<{ meterId: string } | { contractId: string }>;

type SumRow = { register_id: number; on: LocalDate; watt_hours: bigint; known_minutes: bigint };
const OF = `r.obis = $2 AND d.day >= $3 AND d.day < $4 AND CASE WHEN $5::boolean THEN d.contract_id = $1 ELSE r.meter_id = $1 END`;
/** By how much our working values change the market's sums, per register and day: those of them that stand. */
const OURS = (registers: string) => `
  SELECT w.register_id, (w.start_at AT TIME ZONE 'Europe/Berlin')::date AS day, sum(w.watt_hours - coalesce(i.watt_hours, 0))::bigint AS watt_hours,
    sum(CASE WHEN i.start_at IS NULL THEN w.minutes ELSE 0 END)::bigint AS minutes
  FROM (${registers}) r JOIN metering.interval_working w ON w.register_id = r.register_id
    AND w.start_at >= $3::date::timestamp AT TIME ZONE 'Europe/Berlin' AND w.start_at < $4::date::timestamp AT TIME ZONE 'Europe/Berlin'
  LEFT JOIN metering.interval i ON i.register_id = w.register_id AND i.start_at = w.start_at
  WHERE metering.working_value_stands(w.instead_watt_hours, w.instead_status, i.watt_hours, i.status) GROUP BY 1, 2`;

/** Sums per register and day, with our working values in their places or without them. */
export async function sumsByDay(db: Queryable, of: UsageOf, obis: string, period: Period, isWorking: boolean): Promise<KnownSum[]> {
  const { rows } = await db.query<SumRow>(
    `WITH d AS MATERIALIZED (SELECT d.register_id, d.day, d.watt_hours, d.known_values, d.minutes FROM metering.usage_daily d JOIN metering.meter_register r ON r.id = d.register_id WHERE ${OF}),
       o AS MATERIALIZED (${OURS('SELECT DISTINCT register_id FROM d WHERE $6::boolean')})
     SELECT d.register_id, d.day AS on, d.watt_hours + coalesce(o.watt_hours, 0) AS watt_hours, d.known_values * d.minutes + coalesce(o.minutes, 0) AS known_minutes
     FROM d LEFT JOIN o ON o.register_id = d.register_id AND o.day = d.day WHERE d.known_values > 0 OR o.day IS NOT NULL ORDER BY 2, 1`,
    [...parametersOf(of, obis, period), isWorking],
  );
  return rows.map(toSum);
}

/** The same for whole months of one meter, from the sums that are kept per month; an entry may be of a month or of what ours change in it. */
export async function keptMonths(db: Queryable, meterId: string, obis: string, { from, until }: Period, isWorking: boolean): Promise<KnownSum[]> {
  const { rows } = await db.query<SumRow>(
    `WITH g AS (SELECT id AS register_id, interval_minutes FROM metering.meter_register WHERE meter_id = $1 AND obis = $2)
     SELECT g.register_id, u.month AS on, u.watt_hours, (u.known_values * g.interval_minutes)::bigint AS known_minutes
     FROM g JOIN metering.usage_monthly u ON u.register_id = g.register_id AND u.month >= $3 AND u.month < $4
     UNION ALL SELECT o.register_id, o.day, o.watt_hours, o.minutes FROM (${OURS('SELECT register_id FROM g WHERE $5::boolean')}) o ORDER BY 2`,
    [meterId, obis, from, until, isWorking],
  );
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

/** All registers of a meter, or of the meters of a contract, with the times in which they have to deliver: of a contract its own. Null where there is no such meter or contract. */
export async function dueRegisters(db: Queryable, of: UsageOf): Promise<DueRegister[] | null> {
  const { rows } = await db.query<{ register_id: number | null; obis: string; interval_minutes: number | null; from_at: Date | null; until_at: Date | null; takes_over: boolean; metering_kind: string | null }>(
    `SELECT r.id AS register_id, r.obis, r.interval_minutes, p.from_at, p.until_at, coalesce(e.exchanged_at = p.from_at, false) AS takes_over, s.metering_kind
     FROM ${'contractId' in of ? OF_CONTRACT : OF_METER}
     LEFT JOIN metering.meter_exchange e ON e.new_meter_id = i.meter_id AND e.exchanged_at = i.from_at
     CROSS JOIN LATERAL (SELECT greatest(i.from_at, s.start_on::timestamp AT TIME ZONE 'Europe/Berlin') AS from_at, least(i.until_at, s.end_on::timestamp AT TIME ZONE 'Europe/Berlin') AS until_at) p
     ORDER BY 1, p.from_at`,
    [Object.values(of)[0]],
  );
  if (rows.length === 0) return null;
  const registers = Map.groupBy(rows, (row) => row.register_id);
  registers.delete(null);
  return [...registers.values()].map((all) => ({
    registerId: all[0]!.register_id!, obis: all[0]!.obis, minutes: all[0]!.interval_minutes ?? 15,
    places: all.flatMap(({ from_at: fromAt, until_at: untilAt, takes_over: takesOver, interval_minutes: minutes, metering_kind: meteringKind }) => (fromAt === null ? [] : [{ fromMs: fromAt.getTime(), untilMs: untilAt?.getTime() ?? Infinity, takesOver, isAwaited: minutes !== null || meteringKind === 'INTERVAL' }])),
  }));
}

const HANGS_THERE = `i.malo_id = s.malo_id AND tstzrange(i.from_at, i.until_at) && tstzrange(s.start_on::timestamp AT TIME ZONE 'Europe/Berlin', s.end_on::timestamp AT TIME ZONE 'Europe/Berlin')`;
const OF_CONTRACT = `(SELECT * FROM metering.supply WHERE contract_id = $1) s LEFT JOIN (metering.installation i JOIN metering.meter_register r ON r.meter_id = i.meter_id) ON ${HANGS_THERE}`;
const OF_METER = `(SELECT * FROM metering.meter WHERE id = $1) m LEFT JOIN metering.meter_register r ON r.meter_id = m.id
     LEFT JOIN (metering.installation i JOIN metering.supply s ON ${HANGS_THERE}) ON i.meter_id = m.id`;

const parametersOf = (of: UsageOf, obis: string, { from, until }: Period) => [
  'contractId' in of ? of.contractId : of.meterId,
  obis,
  from,
  until,
  'contractId' in of,
];
const toSum = (row: SumRow): KnownSum => ({ registerId: row.register_id, on: row.on, wattHours: row.watt_hours, knownMs: Number(row.known_minutes) * 60_000 });
