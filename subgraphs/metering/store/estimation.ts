// What estimation needs to know, and what it leaves behind.
import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { Exchange } from '../estimation/exchange.ts';
import { rankOf } from './silence.ts';
import type { DayOfRegister } from './working.ts';

/** Days that have an open finding of a gap: before a day, found until an instant, after the place (register and day) of the last one that was looked at. */
export async function openGaps(
  db: Queryable,
  { before, foundUntil, after, first }: { before: LocalDate; foundUntil: Date; after: DayOfRegister; first: number },
): Promise<DayOfRegister[]> {
  const rows = await db.sql<{ register_id: number; day: LocalDate }>`
    SELECT f.register_id, f.day FROM metering.vee_result f
    JOIN metering.usage_daily d ON d.register_id = f.register_id AND d.day = f.day AND d.version = f.day_version
    WHERE f.rule = 'R01' AND f.action = 'FLAGGED' AND f.severity = 'ERROR' AND f.day < ${before} AND f.decided_at <= ${foundUntil}
      AND (f.register_id, f.day) > (${after.registerId}, ${after.day}::date) ORDER BY 1, 2 LIMIT ${first}`;
  return rows.map((row) => ({ registerId: row.register_id, day: row.day }));
}

/** What of a register matters for its estimates; null length: it has never had an interval. What its contract is expected to use says nothing of a register that does not measure all of it. */
export type EstimatedRegister = Readonly<{ registerId: number; minutes: number | null; digits: number; factor: string; expectedWattHours: bigint; places: readonly (Place & Readonly<{ expectedWattHours: bigint }>)[] }>;
/** A time in which its meter hung at a contract of ours and has intervals, in UTC milliseconds; `exchangedMs`: when it took another's place, in its first interval. */
export type Place = Readonly<{ fromMs: number; untilMs: number; exchangedMs: number | null }>;

/** Held until the transaction ends, so that no values come meanwhile. Digits and factor are those of the counter of the same energy. */
export async function lockRegisters(tx: Tx, registerIds: readonly number[]): Promise<EstimatedRegister[]> {
  await tx.sql`SELECT FROM metering.meter_register WHERE id = ANY (${registerIds}::int[]) ORDER BY id FOR NO KEY UPDATE`;
  const { rows } = await tx.query<{ id: number; interval_minutes: number | null; digits: number | null; factor: string | null; measures_all: boolean }>(
    `SELECT r.id, r.interval_minutes, c.digits, c.factor, ${MEASURES_ALL} AS measures_all FROM metering.meter_register r
    LEFT JOIN metering.meter_register c ON c.meter_id = r.meter_id AND c.obis = regexp_replace(r.obis, '\\.(9|29)\\.', '.8.')
    WHERE r.id = ANY ($1::int4[]) ORDER BY r.id`,
    [registerIds],
  );
  const places = await placesOf(tx, registerIds);
  return rows.map((row) => {
    const own = places.get(row.id) ?? [];
    return { registerId: row.id, minutes: row.interval_minutes, digits: row.digits ?? 6, factor: row.factor ?? '1', expectedWattHours: (row.measures_all ? own.at(-1)?.expectedWattHours : null) ?? 0n, places: own };
  });
}

/** Whether a register measures drawn energy, and none beside it another part: no tariff, no channel, no meter that hung there at the same time. */
const MEASURES_ALL = `r.obis ~ '^1-\\d+:1\\.' AND NOT EXISTS (
  SELECT FROM metering.installation i JOIN metering.installation j ON j.malo_id = i.malo_id AND tstzrange(j.from_at, j.until_at) && tstzrange(i.from_at, i.until_at) JOIN metering.meter_register o ON o.meter_id = j.meter_id
  WHERE i.meter_id = r.meter_id AND o.id <> r.id AND o.obis ~ '^1-\\d+:1\\.(9|29)\\.' AND NOT (o.meter_id = r.meter_id AND split_part(o.obis, ':', 1) = split_part(r.obis, ':', 1) AND ${rankOf('o')} <> ${rankOf('r')}))`;

/** When the meters of registers hung at contracts of ours, in order of time. */
export async function placesOf(db: Queryable, registerIds: readonly number[]): Promise<Map<number, (Place & { expectedWattHours: bigint })[]>> {
  const rows = await db.sql<{ id: number; from_at: Date; until_at: Date | null; exchanged_at: Date | null; expected_watt_hours: bigint }>`
    SELECT r.id, s.expected_watt_hours, e.exchanged_at,
      greatest(CASE WHEN e.id IS NULL THEN i.from_at ELSE date_bin(coalesce(r.interval_minutes, 15) * interval '1 minute', i.from_at, 'epoch') END, s.start_on::timestamp AT TIME ZONE 'Europe/Berlin') AS from_at,
      least(i.until_at, s.end_on::timestamp AT TIME ZONE 'Europe/Berlin') AS until_at
    FROM metering.meter_register r JOIN metering.installation i ON i.meter_id = r.meter_id JOIN metering.supply s ON s.malo_id = i.malo_id
    LEFT JOIN metering.meter_exchange e ON e.new_meter_id = i.meter_id AND e.exchanged_at = i.from_at
    WHERE r.id = ANY (${registerIds}::int[]) AND tstzrange(i.from_at, i.until_at)
      && tstzrange(s.start_on::timestamp AT TIME ZONE 'Europe/Berlin', s.end_on::timestamp AT TIME ZONE 'Europe/Berlin') ORDER BY r.id, 4`;
  const places = Map.groupBy(rows, (row) => row.id);
  return new Map([...places].map(([id, all]) => [id, all.map((row) => ({ fromMs: row.from_at.getTime(), untilMs: row.until_at?.getTime() ?? Infinity, exchangedMs: row.exchanged_at?.getTime() ?? null, expectedWattHours: row.expected_watt_hours }))]));
}

/** Exchanges on some days of registers, whose meters took the place of others with a register of the same energy. */
export async function exchangesOn(db: Queryable, days: readonly DayOfRegister[]): Promise<Exchange[]> {
  const { rows } = await db.query<{ id: number; old_id: number; exchanged_at: Date }>(
    `SELECT r.id, o.id AS old_id, e.exchanged_at FROM unnest($1::int4[], $2::date[]) g (register_id, day)
     JOIN metering.meter_register r ON r.id = g.register_id
     JOIN metering.meter_exchange e ON e.new_meter_id = r.meter_id AND (e.exchanged_at AT TIME ZONE 'Europe/Berlin')::date = g.day
     JOIN metering.meter_register o ON o.meter_id = e.old_meter_id AND o.obis = r.obis`,
    [days.map(({ registerId }) => registerId), days.map(({ day }) => day)],
  );
  return rows.map((row) => ({ registerId: row.id, oldRegisterId: row.old_id, exchangedMs: row.exchanged_at.getTime() }));
}

export type CounterRead = Readonly<{ registerId: number; readAtMs: number; wattHours: bigint }>;
/** Billable readings of the counters of the same energy, around some days, in order of time. */
export async function readsAround(db: Queryable, registerIds: readonly number[], { from, until }: { from: Date; until: Date }): Promise<CounterRead[]> {
  const rows = await db.sql<{ id: number; read_at: Date; watt_hours: bigint }>`
    SELECT r.id, v.read_at, v.watt_hours FROM metering.meter_register r
    JOIN metering.meter_register c ON c.meter_id = r.meter_id AND c.obis = regexp_replace(r.obis, '\.(9|29)\.', '.8.')
    JOIN metering.reading v ON v.meter_id = r.meter_id AND v.register_id = c.id AND v.read_at >= ${from} AND v.read_at <= ${until} AND v.quality <> 'PROVISIONAL'
    WHERE r.id = ANY (${registerIds}::int[]) ORDER BY r.id, v.read_at`;
  return rows.map((row) => ({ registerId: row.id, readAtMs: row.read_at.getTime(), wattHours: row.watt_hours }));
}

/** The days' next versions, with what was done, to be told as corrections of a batch. */
export async function saveChangedDays(tx: Tx, days: readonly (DayOfRegister & { rule: string; detail: string })[], { batchId, at, by }: { batchId: string; at: Date; by: string }): Promise<void> {
  if (days.length === 0) return;
  await tx.sql`
    WITH given AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(days)}::jsonb) AS g ("registerId" int, day date, rule text, detail text)
    ), changed AS (
      UPDATE metering.usage_daily d SET version = d.version + 1, known_at = greatest(d.known_at, ${at}) FROM given g
      WHERE d.register_id = g."registerId" AND d.day = g.day RETURNING d.register_id, d.day, d.version
    ), told AS (
      INSERT INTO metering.batch_day (batch_id, register_id, day, corrected) SELECT ${batchId}, register_id, day, true FROM changed
    )
    INSERT INTO metering.vee_result (register_id, rule, severity, action, detail, batch_id, decided_at, decided_by, day, day_version)
    SELECT c.register_id, g.rule, 'WARNING', 'ESTIMATED', g.detail, ${batchId}, ${at}, ${by}, c.day, c.version
    FROM changed c JOIN given g ON g."registerId" = c.register_id AND g.day = c.day`;
}
