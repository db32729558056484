import type { Cents } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';

export type Entry = Readonly<{
  documentId: string; documentType: 'INVOICE'; fiscalMonth: LocalDate; position: number;
  account: string; customerId: string; debitCents: Cents; creditCents: Cents;
}>;

/** General-ledger accounts (SKR 03). */
const RECEIVABLES = '1400';
const REVENUE = '8400';
const VAT_ACCOUNT = '1776';

/** An invoice in the books: the customer owes the gross amount, we earned the net and owe the VAT. A credit balance turns the sides. */
export function entriesOfInvoice(invoice: { id: string; customerId: string; issuedOn: LocalDate; netCents: Cents; vatCents: Cents; grossCents: Cents }): Entry[] {
  const sides = [debit(RECEIVABLES, invoice.grossCents), debit(REVENUE, -invoice.netCents), debit(VAT_ACCOUNT, -invoice.vatCents)];
  return sides
    .filter(({ debitCents, creditCents }) => debitCents !== creditCents)
    .map((side, index) => ({ ...side, documentId: invoice.id, documentType: 'INVOICE', fiscalMonth: `${invoice.issuedOn.slice(0, 7)}-01`, position: index + 1, customerId: invoice.customerId }));
}

/** A negative debit is a credit. */
const debit = (account: string, cents: Cents) => ({ account, debitCents: cents > 0n ? cents : 0n, creditCents: cents < 0n ? -cents : 0n });
