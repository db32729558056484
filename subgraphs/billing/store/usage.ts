import type { Tx } from '@stromgraph/kernel/database';
import type { WattHours } from '@stromgraph/kernel/energy';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { Period } from '../invoicing/invoice.ts';
import type { DayUsage } from '../usage/day-usage.ts';

export type ContractDay = Readonly<{ contractId: string; day: LocalDate }>;

/** Folds days in, set-based; an older version of what a register knows never replaces a newer one. */
export async function foldUsage(tx: Tx, days: readonly DayUsage[]): Promise<void> {
  if (days.length === 0) return;
  const column = <T>(of: (day: DayUsage) => T): T[] => days.map(of);
  await tx.query(
    `INSERT INTO billing.usage_part AS p (contract_id, day, meter_id, obis, watt_hours, held, reading_version, known)
     SELECT DISTINCT ON (contract_id, day, meter_id, obis) * FROM unnest($1::uuid[], $2::date[], $3::uuid[], $4::text[], $5::bigint[], $6::boolean[], $7::integer[], $8::varbit[]) AS g (contract_id, day, meter_id, obis, watt_hours, held, reading_version, known)
     ORDER BY contract_id, day, meter_id, obis, reading_version DESC
     ON CONFLICT (contract_id, day, meter_id, obis) DO UPDATE SET known = excluded.known, watt_hours = excluded.watt_hours, held = excluded.held, reading_version = excluded.reading_version
     WHERE excluded.reading_version >= p.reading_version`,
    [column((day) => day.contractId), column((day) => day.day), column((day) => day.meterId), column((day) => day.obis), column((day) => day.wattHours), column((day) => day.held), column((day) => day.version), column((day) => day.known)],
  );
  await sumUsage(tx, days);
}

/**
 * A contract's day is what all its meters know, each in all registers that do not measure the same energy once more: of those that do, the first in rank that knows something. It is whole when every quarter
 * hour is known, by each meter that hung then, from its first whole one on; on the day of an exchange the two know it together, the new one that of the exchange. A meter lacks a register when of a channel that has
 * intervals nothing came at all, or of one that came by tariffs not all of them.
 */
export async function sumUsage(tx: Tx, days: readonly ContractDay[]): Promise<void> {
  if (days.length > 0) await tx.query(SUM, [days.map(({ contractId }) => contractId), days.map(({ day }) => day)]);
}

const SUM = `
  WITH asked AS MATERIALIZED (
    SELECT contract_id, day, day::timestamp AT TIME ZONE 'Europe/Berlin' AS start_at, (day + 1)::timestamp AT TIME ZONE 'Europe/Berlin' AS end_at FROM (SELECT DISTINCT * FROM unnest($1::uuid[], $2::date[]) g (contract_id, day)) g
  ), part AS MATERIALIZED (
    SELECT p.*, split_part(p.obis, ':', 1) AS channel, billing.register_rank(p.obis) AS rank, coalesce(min(billing.register_rank(p.obis)) FILTER (WHERE position(B'1' IN p.known) > 0) OVER same, min(billing.register_rank(p.obis)) OVER same) AS least
    FROM asked JOIN billing.usage_part p USING (contract_id, day) WINDOW same AS (PARTITION BY p.contract_id, p.day, p.meter_id, split_part(p.obis, ':', 1))
  ), meter AS MATERIALIZED (
    SELECT contract_id, day, meter_id, bit_and(known) AS known, sum(watt_hours) AS watt_hours, bool_or(held) AS held, max(reading_version) AS reading_version FROM part WHERE rank = least GROUP BY 1, 2, 3
  ), hung AS MATERIALIZED (
    SELECT a.contract_id, a.day, c.meter_id, CASE WHEN e.exchanged_at < a.end_at THEN e.new_meter_id ELSE c.meter_id END AS place,
      greatest(ceil(extract(epoch FROM CASE WHEN t.exchanged_at IS NULL THEN c.from_at ELSE date_bin('15 minutes', c.from_at, 'epoch') END - a.start_at) / 900)::int + 1, 1) AS first, floor(extract(epoch FROM least(e.exchanged_at, a.end_at) - a.start_at) / 900)::int AS last,
      EXISTS (
        SELECT FROM unnest(c.registers) r (obis) LEFT JOIN part p ON p.contract_id = a.contract_id AND p.day = a.day AND p.meter_id = c.meter_id AND p.channel = split_part(r.obis, ':', 1)
        GROUP BY r.obis HAVING bool_and(p.obis IS DISTINCT FROM r.obis) AND CASE WHEN min(p.least) IS NULL THEN r.obis ~ '\\.(9|29)\\.' ELSE min(p.least) = billing.register_rank(r.obis) END) AS lacks_a_register
    FROM asked a JOIN billing.contract_meter c ON c.contract_id = a.contract_id AND c.from_at < a.end_at AND c.registers <> '{}'
    LEFT JOIN LATERAL (SELECT * FROM billing.meter_exchange e WHERE e.old_meter_id = c.meter_id AND e.exchanged_at > c.from_at ORDER BY e.exchanged_at LIMIT 1) e ON true
    LEFT JOIN billing.meter_exchange t ON t.new_meter_id = c.meter_id AND t.exchanged_at = c.from_at
    WHERE e.exchanged_at IS NULL OR e.exchanged_at > a.start_at
  ), lacking AS (
    SELECT contract_id, day FROM (
      SELECT h.contract_id, h.day, bit_or(m.known) AS known, min(h.first) AS first, max(h.last) AS last, bool_or(h.lacks_a_register) AS lacks_a_register
      FROM hung h LEFT JOIN meter m USING (contract_id, day, meter_id) WHERE h.last >= h.first GROUP BY h.contract_id, h.day, h.place
    ) p WHERE known IS NULL OR lacks_a_register OR position(B'0' IN substring(known FROM first FOR last - first + 1)) > 0
  )
  INSERT INTO billing.usage AS u (contract_id, day, watt_hours, complete, held, reading_version)
  SELECT contract_id, day, watt_hours, is_whole AND NOT held, is_whole AND held, reading_version FROM (
    SELECT contract_id, day, sum(watt_hours)::bigint AS watt_hours, bool_or(held) AS held, max(reading_version) AS reading_version,
      position(B'0' IN bit_or(known)) = 0 AND (contract_id, day) NOT IN (SELECT contract_id, day FROM lacking) AS is_whole
    FROM meter GROUP BY 1, 2
  ) d ORDER BY 1, 2
  ON CONFLICT (contract_id, day, tariff_window) DO UPDATE SET watt_hours = excluded.watt_hours, complete = excluded.complete, held = excluded.held, reading_version = greatest(u.reading_version, excluded.reading_version)`;

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
