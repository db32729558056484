import type { Id } from '@stromgraph/kernel/ids';
import type { LocalDate } from '@stromgraph/kernel/time';

export type CustomerKind = 'INDIVIDUAL' | 'BUSINESS';
export type BillingStatus = 'CURRENT' | 'OVERDUE' | 'DUNNING' | 'BLOCKED';
export type Address = Readonly<{ street: string; houseNumber: string; postalCode: string; city: string; district: string | null; country: string }>;

export type Customer = Readonly<{
  id: Id<'customer'>;
  number: string;
  kind: CustomerKind;
  salutation: string | null;
  firstName: string | null;
  lastName: string | null;
  company: string | null;
  address: Address | null;
  emailSealed: string | null;
  phoneSealed: string | null;
  ibanSealed: string | null;
  locale: string;
  contactPreferences: unknown;
  schufaScorePercent: string | null;
  activeContracts: number;
  balanceCents: bigint;
  billingStatus: BillingStatus;
  version: number;
  createdAt: Date;
  updatedAt: Date;
  deletedAt: Date | null;
}>;

export type Account = Readonly<{ id: Id<'account'>; name: string; parentId: string | null; balanceCents: bigint; activeContracts: number; path: string }>;
export type PremiseMeter = Readonly<{ meterId: string; meterNumber: string; maloId: string; installedOn: LocalDate; removedOn: LocalDate | null }>;
export type Premise = Readonly<{ id: Id<'premise'>; address: Address; maloIds: readonly string[]; meters: readonly PremiseMeter[] }>;
export type ContractRelation = 'OWNER' | 'CO_TENANT' | 'FORMER';
export type CustomerContract = Readonly<{
  contractId: Id<'contract'>;
  customerId: Id<'customer'>;
  number: string;
  relation: ContractRelation;
  active: boolean;
  tariffName: string;
  startOn: LocalDate;
  endOn: LocalDate | null;
  premiseId: string | null;
}>;
export type ContractPrice = Readonly<{
  contractId: string;
  customerId: string;
  validFrom: LocalDate;
  campaignId: string;
  tariffId: string;
  workingPriceCtPerKwh: string;
  fixFeeCentsPerMonth: string;
  variableBonusCtPerKwh: string;
  fixedBonusCents: bigint;
  newerOnOffer: boolean;
}>;

/** A company's name, or a person's first and last. */
export const nameOf = ({ company, firstName, lastName }: Pick<Customer, 'company' | 'firstName' | 'lastName'>): string | null =>
  [company, firstName, lastName].filter(Boolean).join(' ') || null;
