import { type PageArguments, pageOrThrow, toConnection } from '@stromgraph/kernel/connection';
import { isId } from '@stromgraph/kernel/ids';
import type { DomainContext } from '../context.ts';
import { type InvoiceFilter, invoicesPage } from '../store/invoices.ts';

/** Issued documents under a filter; an id that is none matches nothing. */
export async function listInvoices({ db }: DomainContext, filter: InvoiceFilter, args: PageArguments) {
  const { first, after } = pageOrThrow(args, 2);
  const hopeless = Object.values(filter).some((id) => id != null && !isId(id));
  const rows = hopeless ? [] : await invoicesPage(db, filter, first, after);
  return toConnection(rows, first, (invoice) => [invoice.issuedOn, invoice.id]);
}
