import type { Cents, DecimalText } from '@stromgraph/kernel/money';
import type { WattHours } from '@stromgraph/kernel/energy';
import type { Id } from '@stromgraph/kernel/ids';
import type { LocalDate } from '@stromgraph/kernel/time';

export type ChargeType = 'ENERGY' | 'GRID' | 'METERING' | 'CONCESSION' | 'LEVY' | 'TAX' | 'FIXED_FEE' | 'BONUS' | 'ADVANCE_CREDIT' | 'DUNNING_FEE' | 'ADJUSTMENT';
export type InvoiceType = 'FINAL' | 'ADVANCE' | 'CREDIT';

/** Half-open: `until` is the day after the last. */
export type Period = Readonly<{ from: LocalDate; until: LocalDate }>;

/** A charge, rounded, before VAT is shared out. */
export type Charge = Readonly<{
  chargeType: ChargeType;
  description: string;
  wattHours: WattHours | null;
  days: number | null;
  unitPrice: DecimalText | null;
  netCents: Cents;
  vatBasisPoints: number;
  period: Period;
}>;

export type InvoiceLine = Charge & Readonly<{ position: number; vatCents: Cents }>;

type Common = Readonly<{
  id: Id<'invoice'>;
  type: InvoiceType;
  customerId: Id<'customer'>;
  contractId: Id<'contract'>;
  period: Period;
  wattHours: WattHours;
  netCents: Cents;
  vatCents: Cents;
  grossCents: Cents;
}>;
export type DraftInvoice = Common & Readonly<{ state: 'DRAFT' }>;
export type IssuedInvoice = Common & Readonly<{ state: 'ISSUED' | 'CANCELLED'; number: string; issuedOn: LocalDate; dueOn: LocalDate }>;
export type Invoice = DraftInvoice | IssuedInvoice;

/** A meter whose energy an invoice bills, and what it showed when it was exchanged within the days of the invoice; on the day of the exchange both measured. */
export type InvoicedMeter = Period & Readonly<{ meterNumber: string; startWattHours: WattHours | null; finalWattHours: WattHours | null }>;
