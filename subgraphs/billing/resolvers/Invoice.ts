import { euros } from '@stromgraph/kernel/money';
import type { InvoiceResolvers } from '#schema';

export const Invoice: InvoiceResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.invoice.load(id),
  number: (invoice) => (invoice.state === 'DRAFT' ? null : invoice.number),
  issuedOn: (invoice) => (invoice.state === 'DRAFT' ? null : invoice.issuedOn),
  dueOn: (invoice) => (invoice.state === 'DRAFT' ? null : invoice.dueOn),
  from: ({ period }) => period.from,
  until: ({ period }) => period.until,
  customer: ({ customerId }) => ({ id: customerId }),
  contract: ({ contractId }) => ({ id: contractId }),
  net: ({ netCents }) => euros(netCents),
  vat: ({ vatCents }) => euros(vatCents),
  total: ({ grossCents }) => euros(grossCents),
  lines: ({ id }, _, { loaders }) => loaders.lines.load(id),
  meters: ({ id }, _, { loaders }) => loaders.meters.load(id),
};
