// What was known at an instant: what stands since before, and what was replaced after it.
import type { Queryable } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { ValueStatus } from '../intervals/value.ts';
import type { Inputs, Method, WorkingValue } from '../working/overlay.ts';
import type { CounterReading } from '../usage/from-readings.ts';
import type { Period } from '../usage/usage.ts';
import type { UsageOf } from './usage.ts';
import type { DayOfRegister } from './working.ts';

export type ValueAsOf = Readonly<{ registerId: number; day: LocalDate; minutes: number; startMs: number; wattHours: bigint; status: ValueStatus }>;
const GIVEN = `unnest($1::int4[], $2::date[]) g (register_id, day)`;
const WITHIN = (row: string) => `${row}.register_id = g.register_id AND ${row}.start_at >= g.day::timestamp AT TIME ZONE 'Europe/Berlin' AND ${row}.start_at < (g.day + 1)::timestamp AT TIME ZONE 'Europe/Berlin'`;
const parameters = (days: readonly DayOfRegister[], asOf: Date) => [days.map(({ registerId }) => registerId), days.map(({ day }) => day), asOf];

/** The market's values of some days as they were known, in order of time. */
export async function marketAsOf(db: Queryable, days: readonly DayOfRegister[], asOf: Date): Promise<ValueAsOf[]> {
  const { rows } = await db.query<{ register_id: number; day: LocalDate; minutes: number; start_at: Date; watt_hours: bigint; status: ValueStatus }>(
    `SELECT g.register_id, g.day, i.minutes, i.start_at, i.watt_hours, i.status FROM ${GIVEN} JOIN metering.interval i ON ${WITHIN('i')} WHERE i.known_from <= $3
     UNION ALL
     SELECT g.register_id, g.day, r.interval_minutes, s.start_at, s.watt_hours, s.status FROM ${GIVEN} JOIN metering.interval_superseded s ON ${WITHIN('s')}
     JOIN metering.meter_register r ON r.id = g.register_id WHERE s.known_from <= $3 AND s.known_until > $3 ORDER BY 1, 4`,
    parameters(days, asOf),
  );
  return rows.map((row) => ({ registerId: row.register_id, day: row.day, minutes: row.minutes, startMs: row.start_at.getTime(), wattHours: row.watt_hours, status: row.status }));
}

/** Our working values of some days as they were known, in order of time. */
export async function workingAsOf(db: Queryable, days: readonly DayOfRegister[], asOf: Date): Promise<(WorkingValue & { day: LocalDate })[]> {
  const columns = (row: string) => `g.register_id, g.day, ${row}.start_at, ${row}.watt_hours, ${row}.instead_watt_hours, ${row}.instead_status, ${row}.method, ${row}.reason, ${row}.inputs`;
  const { rows } = await db.query<{
    register_id: number; day: LocalDate; start_at: Date; watt_hours: bigint; instead_watt_hours: bigint | null; instead_status: ValueStatus | null; method: Method; reason: string; inputs: Inputs;
  }>(
    `SELECT ${columns('w')} FROM ${GIVEN} JOIN metering.interval_working w ON ${WITHIN('w')} WHERE w.set_at <= $3
     UNION ALL
     SELECT ${columns('s')} FROM ${GIVEN} JOIN metering.interval_working_superseded s ON ${WITHIN('s')} WHERE s.known_from <= $3 AND s.known_until > $3 ORDER BY 1, 3`,
    parameters(days, asOf),
  );
  return rows.map((row) => ({
    registerId: row.register_id, day: row.day, startMs: row.start_at.getTime(), wattHours: row.watt_hours,
    instead: row.instead_status && { wattHours: row.instead_watt_hours!, status: row.instead_status }, method: row.method, reason: row.reason, inputs: row.inputs,
  }));
}

const OF_A_CONTRACT = 'v.id IN (SELECT id FROM metering.reading WHERE contract_id = $1 UNION ALL SELECT reading_id FROM metering.boundary_readings(ARRAY[$1::uuid]))';
/** Billable readings of a counter in and around a period, in order of register and time; as of an instant, or as they stand. Of a contract those with which it ends and begins, too. */
export async function counterReadings(db: Queryable, of: UsageOf, obis: string, { from, until }: Period, asOf: Date | null): Promise<CounterReading[]> {
  const known = asOf
    ? `SELECT id, register_id, meter_id, contract_id, read_at, watt_hours, quality FROM metering.reading WHERE imported_at <= $5
       UNION ALL SELECT v.id, v.register_id, v.meter_id, v.contract_id, v.read_at, s.watt_hours, s.quality FROM metering.reading v
       JOIN metering.reading_superseded s ON s.reading_id = v.id AND s.known_from <= $5 AND s.known_until > $5`
    : 'SELECT id, register_id, meter_id, contract_id, read_at, watt_hours, quality FROM metering.reading';
  const { rows } = await db.query<{ register_id: number; read_at: Date; watt_hours: bigint; digits: number; factor: string }>(
    `SELECT v.register_id, v.read_at, v.watt_hours, g.digits, g.factor FROM (${known}) v JOIN metering.meter_register g ON g.id = v.register_id
     WHERE g.obis = $2 AND v.quality <> 'PROVISIONAL' AND ${'contractId' in of ? OF_A_CONTRACT : 'v.meter_id = $1'}
       AND v.read_at >= ($3::date - 800)::timestamp AT TIME ZONE 'Europe/Berlin' AND v.read_at < ($4::date + 800)::timestamp AT TIME ZONE 'Europe/Berlin' ORDER BY 1, 2`,
    ['contractId' in of ? of.contractId : of.meterId, obis, from, until, ...(asOf ? [asOf] : [])],
  );
  return rows.map((row) => ({ registerId: row.register_id, readAtMs: row.read_at.getTime(), wattHours: row.watt_hours, counter: { digits: row.digits, factor: row.factor } }));
}

/** Values of registers in a period that came and were refused (for staff). */
export async function refusedValues(db: Queryable & { ownCustomer?: string | null }, registerIds: readonly number[], { from, until }: Period): Promise<{ registerId: number; startMs: number }[]> {
  if (db.ownCustomer != null) return [];
  const { rows } = await db.query<{ register_id: number; start_at: Date }>(
    `SELECT DISTINCT register_id, start_at FROM metering.vee_result WHERE register_id = ANY ($1::int4[]) AND action = 'REJECTED' AND start_at >= $2::date::timestamp AT TIME ZONE 'Europe/Berlin'
       AND start_at < $3::date::timestamp AT TIME ZONE 'Europe/Berlin'`,
    [registerIds, from, until],
  );
  return rows.map((row) => ({ registerId: row.register_id, startMs: row.start_at.getTime() }));
}
