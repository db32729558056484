import { event } from '@stromgraph/kernel/event';
import { z } from 'zod';
import { Day, Uuid, Whole } from './values.ts';

/** A draft became a legal document: it has a number, a due date, and can no longer change. */
export const InvoiceCreated = event(
  'billing.InvoiceCreated',
  1,
  z.strictObject({
    invoiceId: Uuid, invoiceNumber: z.string(), type: z.enum(['FINAL', 'ADVANCE', 'CREDIT']), contractId: Uuid, customerId: Uuid, campaignId: Uuid, tariffId: Uuid,
    from: Day, until: Day, issuedOn: Day, dueOn: Day, wattHours: Whole, netCents: Whole, vatCents: Whole, grossCents: Whole, runId: Uuid.nullable(),
  }),
);

/** A chunk of a billing run was committed; subscribers read the run as it now stands. */
export const BillingRunAdvanced = event('billing.BillingRunAdvanced', 1, z.strictObject({ runId: Uuid }));
