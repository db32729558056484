import { InvoiceCreated } from '@stromgraph/events/billing';
import { on } from '@stromgraph/kernel/hearer';
import { addDays } from '@stromgraph/kernel/time';
import { writeForEvent } from '../actions/write-for-event.ts';

/** A credit is the exact negative of its charge; a letter says how much the customer gets. */
export const onInvoiceCreated = on(InvoiceCreated, (tx, event, tools) => {
  const { customerId, type, invoiceNumber, grossCents, issuedOn, dueOn, from, until, wattHours } = event.data;
  const gross = type === 'CREDIT' ? grossCents.replace('-', '') : grossCents;
  return writeForEvent(tx, tools, { event, customerId, given: { type, invoiceNumber, gross, issuedOn, dueOn, firstDay: from, lastDay: addDays(until, -1), energy: wattHours } });
});
