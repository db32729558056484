import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { Invoice, InvoiceLine, InvoiceType, IssuedInvoice } from '../invoicing/invoice.ts';
import type { Series } from '../invoicing/number.ts';

/** An issued invoice on its way into the table. */
export type NewInvoice = IssuedInvoice &
  Readonly<{ campaignId: string; tariffId: string; numberYear: number; numberInYear: bigint; sealedRecipient: string | null; runId: string | null; lines: readonly InvoiceLine[] }>;

/** Takes the next `count` numbers of a series and year and answers the last before them. Holds the series until commit: draw late, commit soon. */
export async function drawNumbers(tx: Tx, series: Series, year: number, count: number): Promise<bigint> {
  const [row] = await tx.sql<{ last: bigint }>`
    INSERT INTO billing.number_series AS s VALUES (${series}, ${year}, ${count}) ON CONFLICT (series, year) DO UPDATE SET last = s.last + ${count} RETURNING last`;
  return row!.last - BigInt(count);
}

/** Lines, before the numbers are drawn; they wait for their headers until commit. */
export async function insertLines(tx: Tx, invoices: readonly { id: string; lines: readonly InvoiceLine[] }[]): Promise<void> {
  const lines = invoices.flatMap(({ id, lines: own }) => own.map((line) => ({ id, line })));
  const column = <T>(of: (row: (typeof lines)[number]) => T): T[] => lines.map(of);
  await tx.query(
    `INSERT INTO billing.invoice_line_item (invoice_id, position, charge_type, description, quantity_watt_hours, quantity_days, unit_price, net_cents, vat_basis_points, vat_cents, from_on, until_on)
     SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::bigint[], $6::integer[], $7::numeric[], $8::bigint[], $9::integer[], $10::bigint[], $11::date[], $12::date[])`,
    [
      column(({ id }) => id), column(({ line }) => line.position), column(({ line }) => line.chargeType), column(({ line }) => line.description), column(({ line }) => line.wattHours), column(({ line }) => line.days),
      column(({ line }) => line.unitPrice), column(({ line }) => line.netCents), column(({ line }) => line.vatBasisPoints), column(({ line }) => line.vatCents), column(({ line }) => line.period.from), column(({ line }) => line.period.until),
    ],
  );
}

/** Headers, after their lines. */
export async function insertInvoices(tx: Tx, invoices: readonly NewInvoice[], at: Date): Promise<void> {
  const column = <T>(of: (invoice: NewInvoice) => T): T[] => invoices.map(of);
  await tx.query(
    `INSERT INTO billing.invoice (id, customer_id, contract_id, campaign_id, tariff_id, price_version, type, state, number_year, number_in_year, invoice_number, issued_on, due_on, period, watt_hours, net_cents, vat_cents, gross_cents, sealed_recipient, run_id, created_at)
     SELECT id, customer_id, contract_id, campaign_id, tariff_id, campaign_id, type, 'ISSUED', number_year, number_in_year, invoice_number, issued_on, due_on, daterange(from_on, until_on), watt_hours, net_cents, vat_cents, gross_cents, sealed_recipient, run_id, $19
     FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::integer[], $8::bigint[], $9::text[], $10::date[], $11::date[], $12::date[], $13::date[], $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[], $18::text[], $20::uuid[])
       AS i (id, customer_id, contract_id, campaign_id, tariff_id, type, number_year, number_in_year, invoice_number, issued_on, due_on, from_on, until_on, watt_hours, net_cents, vat_cents, gross_cents, sealed_recipient, run_id)`,
    [
      column((i) => i.id), column((i) => i.customerId), column((i) => i.contractId), column((i) => i.campaignId), column((i) => i.tariffId), column((i) => i.type), column((i) => i.numberYear), column((i) => i.numberInYear),
      column((i) => i.number), column((i) => i.issuedOn), column((i) => i.dueOn), column((i) => i.period.from), column((i) => i.period.until), column((i) => i.wattHours), column((i) => i.netCents), column((i) => i.vatCents),
      column((i) => i.grossCents), column((i) => i.sealedRecipient), at, column((i) => i.runId),
    ],
  );
}

type InvoiceRow = { id: string; type: InvoiceType; state: 'DRAFT' | 'ISSUED' | 'CANCELLED'; customer_id: string; contract_id: string; invoice_number: string | null; issued_on: LocalDate | null; due_on: LocalDate | null; from_on: LocalDate; until_on: LocalDate; watt_hours: bigint; net_cents: bigint; vat_cents: bigint; gross_cents: bigint };

function toInvoice(row: InvoiceRow): Invoice {
  const common = { id: row.id, type: row.type, customerId: row.customer_id, contractId: row.contract_id, period: { from: row.from_on, until: row.until_on }, wattHours: row.watt_hours, netCents: row.net_cents, vatCents: row.vat_cents, grossCents: row.gross_cents };
  return row.state === 'DRAFT' ? { ...common, state: 'DRAFT' } : { ...common, state: row.state, number: row.invoice_number!, issuedOn: row.issued_on!, dueOn: row.due_on! };
}

export async function invoicesById(db: Queryable, ids: readonly string[]): Promise<Invoice[]> {
  return (await db.sql<InvoiceRow>`SELECT *, lower(period) AS from_on, upper(period) AS until_on FROM billing.invoice WHERE id = ANY (${ids}::uuid[])`).map(toInvoice);
}

export type InvoiceFilter = Readonly<{ customerId?: string | null | undefined; contractId?: string | null | undefined; runId?: string | null | undefined }>;

/** Issued documents, newest first. */
export async function invoicesPage(db: Queryable, filter: InvoiceFilter, first: number, after: readonly string[] | null): Promise<IssuedInvoice[]> {
  const [issuedOn, id] = after ?? [null, null];
  const { rows } = await db.query<InvoiceRow>(
    `SELECT *, lower(period) AS from_on, upper(period) AS until_on FROM billing.invoice
     WHERE state <> 'DRAFT' AND ($1::uuid IS NULL OR customer_id = $1) AND ($2::uuid IS NULL OR contract_id = $2) AND ($3::uuid IS NULL OR run_id = $3)
       AND ($4::date IS NULL OR (issued_on, id) < ($4::date, $5::uuid))
     ORDER BY issued_on DESC, id DESC LIMIT $6`,
    [filter.customerId ?? null, filter.contractId ?? null, filter.runId ?? null, issuedOn, id, first + 1],
  );
  return rows.map(toInvoice) as IssuedInvoice[];
}

type LineRow = { invoice_id: string; position: number; charge_type: InvoiceLine['chargeType']; description: string; quantity_watt_hours: bigint | null; quantity_days: number | null; unit_price: string | null; net_cents: bigint; vat_basis_points: number; vat_cents: bigint; from_on: string; until_on: string };

export async function linesOf(db: Queryable, invoiceIds: readonly string[]): Promise<(InvoiceLine & { invoiceId: string })[]> {
  const rows = await db.sql<LineRow>`SELECT * FROM billing.invoice_line_item WHERE invoice_id = ANY (${invoiceIds}::uuid[]) ORDER BY invoice_id, position`;
  return rows.map((row) => ({
    invoiceId: row.invoice_id, position: row.position, chargeType: row.charge_type, description: row.description, wattHours: row.quantity_watt_hours, days: row.quantity_days, unitPrice: row.unit_price,
    netCents: row.net_cents, vatBasisPoints: row.vat_basis_points, vatCents: row.vat_cents, period: { from: row.from_on, until: row.until_on },
  }));
}
