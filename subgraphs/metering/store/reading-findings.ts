// What validation found in readings of counters: of the value that was looked at, so that another value is looked at anew.
import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { Finding } from '../validation/stored/rule.ts';
import type { StoredFinding } from './findings.ts';

/** `<reading> <rule>` of what was released for the value that stands. */
export async function releasedReadings(db: Queryable, readingIds: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db.sql<{ reading_id: string; rule: string }>`
    SELECT f.reading_id, f.rule FROM metering.vee_result f JOIN metering.reading v ON v.id = f.reading_id AND v.watt_hours = f.reading_watt_hours
    WHERE f.reading_id = ANY (${readingIds}::uuid[]) AND f.action = 'RELEASED'`;
  return new Set(rows.map((row) => `${row.reading_id} ${row.rule}`));
}

export type ReadingFinding = Finding & Readonly<{ readingId: string; registerId: number; wattHours: bigint }>;
export async function saveReadingFindings(tx: Tx, findings: readonly ReadingFinding[], { batchId, at, by }: { batchId: string; at: Date; by: string }): Promise<void> {
  if (findings.length === 0) return;
  const given = JSON.stringify(findings.map((each) => ({ ...each, wattHours: String(each.wattHours) })));
  await tx.sql`
    INSERT INTO metering.vee_result (register_id, start_at, rule, severity, action, detail, batch_id, decided_at, decided_by, reading_id, reading_watt_hours, measure)
    SELECT f."registerId", to_timestamp(f."startMs" / 1000.0), f.rule, f.severity, 'FLAGGED', f.detail, ${batchId}, ${at}, ${by}, f."readingId", f."wattHours", f.measure
    FROM jsonb_to_recordset(${given}::jsonb) AS f ("registerId" int, "startMs" bigint, rule text, severity text, detail text, "readingId" uuid, "wattHours" bigint, measure numeric)
    ON CONFLICT ON CONSTRAINT a_reading_is_found_once DO NOTHING`;
}

/** The reading is right as it is; hearers are told of it as of a correction. */
export async function releaseReading(tx: Tx, { id, readingId, batchId }: StoredFinding, { reason, by, at }: { reason: string; by: string; at: Date }): Promise<void> {
  await tx.sql`
    INSERT INTO metering.vee_result (register_id, start_at, rule, severity, action, detail, batch_id, decided_at, decided_by, reading_id, reading_watt_hours)
    SELECT register_id, start_at, rule, severity, 'RELEASED', ${reason}, batch_id, ${at}, ${by}, reading_id, reading_watt_hours FROM metering.vee_result WHERE id = ${id}`;
  await tx.sql`INSERT INTO metering.batch_reading (batch_id, reading_id, corrected) VALUES (${batchId}, ${readingId}, true) ON CONFLICT DO NOTHING`;
}

/**
 * Days of these registers whose sums are to be held against their counters again, in their next version: where one of these readings ends, and where a
 * difference was found in or after one of these days.
 */
export async function takeSumsToCheck(tx: Tx, readingIds: readonly string[], days: readonly { registerId: number; day: string }[], at: Date): Promise<{ meterId: string; obis: string; registerId: number; day: string }[]> {
  const rows = await tx.sql<{ meter_id: string; obis: string; register_id: number; day: string }>`
    WITH told AS (SELECT * FROM unnest(${days.map(({ registerId }) => registerId)}::int[], ${days.map(({ day }) => day)}::date[]) g (register_id, day)
    ), checked AS (
      SELECT r.id AS register_id, ((v.read_at - interval '1 microsecond') AT TIME ZONE 'Europe/Berlin')::date AS day
      FROM metering.reading v JOIN metering.meter_register c ON c.id = v.register_id
      JOIN metering.meter_register r ON r.meter_id = v.meter_id AND r.id <> c.id AND regexp_replace(r.obis, '\.(9|29)\.', '.8.') = c.obis
      WHERE v.id = ANY (${readingIds}::uuid[])
      UNION
      SELECT f.register_id, f.day FROM (SELECT register_id, min(day) AS first FROM told GROUP BY 1) t
      JOIN metering.vee_result f ON f.register_id = t.register_id AND f.day >= t.first AND f.rule = 'R09' AND f.action = 'FLAGGED'
      JOIN metering.usage_daily d ON d.register_id = f.register_id AND d.day = f.day AND d.version = f.day_version
    )
    UPDATE metering.usage_daily d SET version = d.version + 1, known_at = greatest(d.known_at, ${at})
    FROM checked k JOIN metering.meter_register r ON r.id = k.register_id
    WHERE d.register_id = k.register_id AND d.day = k.day AND (k.register_id, k.day) NOT IN (SELECT register_id, day FROM told)
    RETURNING r.meter_id, r.obis, d.register_id, d.day`;
  return rows.map((row) => ({ meterId: row.meter_id, obis: row.obis, registerId: row.register_id, day: row.day }));
}
