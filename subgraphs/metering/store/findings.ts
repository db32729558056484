// What validation found in stored days: appended, never changed. A release is a row of its own.
import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { Warning } from '../intervals/value.ts';
import type { Finding, RuleBook, Severity, StoredRule } from '../validation/stored/rule.ts';
import { type Proposal, REVIEW_COLUMNS, REVIEW_OF_FINDING, type ReviewRow, type Taken, toReview } from './reviews.ts';

export async function ruleBook(db: Queryable): Promise<RuleBook> {
  const rows = await db.sql<{ rule: StoredRule; warns_above: string | null; blocks_above: string | null }>`SELECT rule, warns_above, blocks_above FROM metering.vee_rule`;
  const threshold = (text: string | null) => (text === null ? null : Number(text));
  return new Map(rows.map((row) => [row.rule, { warnsAbove: threshold(row.warns_above), blocksAbove: threshold(row.blocks_above) }]));
}

export type DayKey = Readonly<{ registerId: number; day: LocalDate; version: number }>;
/** `<register> <day> <rule>` of what was released for the version of the day that stands. */
export async function releasedOf(db: Queryable, days: readonly DayKey[]): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ register_id: number; day: string; rule: string }>(
    `SELECT f.register_id, f.day, f.rule FROM unnest($1::int[], $2::date[], $3::int[]) g (register_id, day, version)
     JOIN metering.vee_result f ON f.register_id = g.register_id AND f.day = g.day AND f.day_version = g.version AND f.action = 'RELEASED'`,
    [days.map(({ registerId }) => registerId), days.map(({ day }) => day), days.map(({ version }) => version)],
  );
  return new Set(rows.map((row) => releaseKey(row.register_id, row.day, row.rule)));
}
export const releaseKey = (registerId: number, day: LocalDate, rule: string): string => `${registerId} ${day} ${rule}`;

type About = Readonly<{ batchId: string; at: Date; by: string }>;

/** Told again about the same version of a day, nothing is added. */
export async function saveFindings(tx: Tx, findings: readonly (DayKey & Finding)[], { batchId, at, by }: About): Promise<void> {
  if (findings.length === 0) return;
  await tx.sql`
    INSERT INTO metering.vee_result (register_id, start_at, rule, severity, action, detail, batch_id, decided_at, decided_by, day, day_version, measure)
    SELECT f."registerId", to_timestamp(f."startMs" / 1000.0), f.rule, f.severity, 'FLAGGED', f.detail, ${batchId}, ${at}, ${by}, f.day, f.version, f.measure
    FROM jsonb_to_recordset(${JSON.stringify(findings)}::jsonb) AS f ("registerId" int, "startMs" bigint, rule text, severity text, detail text, day date, version int, measure numeric)
    ON CONFLICT ON CONSTRAINT a_day_is_found_once DO NOTHING`;
}

/** Of so many values that were taken although a rule says something is kept; a file of millions may have more. */
const MAX_KEPT_WARNINGS = 10_000;

/** What the rules at the door say of values that were taken. */
export async function saveWarnings(tx: Tx, batchId: string, warnings: readonly Warning[], { at, by }: { at: Date; by: string }): Promise<void> {
  if (warnings.length === 0) return;
  await tx.sql`
    INSERT INTO metering.vee_result (register_id, start_at, rule, severity, action, detail, batch_id, decided_at, decided_by)
    SELECT f."registerId", to_timestamp(f."startMs" / 1000.0), f.rule, 'WARNING', 'FLAGGED', f.detail, ${batchId}, ${at}, ${by}
    FROM jsonb_to_recordset(${JSON.stringify(warnings.slice(0, MAX_KEPT_WARNINGS))}::jsonb) AS f ("registerId" int, "startMs" bigint, rule text, detail text)`;
}

/** A finding about the version of its day, the value of its reading, or the value as it was delivered, that stands. */
export type StoredFinding = Readonly<{
  id: bigint;
  registerId: number;
  meterId: string;
  obis: string;
  day: LocalDate;
  start: Date | null;
  rule: string;
  severity: Severity;
  detail: string;
  foundAt: Date;
  batchId: string;
  /** Of a finding about a reading; null where it is about intervals. */
  readingId: string | null;
  /** A rule at the door says it of a value that it let in. */
  isOfDelivery: boolean;
  /** Who looks at it; null where nobody does. */
  taken: Taken | null;
  /** Values in place of those that it is about, waiting for a second person. */
  proposal: Proposal | null;
}>;
type Row = { id: bigint; register_id: number; meter_id: string; obis: string; day: LocalDate; start_at: Date | null; rule: string; severity: Severity; detail: string; decided_at: Date; batch_id: string; reading_id: string | null; of_delivery: boolean } & ReviewRow;

const OPEN = `
  SELECT f.id, f.register_id, r.meter_id, r.obis, coalesce(f.day, (coalesce(v.read_at, f.start_at) AT TIME ZONE 'Europe/Berlin')::date) AS day, f.start_at, f.rule, f.severity, f.detail, f.decided_at, f.batch_id,
    f.reading_id, f.day IS NULL AND f.reading_id IS NULL AS of_delivery, ${REVIEW_COLUMNS}
  FROM metering.vee_result f LEFT JOIN metering.usage_daily d ON d.register_id = f.register_id AND d.day = f.day AND d.version = f.day_version
  LEFT JOIN metering.reading v ON v.id = f.reading_id AND v.watt_hours = f.reading_watt_hours
  JOIN metering.meter_register r ON r.id = f.register_id ${REVIEW_OF_FINDING}
  WHERE f.action = 'FLAGGED' AND (d.register_id IS NOT NULL OR v.id IS NOT NULL AND NOT EXISTS (
    SELECT FROM metering.vee_result x WHERE x.reading_id = f.reading_id AND x.reading_watt_hours = f.reading_watt_hours AND x.rule = f.rule AND x.action = 'RELEASED')
    OR f.day IS NULL AND f.reading_id IS NULL AND NOT EXISTS (SELECT FROM metering.vee_result x WHERE x.released_finding = f.id)
      AND NOT EXISTS (SELECT FROM metering.interval i WHERE i.register_id = f.register_id AND i.start_at = f.start_at AND i.known_from > f.decided_at))`;

export type FindingFilter = Readonly<{ severity: Severity | null; rule: string | null; takenById: string | null; isTaken: boolean | null }>;

/** What nobody has decided, oldest first. */
export async function openFindingsPage(db: Queryable, { severity, rule, takenById, isTaken }: FindingFilter, first: number, after: bigint): Promise<StoredFinding[]> {
  const { rows } = await db.query<Row>(
    `${OPEN} AND ($1::text IS NULL OR f.severity = $1) AND ($4::text IS NULL OR f.rule = $4) AND ($5::text IS NULL OR t.taken_by_id = $5)
     AND ($6::boolean IS NULL OR (t.finding_id IS NOT NULL) = $6) AND f.id > $2 ORDER BY f.id LIMIT $3`,
    [severity, after, first + 1, rule, takenById, isTaken],
  );
  return rows.map(toFinding);
}

/** An open finding, its register held until the transaction ends; null when there is none (any more). */
export async function lockOpenFinding(tx: Tx, id: bigint): Promise<StoredFinding | null> {
  // The register first, as those who store values do.
  await tx.sql`SELECT FROM metering.meter_register WHERE id = (SELECT register_id FROM metering.vee_result WHERE id = ${id}) FOR NO KEY UPDATE`;
  const { rows } = await tx.query<Row>(`${OPEN} AND f.id = $1`, [id]);
  return rows[0] ? toFinding(rows[0]) : null;
}

/** The day's next version, in which the rule is released as well as those that were before; hearers are told of it as of a correction. */
export async function release(tx: Tx, finding: StoredFinding, { reason, by, at }: { reason: string; by: string; at: Date }): Promise<void> {
  const { registerId, day, start, rule, severity, batchId } = finding;
  const [{ version } = { version: 0 }] = await tx.sql<{ version: number }>`
    UPDATE metering.usage_daily SET version = version + 1, known_at = greatest(known_at, ${at}) WHERE register_id = ${registerId} AND day = ${day} RETURNING version`;
  await tx.sql`
    INSERT INTO metering.vee_result (register_id, start_at, rule, severity, action, detail, batch_id, decided_at, decided_by, day, day_version)
    VALUES (${registerId}, ${start}, ${rule}, ${severity}, 'RELEASED', ${reason}, ${batchId}, ${at}, ${by}, ${day}, ${version})`;
  await tx.sql`
    INSERT INTO metering.vee_result (register_id, start_at, rule, severity, action, detail, batch_id, decided_at, decided_by, day, day_version)
    SELECT register_id, start_at, rule, severity, action, detail, batch_id, decided_at, decided_by, day, ${version} FROM metering.vee_result
    WHERE register_id = ${registerId} AND day = ${day} AND day_version = ${version - 1} AND action = 'RELEASED' AND rule <> ${rule}`;
  await tx.sql`
    INSERT INTO metering.batch_day (batch_id, register_id, day, corrected) VALUES (${batchId}, ${registerId}, ${day}, true)
    ON CONFLICT (batch_id, register_id, day) DO UPDATE SET corrected = true`;
}

/** The value is right as it was delivered; nothing changes for hearers, who have it already. */
export async function releaseDelivered(tx: Tx, { id }: StoredFinding, { reason, by, at }: { reason: string; by: string; at: Date }): Promise<void> {
  await tx.sql`
    INSERT INTO metering.vee_result (register_id, start_at, rule, severity, action, detail, batch_id, decided_at, decided_by, released_finding)
    SELECT register_id, start_at, rule, severity, 'RELEASED', ${reason}, batch_id, ${at}, ${by}, id FROM metering.vee_result WHERE id = ${id}`;
}

const toFinding = (row: Row): StoredFinding => ({
  id: row.id, registerId: row.register_id, meterId: row.meter_id, obis: row.obis, day: row.day, start: row.start_at, rule: row.rule,
  severity: row.severity, detail: row.detail, foundAt: row.decided_at, batchId: row.batch_id, readingId: row.reading_id, isOfDelivery: row.of_delivery, ...toReview(row),
});
