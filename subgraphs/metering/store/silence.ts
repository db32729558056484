// Days of which values are missing though nobody has said a word: found by looking, as nothing that comes in would touch them.
import type { Queryable, Tx } from '@stromgraph/kernel/database';
import { daysBetween, type LocalDate } from '@stromgraph/kernel/time';
import type { DayOfRegister } from './working.ts';

export type SilentDay = DayOfRegister & Readonly<{ contractId: string; customerId: string; minutes: number }>;
export type Look = Readonly<{ from: LocalDate; until: LocalDate; /** The last one that was looked at. */ after: DayOfRegister; first: number }>;
/** `next`: where to go on; null when all has been looked at. */
export type Looked = Readonly<{ days: SilentDay[]; next: DayOfRegister | null }>;

/** Sums of registers and days that one look goes through: each is found by its key, in some microseconds. */
const MAX_SUMS = 50_000;
const LAST_DAY = '9999-12-31';
/** Minutes of the intervals of a register of which none has come; its first one says how long they are (`addIntervals`). */
const FIRST_ASSUMED = 15;

/**
 * Registers that deliver intervals, or have to and never did: of those of a meter that measure the same energy the ones in whose rank (a total before tariffs, a load profile before
 * energy per period) one delivers, or the first ones where none does.
 */
const isWatched = (r: string): string => `(${r}.interval_minutes IS NOT NULL OR ${r}.obis ~ '\\.(9|29)\\.' AND ${rankOf(r)} = (
  SELECT ${rankOf('o')} FROM metering.meter_register o WHERE o.meter_id = ${r}.meter_id AND split_part(o.obis, '.', 1) = split_part(${r}.obis, '.', 1) AND o.obis ~ '\\.(9|29)\\.'
  ORDER BY o.interval_minutes IS NULL, 1 LIMIT 1))`;
export const rankOf = (r: string): string => `((${r}.obis !~ '\\.0$')::int * 2 + (${r}.obis ~ '\\.9\\.')::int)`;

/**
 * Days, from one to before another, of registers that deliver intervals, or have to, and hung at a contract of ours, whose sum lacks values and of whose gap nothing is known in the
 * version that stands. Of a contract that is balanced on a profile nobody has to deliver intervals; who does is watched. In order of register and day.
 */
export async function silentDays(db: Queryable, { from, until, after, first }: Look): Promise<Looked> {
  const most = Math.max(1, Math.floor(MAX_SUMS / Math.max(1, daysBetween(from, until))));
  const { rows: registers } = await db.query<{ id: number }>(`SELECT r.id FROM metering.meter_register r WHERE r.id >= $1 AND ${isWatched('r')} ORDER BY r.id LIMIT $2`, [after.registerId, most]);
  const last = registers.at(-1);
  if (!last) return { days: [], next: null };
  const { rows } = await db.query<{ register_id: number; day: LocalDate; contract_id: string; customer_id: string; minutes: number }>(
    `WITH lacking AS MATERIALIZED (
      SELECT r.id, r.meter_id, coalesce(r.interval_minutes, ${FIRST_ASSUMED}) AS minutes, g.day::date AS day FROM metering.meter_register r
      CROSS JOIN generate_series($1::date::timestamp, $2::date - interval '1 day', interval '1 day') g (day)
      LEFT JOIN LATERAL (SELECT u.version, u.known_values < u.expected_values AS lacks FROM metering.usage_daily u WHERE u.register_id = r.id AND u.day = g.day::date LIMIT 1) u ON true
      WHERE r.id = ANY ($3::int4[]) AND (r.id, g.day::date) > ($4, $5::date)
        AND (u.version IS NULL OR u.lacks AND NOT EXISTS (
          SELECT FROM metering.vee_result f WHERE f.register_id = r.id AND f.day = g.day::date AND f.day_version = u.version AND f.rule = 'R01'))
    )
    SELECT l.id AS register_id, l.day, s.contract_id, s.customer_id, l.minutes FROM lacking l CROSS JOIN LATERAL (
      SELECT s.contract_id, s.customer_id FROM metering.installation i JOIN metering.supply s ON s.malo_id = i.malo_id AND NOT s.cancelled
      WHERE i.meter_id = l.meter_id AND s.start_on <= l.day AND (s.end_on IS NULL OR l.day < s.end_on)
        AND i.from_at < (l.day + 1)::timestamp AT TIME ZONE 'Europe/Berlin' AND (i.until_at IS NULL OR i.until_at > l.day::timestamp AT TIME ZONE 'Europe/Berlin')
        AND (s.metering_kind = 'INTERVAL' OR EXISTS (SELECT FROM metering.usage_daily k WHERE k.register_id = l.id AND k.day >= s.start_on AND k.contract_id = s.contract_id AND k.known_values > 0))
      ORDER BY s.start_on DESC, s.contract_id LIMIT 1) s
    ORDER BY 1, 2 LIMIT $6`,
    [from, until, registers.map(({ id }) => id), after.registerId, after.day, first],
  );
  const days = rows.map((row) => ({ registerId: row.register_id, day: row.day, contractId: row.contract_id, customerId: row.customer_id, minutes: row.minutes }));
  const place = days.length === first ? days.at(-1)! : { registerId: last.id, day: LAST_DAY };
  const isAll = days.length < first && registers.length < most;
  return { days, next: isAll ? null : { registerId: place.registerId, day: place.day } };
}

/** Makes the days, or their next versions, to be told of a batch. Their registers are held, so that no values come meanwhile; what has come before that is left to its own batch. */
export async function beginSilentDays(tx: Tx, days: readonly SilentDay[], { batchId, at }: { batchId: string; at: Date }): Promise<void> {
  await tx.sql`SELECT FROM metering.meter_register WHERE id = ANY (${[...new Set(days.map(({ registerId }) => registerId))]}::int[]) ORDER BY id FOR NO KEY UPDATE`;
  await tx.sql`
    WITH given AS (
      SELECT g."registerId", g.day, g."contractId", g."customerId", coalesce(r.interval_minutes, g.minutes) AS minutes
      FROM jsonb_to_recordset(${JSON.stringify(days)}::jsonb) AS g ("registerId" int, day date, "contractId" uuid, "customerId" uuid, minutes smallint) JOIN metering.meter_register r ON r.id = g."registerId"
    ), made AS (
      INSERT INTO metering.usage_daily AS d (register_id, day, contract_id, customer_id, minutes, watt_hours, known_values, expected_values, substitute_values, provisional_values, version, known_at)
      SELECT "registerId", day, "contractId", "customerId", minutes, 0, 0, metering.quarter_hours_of(day) * 15 / minutes, 0, 0, 1, ${at} FROM given ORDER BY 1, 2
      ON CONFLICT (register_id, day) DO UPDATE SET version = d.version + 1, known_at = greatest(d.known_at, excluded.known_at),
        contract_id = CASE d.known_values WHEN 0 THEN excluded.contract_id ELSE d.contract_id END, customer_id = CASE d.known_values WHEN 0 THEN excluded.customer_id ELSE d.customer_id END
      WHERE d.known_values < d.expected_values
      RETURNING d.register_id, d.day, d.version
    )
    INSERT INTO metering.batch_day (batch_id, register_id, day, corrected) SELECT ${batchId}, register_id, day, version > 1 FROM made`;
}
