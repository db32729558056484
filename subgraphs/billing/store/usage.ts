import type { Tx } from '@stromgraph/kernel/database';
import type { WattHours } from '@stromgraph/kernel/energy';
import type { Period } from '../invoicing/invoice.ts';
import type { DayUsage } from '../usage/day-usage.ts';

/** Folds days in, set-based; an older version of a day never replaces a newer one. */
export async function foldUsage(tx: Tx, days: readonly DayUsage[]): Promise<void> {
  if (days.length === 0) return;
  await tx.query(
    `INSERT INTO billing.usage AS u (contract_id, day, watt_hours, complete, held, reading_version)
     SELECT DISTINCT ON (contract_id, day) * FROM unnest($1::uuid[], $2::date[], $3::bigint[], $4::boolean[], $5::boolean[], $6::integer[]) AS d (contract_id, day, watt_hours, complete, held, reading_version)
     ORDER BY contract_id, day, reading_version DESC
     ON CONFLICT (contract_id, day, tariff_window) DO UPDATE SET watt_hours = excluded.watt_hours, complete = excluded.complete, held = excluded.held, reading_version = excluded.reading_version
     WHERE excluded.reading_version >= u.reading_version`,
    [days.map((day) => day.contractId), days.map((day) => day.day), days.map((day) => day.wattHours), days.map((day) => day.complete), days.map((day) => day.held), days.map((day) => day.version)],
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
