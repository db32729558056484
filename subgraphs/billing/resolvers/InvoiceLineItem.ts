import { euros } from '@stromgraph/kernel/money';
import type { InvoiceLineItemResolvers } from '#schema';

export const InvoiceLineItem: InvoiceLineItemResolvers = {
  net: ({ netCents }) => euros(netCents),
  vat: ({ vatCents }) => euros(vatCents),
  from: ({ period }) => period.from,
  until: ({ period }) => period.until,
};
