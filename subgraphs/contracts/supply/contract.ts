import type { WattHours } from '@stromgraph/kernel/energy';
import type { Id } from '@stromgraph/kernel/ids';
import type { DecimalText } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { BillingInterval, FrozenPrice } from '../drafts/draft.ts';

/** A supply contract that the market has agreed to. */
export type Contract = Readonly<{
  id: Id<'contract'>;
  contractNumber: string;
  customerId: Id<'customer'>;
  tariffId: Id<'tariff'>;
  campaignId: Id<'campaign'>;
  marketLocationId: Id<'market-location'>;
  workingPriceCtPerKwh: DecimalText;
  fixFeeCentsPerMonth: DecimalText;
  expectedWattHours: WattHours;
  startOn: LocalDate;
  endOn: LocalDate | null;
  billingInterval: BillingInterval;
  state: 'CONFIRMED' | 'ACTIVE' | 'SUSPENDED' | 'TERMINATED' | 'REVOKED' | 'CANCELLED';
  cancellation: 'NONE' | 'REQUESTED' | 'CONFIRMED';
  terminationReason: 'CANCELLATION' | 'MOVE_OUT' | 'SUPPLIER_CHANGE' | 'BREACH' | null;
  confirmedAt: Date;
}>;

export type MarketLocation = Readonly<{
  id: Id<'market-location'>;
  maloId: string;
  postalCode: string;
  city: string;
  district: string | null;
  ags: string | null;
  gridAreaId: Id<'grid-area'>;
  gridAreaCode: string;
  gridOperatorCode: string;
  meteringOperatorCode: string | null;
  profile: string;
  voltage: 'LOW' | 'MEDIUM' | 'HIGH';
  meteringKind: 'PROFILE' | 'INTERVAL';
}>;

/** The definitive record of a market location under a contract. */
export type SuppliedMalo = Readonly<{
  contractId: Id<'contract'>;
  customerId: Id<'customer'>;
  marketLocationId: Id<'market-location'>;
  gridOperatorCode: string;
  meteringOperatorCode: string | null;
  ownMeteringOperator: boolean;
  meterNumber: string;
  previousProviderCode: string | null;
  previousAnnualWattHours: WattHours | null;
  possibleChangeOn: LocalDate | null;
  creditAccepted: boolean | null;
  changeStatus: 'CONFIRMED' | 'SUPPLYING' | 'ENDED' | 'CANCELLED';
  validFrom: LocalDate;
  validUntil: LocalDate | null;
}>;

export type AgreedPrice = FrozenPrice &
  Readonly<{ contractId: Id<'contract'>; validFrom: LocalDate; cause: 'CONFIRMATION' | 'PRICE_CHANGE' | 'PRODUCT_CHANGE' | 'RELOCATION' }>;

/** Households are balanced on H25, businesses on G25, unless the network operator says otherwise. */
export const usualProfile = (kind: 'INDIVIDUAL' | 'BUSINESS'): string => (kind === 'INDIVIDUAL' ? 'H25' : 'G25');
