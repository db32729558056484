// Which meters measure a contract and when: what metering told of their installation and exchange.
import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { WattHours } from '@stromgraph/kernel/energy';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { InvoicedMeter, Period } from '../invoicing/invoice.ts';
import type { ContractDay } from './usage.ts';

export type ContractMeter = Readonly<{ contractId: string; meterId: string; meterNumber: string; fromAt: Date; /** Those for drawn energy. */ registers: readonly string[] }>;
export type MeterExchange = Readonly<{ exchangeId: string; oldMeterId: string; newMeterId: string; exchangedAt: Date; finalWattHours: WattHours; startWattHours: WattHours }>;

/** Keeps meters as they were told last; answers the days that are known in part or whole and that these meters measure. */
export async function saveContractMeters(tx: Tx, meters: readonly ContractMeter[]): Promise<ContractDay[]> {
  await tx.query(
    `INSERT INTO billing.contract_meter (contract_id, meter_id, from_at, meter_number, registers)
     SELECT DISTINCT ON (contract_id, meter_id, from_at) contract_id, meter_id, from_at, meter_number, string_to_array(registers, ' ')
     FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[]) WITH ORDINALITY g (contract_id, meter_id, from_at, meter_number, registers, nth) ORDER BY contract_id, meter_id, from_at, nth DESC
     ON CONFLICT (contract_id, meter_id, from_at) DO UPDATE SET meter_number = excluded.meter_number, registers = excluded.registers`,
    [meters.map(({ contractId }) => contractId), meters.map(({ meterId }) => meterId), meters.map(({ fromAt }) => fromAt), meters.map(({ meterNumber }) => meterNumber), meters.map(({ registers }) => registers.join(' '))],
  );
  return daysFrom(tx, meters.map(({ contractId, fromAt }) => ({ contractId, at: fromAt })));
}

/** Keeps exchanges, each once; answers the days from then on of the contracts that the two meters measure. */
export async function saveMeterExchanges(tx: Tx, exchanges: readonly MeterExchange[]): Promise<ContractDay[]> {
  const column = <T>(of: (exchange: MeterExchange) => T): T[] => exchanges.map(of);
  await tx.query(
    `INSERT INTO billing.meter_exchange (exchange_id, old_meter_id, new_meter_id, exchanged_at, final_watt_hours, start_watt_hours)
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::bigint[], $6::bigint[]) ON CONFLICT (exchange_id) DO NOTHING`,
    [column((e) => e.exchangeId), column((e) => e.oldMeterId), column((e) => e.newMeterId), column((e) => e.exchangedAt), column((e) => e.finalWattHours), column((e) => e.startWattHours)],
  );
  const { rows } = await tx.query<{ contract_id: string; at: Date }>(
    `SELECT DISTINCT c.contract_id, e.at FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) e (old_meter_id, new_meter_id, at) JOIN billing.contract_meter c ON c.meter_id IN (e.old_meter_id, e.new_meter_id)`,
    [column((e) => e.oldMeterId), column((e) => e.newMeterId), column((e) => e.exchangedAt)],
  );
  return daysFrom(tx, rows.map((row) => ({ contractId: row.contract_id, at: row.at })));
}

async function daysFrom(tx: Tx, instants: readonly { contractId: string; at: Date }[]): Promise<ContractDay[]> {
  const { rows } = await tx.query<{ contract_id: string; day: LocalDate }>(
    `SELECT u.contract_id, u.day FROM (SELECT contract_id, min(at AT TIME ZONE 'Europe/Berlin')::date AS day FROM unnest($1::uuid[], $2::timestamptz[]) g (contract_id, at) GROUP BY 1) g
     JOIN billing.usage u ON u.contract_id = g.contract_id AND u.day >= g.day`,
    [instants.map(({ contractId }) => contractId), instants.map(({ at }) => at)],
  );
  return rows.map((row) => ({ contractId: row.contract_id, day: row.day }));
}

/**
 * Writes the meters of invoices as they are known now, after their headers; what they showed only where it was in the invoice's days. One that was taken down and came back is named for
 * each of its times, of those within one day for the last.
 */
export async function insertInvoiceMeters(tx: Tx, invoices: readonly { id: string; contractId: string; period: Period }[]): Promise<void> {
  await tx.query(
    `INSERT INTO billing.invoice_meter (invoice_id, meter_id, from_on, until_on, meter_number, start_watt_hours, final_watt_hours)
     SELECT DISTINCT ON (id, meter_id, from_on, until_on) id, meter_id, from_on, until_on, meter_number, start_watt_hours, final_watt_hours FROM (
       SELECT DISTINCT ON (i.id, c.meter_id, u.exchanged_at) i.id, c.meter_id, greatest(i.from_on, (c.from_at AT TIME ZONE 'Europe/Berlin')::date) AS from_on,
         least(i.until_on, ((u.exchanged_at - interval '1 microsecond') AT TIME ZONE 'Europe/Berlin')::date + 1) AS until_on, u.exchanged_at,
         c.meter_number, b.start_watt_hours, CASE WHEN u.exchanged_at < i.end_at THEN u.final_watt_hours END AS final_watt_hours
       FROM (SELECT id, contract_id, from_on, until_on, from_on::timestamp AT TIME ZONE 'Europe/Berlin' AS start_at, until_on::timestamp AT TIME ZONE 'Europe/Berlin' AS end_at FROM unnest($1::uuid[], $2::uuid[], $3::date[], $4::date[]) i (id, contract_id, from_on, until_on)) i
       JOIN billing.contract_meter c ON c.contract_id = i.contract_id AND c.from_at < i.end_at AND c.registers <> '{}'
       LEFT JOIN LATERAL (SELECT e.exchanged_at, e.final_watt_hours FROM billing.meter_exchange e WHERE e.old_meter_id = c.meter_id AND e.exchanged_at > c.from_at ORDER BY e.exchanged_at LIMIT 1) u ON true
       LEFT JOIN LATERAL (SELECT e.start_watt_hours FROM billing.meter_exchange e WHERE e.new_meter_id = c.meter_id AND e.exchanged_at >= i.start_at AND e.exchanged_at < least(u.exchanged_at, i.end_at) ORDER BY e.exchanged_at DESC LIMIT 1) b ON true
       WHERE u.exchanged_at IS NULL OR u.exchanged_at > i.start_at ORDER BY i.id, c.meter_id, u.exchanged_at, c.from_at) m
     ORDER BY id, meter_id, from_on, until_on, exchanged_at DESC`,
    [invoices.map(({ id }) => id), invoices.map(({ contractId }) => contractId), invoices.map(({ period }) => period.from), invoices.map(({ period }) => period.until)],
  );
}

export async function invoicedMetersOf(db: Queryable, invoiceIds: readonly string[]): Promise<(InvoicedMeter & { invoiceId: string })[]> {
  const rows = await db.sql<{ invoice_id: string; meter_number: string; from_on: LocalDate; until_on: LocalDate; start_watt_hours: WattHours | null; final_watt_hours: WattHours | null }>`
    SELECT * FROM billing.invoice_meter WHERE invoice_id = ANY (${invoiceIds}::uuid[]) ORDER BY invoice_id, from_on, until_on, meter_number`;
  return rows.map((row) => ({ invoiceId: row.invoice_id, meterNumber: row.meter_number, from: row.from_on, until: row.until_on, startWattHours: row.start_watt_hours, finalWattHours: row.final_watt_hours }));
}
