import type { Cents } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';

export type DocumentType = 'INVOICE' | 'PROFIT_LOSS' | 'PROFIT_LOSS_REVERSAL';
export type Entry = Readonly<{
  documentId: string; documentType: DocumentType; fiscalMonth: LocalDate; position: number;
  account: string; customerId: string | null; debitCents: Cents; creditCents: Cents;
}>;

/** General-ledger accounts (SKR 03). */
const RECEIVABLES = '1400';
const REVENUE = '8400';
const VAT_ACCOUNT = '1776';
const PROCUREMENT = '3200';
const IMBALANCE = '3800';
const RESALE = '8200';
/** What the energy market has not billed yet: what we owe, and what is owed to us. */
const OWED_UNBILLED = '0970';
const DUE_UNBILLED = '1500';

/** An invoice in the books: the customer owes the gross amount, we earned the net and owe the VAT. A credit balance turns the sides. */
export function entriesOfInvoice(invoice: { id: string; customerId: string; issuedOn: LocalDate; netCents: Cents; vatCents: Cents; grossCents: Cents }): Entry[] {
  const sides = [debit(RECEIVABLES, invoice.grossCents), debit(REVENUE, -invoice.netCents), debit(VAT_ACCOUNT, -invoice.vatCents)];
  return document(sides, { documentId: invoice.id, documentType: 'INVOICE', fiscalMonth: monthOf(invoice.issuedOn), customerId: invoice.customerId });
}

/** A closed month of energy: what was bought, sold back to the market, and paid or received for imbalance. What customers pay is booked by their invoices. */
export function entriesOfClose(close: { id: string; month: LocalDate; purchasedCents: Cents; resoldCents: Cents; imbalanceCents: Cents }): Entry[] {
  const sides = [...cost(PROCUREMENT, close.purchasedCents), ...cost(IMBALANCE, close.imbalanceCents), ...cost(RESALE, -close.resoldCents)];
  return document(sides, { documentId: close.id, documentType: 'PROFIT_LOSS', fiscalMonth: monthOf(close.month), customerId: null });
}

/** The same with its sides turned, in the same month: what was closed is taken back before it is closed anew. */
export const entriesOfReversal = (booked: readonly Entry[], reversalId: string): Entry[] =>
  booked.map((entry) => ({ ...entry, documentId: reversalId, documentType: 'PROFIT_LOSS_REVERSAL', debitCents: entry.creditCents, creditCents: entry.debitCents }));

type Side = Pick<Entry, 'account' | 'debitCents' | 'creditCents'>;

const document = (sides: readonly Side[], header: Omit<Entry, keyof Side | 'position'>): Entry[] =>
  sides.filter(({ debitCents, creditCents }) => debitCents !== creditCents).map((side, index) => ({ ...side, ...header, position: index + 1 }));

/** A cost is owed until it is billed; a negative one is due to us. */
const cost = (account: string, cents: Cents): Side[] => [debit(account, cents), debit(cents > 0n ? OWED_UNBILLED : DUE_UNBILLED, -cents)];

/** A negative debit is a credit. */
const debit = (account: string, cents: Cents): Side => ({ account, debitCents: cents > 0n ? cents : 0n, creditCents: cents < 0n ? -cents : 0n });

const monthOf = (day: LocalDate): LocalDate => `${day.slice(0, 7)}-01`;
