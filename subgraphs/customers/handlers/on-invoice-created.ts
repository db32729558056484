import { InvoiceCreated } from '@stromgraph/events/billing';
import { on } from '@stromgraph/kernel/hearer';
import { addToBalance } from '../store/customers.ts';
import { refreshSearch } from '../store/search.ts';
import { recordInTimeline } from './record.ts';

/** A credit's gross is negative and lowers what the customer owes. */
export const onInvoiceCreated = on(InvoiceCreated, async (tx, event) => {
  await recordInTimeline(tx, event);
  await addToBalance(tx, event.data, BigInt(event.data.grossCents));
  await refreshSearch(tx, [event.data.customerId]);
});
