import type { Tx } from '@stromgraph/kernel/database';
import type { WattHours } from '@stromgraph/kernel/energy';
import type { Period } from '../invoicing/invoice.ts';
import type { DayUsage } from '../usage/day-usage.ts';

/** Folds days in, set-based; an older version of a day never replaces a newer one. Where no meter knows all of a day it is what its meters know together. */
export async function foldUsage(tx: Tx, days: readonly DayUsage[]): Promise<void> {
  const [whole, parts] = [days.filter(({ known }) => known === null), days.filter(({ known }) => known !== null)];
  if (whole.length > 0) await foldWhole(tx, whole);
  if (parts.length > 0) await foldParts(tx, parts);
}

const columns = (days: readonly DayUsage[]) => [days.map((day) => day.contractId), days.map((day) => day.day), days.map((day) => day.meterId), days.map((day) => day.wattHours), days.map((day) => day.held), days.map((day) => day.version)];

/** What was known in parts before one knows whole now. */
const foldWhole = (tx: Tx, days: readonly DayUsage[]): Promise<unknown> =>
  tx.query(
    `WITH given AS MATERIALIZED (
       SELECT DISTINCT ON (contract_id, day) * FROM unnest($1::uuid[], $2::date[], $3::uuid[], $4::bigint[], $5::boolean[], $6::integer[]) AS d (contract_id, day, meter_id, watt_hours, held, reading_version)
       ORDER BY contract_id, day, reading_version DESC
     ), known_whole AS (
       DELETE FROM billing.usage_part p USING given g WHERE p.contract_id = g.contract_id AND p.day = g.day
     )
     INSERT INTO billing.usage AS u (contract_id, day, watt_hours, complete, held, reading_version) SELECT contract_id, day, watt_hours, NOT held, held, reading_version FROM given
     ON CONFLICT (contract_id, day, tariff_window) DO UPDATE SET watt_hours = excluded.watt_hours, complete = excluded.complete, held = excluded.held, reading_version = excluded.reading_version
     WHERE excluded.reading_version >= u.reading_version`,
    columns(days),
  );

/** A day that one meter knows whole has no parts, and gets none of older versions. */
async function foldParts(tx: Tx, days: readonly DayUsage[]): Promise<void> {
  await tx.query(
    `INSERT INTO billing.usage_part AS p (contract_id, day, meter_id, watt_hours, held, reading_version, known)
     SELECT DISTINCT ON (contract_id, day, meter_id) g.* FROM unnest($1::uuid[], $2::date[], $3::uuid[], $4::bigint[], $5::boolean[], $6::integer[], $7::varbit[]) AS g (contract_id, day, meter_id, watt_hours, held, reading_version, known)
     WHERE NOT EXISTS (SELECT FROM billing.usage u WHERE u.contract_id = g.contract_id AND u.day = g.day AND (u.complete OR u.held) AND u.reading_version > g.reading_version
       AND NOT EXISTS (SELECT FROM billing.usage_part o WHERE o.contract_id = u.contract_id AND o.day = u.day))
     ORDER BY contract_id, day, meter_id, reading_version DESC
     ON CONFLICT (contract_id, day, meter_id) DO UPDATE SET known = excluded.known, watt_hours = excluded.watt_hours, held = excluded.held, reading_version = excluded.reading_version
     WHERE excluded.reading_version >= p.reading_version`,
    [...columns(days), days.map(({ known }) => known)],
  );
  await tx.query(
    `INSERT INTO billing.usage AS u (contract_id, day, watt_hours, complete, held, reading_version)
     SELECT contract_id, day, watt_hours, is_whole AND NOT held, is_whole AND held, reading_version FROM (
       SELECT p.contract_id, p.day, sum(p.watt_hours)::bigint AS watt_hours, position(B'0' IN bit_or(p.known)) = 0 AS is_whole, bool_or(p.held) AS held, max(p.reading_version) AS reading_version
       FROM billing.usage_part p JOIN (SELECT DISTINCT * FROM unnest($1::uuid[], $2::date[]) g (contract_id, day)) g USING (contract_id, day) GROUP BY 1, 2
     ) d ORDER BY 1, 2
     ON CONFLICT (contract_id, day, tariff_window) DO UPDATE SET watt_hours = excluded.watt_hours, complete = excluded.complete, held = excluded.held, reading_version = greatest(u.reading_version, excluded.reading_version)`,
    columns(days).slice(0, 2),
  );
}

/** The energy of each contract and period, in the order asked for. */
export async function usageOf(tx: Tx, asked: readonly { contractId: string; period: Period }[]): Promise<WattHours[]> {
  const { rows } = await tx.query<{ watt_hours: bigint }>(
    `SELECT coalesce(sum(u.watt_hours), 0)::bigint AS watt_hours
     FROM unnest($1::uuid[], $2::date[], $3::date[]) WITH ORDINALITY AS p (contract_id, from_on, until_on, place)
     LEFT JOIN billing.usage u ON u.contract_id = p.contract_id AND u.day >= p.from_on AND u.day < p.until_on
     GROUP BY p.place ORDER BY p.place`,
    [asked.map(({ contractId }) => contractId), asked.map(({ period }) => period.from), asked.map(({ period }) => period.until)],
  );
  return rows.map((row) => row.watt_hours);
}
