// What rules about stored values need beside the values themselves, for many days or readings at once.
import type { Queryable } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import { advanceOf } from '@stromgraph/kernel/energy';
import type { ReadingFacts } from '../validation/stored/reading-rules.ts';
import type { DayOfRegister } from './working.ts';

const DAY_KEY = (registerId: number, day: LocalDate): string => `${registerId} ${day}`;
const columns = (days: readonly DayOfRegister[]) => [days.map(({ registerId }) => registerId), days.map(({ day }) => day)];

/**
 * Of days on which a billable reading of the same energy's counter ends a stretch of at most 400 days that is known whole: what the counter
 * advanced, and what the intervals say (our working values in place of the market's). Readings at midnight end the day before.
 */
export async function sumsEndingOn(db: Queryable, all: readonly DayOfRegister[]): Promise<Map<string, { counterWattHours: number; intervalWattHours: number }>> {
  const days = await daysWithReading(db, all);
  if (days.length === 0) return new Map();
  const { rows } = await db.query<{ register_id: number; day: LocalDate; digits: number; factor: string; from_wh: bigint; until_wh: bigint; interval_wh: bigint }>(
    `SELECT g.register_id, g.day, c.digits, c.factor, p.watt_hours AS from_wh, v.watt_hours AS until_wh, s.watt_hours AS interval_wh
     FROM unnest($1::int4[], $2::date[]) g (register_id, day)
     JOIN metering.meter_register r ON r.id = g.register_id
     JOIN metering.meter_register c ON c.meter_id = r.meter_id AND c.obis = regexp_replace(r.obis, '\\.(9|29)\\.', '.8.') AND c.id <> r.id
     CROSS JOIN LATERAL (SELECT * FROM metering.reading v WHERE v.meter_id = c.meter_id AND v.register_id = c.id AND v.quality <> 'PROVISIONAL'
       AND v.read_at > g.day::timestamp AT TIME ZONE 'Europe/Berlin' AND v.read_at <= (g.day + 1)::timestamp AT TIME ZONE 'Europe/Berlin' ORDER BY v.read_at DESC LIMIT 1) v
     CROSS JOIN LATERAL (SELECT * FROM metering.reading p WHERE p.meter_id = c.meter_id AND p.register_id = c.id AND p.quality <> 'PROVISIONAL'
       AND p.read_at < v.read_at AND p.read_at >= v.read_at - interval '400 days' ORDER BY p.read_at DESC LIMIT 1) p
     CROSS JOIN LATERAL (
       SELECT sum(CASE WHEN o.stands THEN w.watt_hours ELSE i.watt_hours END)::bigint AS watt_hours, sum(CASE WHEN o.stands THEN w.minutes ELSE i.minutes END) AS minutes
       FROM (SELECT * FROM metering.interval i WHERE i.register_id = r.id AND i.start_at >= p.read_at AND i.start_at < v.read_at) i
       FULL JOIN (SELECT * FROM metering.interval_working w WHERE w.register_id = r.id AND w.start_at >= p.read_at AND w.start_at < v.read_at) w ON w.start_at = i.start_at
       CROSS JOIN LATERAL (SELECT w.start_at IS NOT NULL AND metering.working_value_stands(w.instead_watt_hours, w.instead_status, i.watt_hours, i.status) AS stands) o) s
     WHERE s.minutes * 60 = extract(epoch FROM v.read_at - p.read_at)`,
    columns(days),
  );
  return new Map(rows.map((row) => [DAY_KEY(row.register_id, row.day), { counterWattHours: Number(advanceOf(row, row.from_wh, row.until_wh).wattHours), intervalWattHours: Number(row.interval_wh) }]));
}

/** Asked first, as few days have one, and the plan over the months of intervals is dear. */
async function daysWithReading(db: Queryable, days: readonly DayOfRegister[]): Promise<DayOfRegister[]> {
  const { rows } = await db.query<{ nth: bigint }>(
    `SELECT g.nth FROM ROWS FROM (unnest($1::int4[]), unnest($2::date[])) WITH ORDINALITY g (register_id, day, nth)
     JOIN metering.meter_register r ON r.id = g.register_id
     JOIN metering.meter_register c ON c.meter_id = r.meter_id AND c.obis = regexp_replace(r.obis, '\\.(9|29)\\.', '.8.') AND c.id <> r.id
     WHERE EXISTS (SELECT FROM metering.reading v WHERE v.meter_id = c.meter_id AND v.register_id = c.id
       AND v.read_at > g.day::timestamp AT TIME ZONE 'Europe/Berlin' AND v.read_at <= (g.day + 1)::timestamp AT TIME ZONE 'Europe/Berlin')`,
    columns(days),
  );
  return rows.map(({ nth }) => days[Number(nth) - 1]!);
}

export type UsualDay = Readonly<{ usualWattHours: number | null; likeWattHours: number | null }>;
/** The median of the complete days in the four weeks before, where there are at least seven; and of those on the same weekday, where there are at least three. */
export async function usualDays(db: Queryable, days: readonly DayOfRegister[]): Promise<Map<string, UsualDay>> {
  if (days.length === 0) return new Map();
  const { rows } = await db.query<{ register_id: number; day: LocalDate; usual: number | null; alike: number | null }>(
    `SELECT g.register_id, g.day, u.usual, u.alike FROM unnest($1::int4[], $2::date[]) g (register_id, day)
     CROSS JOIN LATERAL (
       SELECT CASE WHEN count(*) >= 7 THEN percentile_cont(0.5) WITHIN GROUP (ORDER BY d.watt_hours) END AS usual,
         CASE WHEN count(*) FILTER (WHERE (g.day - d.day) % 7 = 0) >= 3 THEN percentile_cont(0.5) WITHIN GROUP (ORDER BY d.watt_hours) FILTER (WHERE (g.day - d.day) % 7 = 0) END AS alike
       FROM metering.usage_daily d WHERE d.register_id = g.register_id AND d.day >= g.day - 28 AND d.day < g.day AND d.known_values = d.expected_values) u`,
    columns(days),
  );
  return new Map(rows.map((row) => [DAY_KEY(row.register_id, row.day), { usualWattHours: row.usual, likeWattHours: row.alike }]));
}

/** What is around some readings, by the reading's id. */
export async function readingFacts(db: Queryable, readingIds: readonly string[]): Promise<Map<string, ReadingFacts & { registerId: number }>> {
  const rows = await db.sql<{
    id: string; register_id: number; read_at: Date; watt_hours: bigint; digits: number; factor: string; expected: bigint; previous_at: Date | null; previous_wh: bigint | null;
    tariff_count: number; tariff_wh: bigint | null; total_wh: bigint | null; others: number; without: number;
  }>`
    SELECT v.id, v.register_id, v.read_at, v.watt_hours, g.digits, g.factor, s.expected_watt_hours AS expected, p.read_at AS previous_at, p.watt_hours AS previous_wh,
      t.tariff_count, t.tariff_wh, t.total_wh, o.others, e.without
    FROM metering.reading v JOIN metering.meter_register g ON g.id = v.register_id JOIN metering.supply s ON s.contract_id = v.contract_id
    LEFT JOIN LATERAL (SELECT p.read_at, p.watt_hours FROM metering.reading p WHERE p.meter_id = v.meter_id AND p.register_id = v.register_id AND p.read_at < v.read_at
      AND p.quality <> 'PROVISIONAL' ORDER BY p.read_at DESC LIMIT 1) p ON true
    CROSS JOIN LATERAL (
      SELECT (count(*) FILTER (WHERE x.obis ~ '^1-0:1\.8\.[12]$'))::int AS tariff_count, (sum(r.watt_hours) FILTER (WHERE x.obis ~ '^1-0:1\.8\.[12]$'))::bigint AS tariff_wh,
        max(r.watt_hours) FILTER (WHERE x.obis = '1-0:1.8.0') AS total_wh
      FROM metering.meter_register x JOIN metering.reading r ON r.meter_id = x.meter_id AND r.register_id = x.id AND r.read_at = v.read_at WHERE x.meter_id = v.meter_id) t
    CROSS JOIN LATERAL (
      SELECT count(*)::int AS others FROM metering.installation i JOIN metering.installation m ON m.malo_id = i.malo_id AND m.meter_id <> i.meter_id
        JOIN metering.meter_register x ON x.meter_id = m.meter_id AND x.obis = g.obis
      WHERE i.meter_id = v.meter_id AND i.from_at < v.read_at AND (i.until_at IS NULL OR v.read_at < i.until_at) AND m.from_at < v.read_at AND (m.until_at IS NULL OR v.read_at < m.until_at)) o
    CROSS JOIN LATERAL (
      SELECT count(*)::int AS without FROM metering.meter_exchange c JOIN metering.meter_register x ON x.meter_id IN (c.old_meter_id, c.new_meter_id) AND x.obis ~ '\.8\.'
      WHERE v.meter_id IN (c.old_meter_id, c.new_meter_id) AND c.exchanged_at <= v.read_at AND c.exchanged_at >= s.start_on::timestamp AT TIME ZONE 'Europe/Berlin'
        AND NOT EXISTS (SELECT FROM metering.reading r WHERE r.meter_id = x.meter_id AND r.register_id = x.id AND r.read_at = c.exchanged_at)) e
    WHERE v.id = ANY (${readingIds}::uuid[])`;
  return new Map(rows.map((row) => [row.id, {
    registerId: row.register_id, readAtMs: row.read_at.getTime(), wattHours: row.watt_hours, counter: { digits: row.digits, factor: row.factor },
    previous: row.previous_at && { readAtMs: row.previous_at.getTime(), wattHours: row.previous_wh! }, expectedWattHoursAYear: Number(row.expected),
    tariffs: row.tariff_count === 2 && row.total_wh !== null ? { sumWattHours: row.tariff_wh!, totalWattHours: row.total_wh } : null, otherMeters: row.others, countersWithoutExchange: row.without,
  }]));
}
