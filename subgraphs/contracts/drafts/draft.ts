import type { WattHours } from '@stromgraph/kernel/energy';
import type { Id } from '@stromgraph/kernel/ids';
import type { Cents, DecimalText } from '@stromgraph/kernel/money';
import type { InputFault, Problem } from '@stromgraph/kernel/problem';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { ContractState } from './transitions.ts';

export type CustomerKind = 'INDIVIDUAL' | 'BUSINESS';

/** The price as it was sold; it is never read again from a campaign. */
export type FrozenPrice = Readonly<{
  tariffId: Id<'tariff'>;
  campaignId: Id<'campaign'>;
  tariffName: string;
  tariffKind: 'DYNAMIC' | 'FIX12';
  rate: Readonly<{ kind: string }>;
  workingPriceCtPerKwh: DecimalText;
  fixFeeCentsPerMonth: DecimalText;
  variableBonusCtPerKwh: DecimalText;
  fixedBonusCents: Cents;
  gridWorkingCtPerKwh: DecimalText;
  gridFixCentsPerMonth: DecimalText;
  vatBasisPoints: number;
}>;

export type BillingInterval = 'MONTHLY' | 'QUARTERLY' | 'ANNUAL';

/** A signed contract on its way. */
export type Draft = Readonly<{
  contractId: Id<'contract'>;
  contractNumber: string;
  funnelId: string | null;
  customerId: Id<'customer'>;
  customerKind: CustomerKind;
  channel: string;
  price: FrozenPrice;
  minimumDurationMonths: number;
  endOfContract: 'RENEW_MONTHLY' | 'RENEW_TERM' | 'END';
  billingInterval: BillingInterval;
  advancePaymentMode: 'ABSCHLAG_MONTHLY' | 'ABSCHLAG_QUARTERLY' | 'ABSCHLAG_YEARLY' | 'NONE';
  numberOfAdvances: number;
  graceDays: number;
  expectedWattHours: WattHours;
  postalCode: string;
  city: string;
  district: string | null;
  sealedParties: string;
  sealedIban: string | null;
  paymentMethod: 'SEPA' | 'TRANSFER';
  mandateReference: string | null;
  mandateSignedAt: Date | null;
  reason: 'SUPPLIER_CHANGE' | 'MOVE_IN';
  draftedOn: LocalDate;
  desiredStartOn: LocalDate | null;
  expectedEndOn: LocalDate | null;
  creditStatus: 'NOT_ASKED' | 'PENDING' | 'ACCEPTED' | 'REFUSED' | 'IN_REVIEW';
  signedAt: Date;
  signedContractUrl: string | null;
  validationFaults: readonly InputFault[];
  submissionLate: 'WARNING' | 'ALERT' | null;
  status: ContractState;
  statusSince: Date;
}>;

/** One version of what is known of the market location. */
export type MaloDraft = Readonly<{
  contractId: Id<'contract'>;
  version: number;
  customerId: Id<'customer'>;
  maloId: string | null;
  gridOperatorCode: string | null;
  meteringOperatorCode: string | null;
  ownMeteringOperator: boolean;
  meterNumber: string | null;
  previousProviderCode: string | null;
  previousAnnualWattHours: WattHours | null;
  possibleChangeOn: LocalDate | null;
  creditAccepted: boolean | null;
  status: 'DRAFT' | 'EDITED' | 'APPROVED';
  editedBy: string;
  editedAt: Date;
  approvedBy: string | null;
  approvedAt: Date | null;
}>;

export type ContractDraftNotFound = Problem<'ContractDraftNotFound', { draftId: string }>;
export type MaloDraftChanged = Problem<'MaloDraftChanged', { version: number }>;

export const contractNumberOf = (year: string, count: bigint): string => `V-${year}-${count.toString().padStart(6, '0')}`;

const INTERVALS: Readonly<Record<number, BillingInterval>> = { 1: 'MONTHLY', 3: 'QUARTERLY', 12: 'ANNUAL' };
export const billingIntervalOf = (months: number): BillingInterval => INTERVALS[months] ?? 'ANNUAL';
