import type { Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import { newId } from '@stromgraph/kernel/ids';
import type { DocumentType, Entry } from '../ledger/entries.ts';

/** Books whole documents in one statement; the database checks that each balances and is booked once. */
export async function book(tx: Tx, entries: readonly Entry[], at: Date): Promise<void> {
  if (entries.length === 0) return;
  const column = <T>(of: (entry: Entry) => T): T[] => entries.map(of);
  await tx.query(
    `INSERT INTO billing.ledger_entry (id, fiscal_month, document_id, document_type, position, account, customer_id, debit_cents, credit_cents, posted_at)
     SELECT *, $10::timestamptz FROM unnest($1::uuid[], $2::date[], $3::uuid[], $4::text[], $5::integer[], $6::text[], $7::uuid[], $8::bigint[], $9::bigint[])`,
    [
      column(() => newId()), column((e) => e.fiscalMonth), column((e) => e.documentId), column((e) => e.documentType), column((e) => e.position), column((e) => e.account), column((e) => e.customerId),
      column((e) => e.debitCents), column((e) => e.creditCents), at,
    ],
  );
}

type Row = { document_id: string; document_type: DocumentType; fiscal_month: LocalDate; position: number; account: string; customer_id: string | null; debit_cents: bigint; credit_cents: bigint };

/** What is booked of a document, in order; nothing when it never was. */
export async function entriesOf(tx: Tx, documentId: string): Promise<Entry[]> {
  const rows = await tx.sql<Row>`SELECT * FROM billing.ledger_entry WHERE document_id = ${documentId} ORDER BY position`;
  return rows.map((row) => ({
    documentId: row.document_id, documentType: row.document_type, fiscalMonth: row.fiscal_month, position: row.position,
    account: row.account, customerId: row.customer_id, debitCents: row.debit_cents, creditCents: row.credit_cents,
  }));
}
