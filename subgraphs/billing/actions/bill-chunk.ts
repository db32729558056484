import { InvoiceCreated, BillingRunAdvanced } from '@stromgraph/events/billing';
import { businessNow } from '@stromgraph/kernel/clock';
import { type Db, transact, type Tx } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { publish, publishAll } from '@stromgraph/kernel/outbox';
import { dayOf } from '@stromgraph/kernel/time';
import { dueOn } from '../invoicing/due-on.ts';
import { invoiceNumber } from '../invoicing/number.ts';
import { withVat } from '../invoicing/with-vat.ts';
import { entriesOfInvoice } from '../ledger/entries.ts';
import { splitByPrice } from '../rating/agreed-price.ts';
import { rateContract } from '../rating/rate-contract.ts';
import { type Billable, billableOf, lockChunk, parkUnbillable, settleBilled } from '../store/chunks.ts';
import { insertInvoiceMeters } from '../store/contract-meters.ts';
import { drawNumbers, insertInvoices, insertLines, type NewInvoice } from '../store/invoices.ts';
import { book } from '../store/ledger.ts';
import { advanceRun, runsById } from '../store/runs.ts';
import { usageOf } from '../store/usage.ts';

/**
 * Bills one chunk of a run in one transaction: park what cannot be billed, rate the rest, draw numbers last.
 * Doing it again finds nothing to do; a parallel run that was faster makes it fail whole, and its repeat parks what is billed by then.
 */
export const billChunk = (db: Db<any>, { runId, chunk }: { runId: string; chunk: number }): Promise<void> =>
  transact(db, async (tx) => {
    const [run] = await runsById(tx, [runId]);
    const open = run ? await lockChunk(tx, runId, chunk) : 0;
    if (!run || open === 0) return;
    const failed = await parkUnbillable(tx, runId, chunk, run.period);
    const rated = await rate(tx, await billableOf(tx, runId, chunk, run.period));
    const at = await businessNow(tx);
    const invoices = run.dryRun ? [] : await issue(tx, rated, runId, at);
    const idOf = new Map(invoices.map((invoice) => [invoice.contractId, invoice.id]));
    await settleBilled(tx, runId, rated.map(({ billable, totals }) => ({ contractId: billable.contractId, invoiceId: idOf.get(billable.contractId) ?? null, grossCents: totals.grossCents })));
    await advanceRun(tx, runId, { done: open, invoicesCreated: invoices.length, failed, grossCents: rated.reduce((sum, { totals }) => sum + totals.grossCents, 0n), at });
    await publish(tx, BillingRunAdvanced, { aggregateType: 'billing-run', aggregateId: runId, data: { runId } });
  });

type Rated = Readonly<{ billable: Billable; wattHours: bigint }> & ReturnType<typeof withVat>;

/** Energy by price period with one query for the whole chunk, then pure rating. */
async function rate(tx: Tx, billables: readonly Billable[]): Promise<Rated[]> {
  const parts = billables.flatMap((billable) => splitByPrice(billable.period, billable.prices)!.map((part) => ({ ...part, contractId: billable.contractId })));
  const usage = await usageOf(tx, parts);
  const measured = Map.groupBy(parts.map((part, index) => ({ ...part, wattHours: usage[index]! })), (part) => part.contractId);
  return billables.map((billable) => {
    const own = measured.get(billable.contractId)!;
    return { billable, wattHours: own.reduce((sum, part) => sum + part.wattHours, 0n), ...withVat(rateContract(own, billable)) };
  });
}

async function issue(tx: Tx, rated: readonly Rated[], runId: string, at: Date): Promise<NewInvoice[]> {
  if (rated.length === 0) return [];
  const issuedOn = dayOf(at);
  const year = Number(issuedOn.slice(0, 4));
  const drafts = rated.map((one) => ({ ...one, id: newId<'invoice'>() }));
  await insertLines(tx, drafts);
  const before = await drawNumbers(tx, 'INVOICE', year, drafts.length);
  const invoices = drafts.map(({ id, billable, wattHours, lines, totals }, index): NewInvoice => ({
    id, lines, wattHours, ...totals, type: 'FINAL', state: 'ISSUED', runId, issuedOn,
    number: invoiceNumber('INVOICE', year, before + BigInt(index + 1)), numberYear: year, numberInYear: before + BigInt(index + 1),
    dueOn: dueOn(issuedOn, billable.graceDays), period: billable.period,
    customerId: billable.customerId, contractId: billable.contractId, campaignId: billable.campaignId, tariffId: billable.tariffId, sealedRecipient: billable.sealedRecipient,
  }));
  await insertInvoices(tx, invoices, at);
  await insertInvoiceMeters(tx, invoices);
  await book(tx, invoices.flatMap(entriesOfInvoice), at);
  await publishAll(tx, InvoiceCreated, invoices.map((invoice) => ({ aggregateType: 'invoice', aggregateId: invoice.id, data: toEvent(invoice) })));
  return invoices;
}

const toEvent = (invoice: NewInvoice) => ({
  invoiceId: invoice.id, invoiceNumber: invoice.number, type: invoice.type, contractId: invoice.contractId, customerId: invoice.customerId, campaignId: invoice.campaignId, tariffId: invoice.tariffId,
  from: invoice.period.from, until: invoice.period.until, issuedOn: invoice.issuedOn, dueOn: invoice.dueOn, wattHours: String(invoice.wattHours),
  netCents: String(invoice.netCents), vatCents: String(invoice.vatCents), grossCents: String(invoice.grossCents), runId: invoice.runId,
});
