import { event } from '@stromgraph/kernel/event';
import { z } from 'zod';
import { Day, DecimalText, Instant, Sealed, Uuid, Whole } from './values.ts';

export const SwitchReason = z.enum(['SUPPLIER_CHANGE', 'MOVE_IN']);
export const MeteringKind = z.enum(['PROFILE', 'INTERVAL']);

/** An application to supply left for the grid operator. `sealed` holds SealedParties as JSON. */
export const SwitchRequested = event(
  'contracts.SwitchRequested',
  1,
  z.strictObject({
    contractId: Uuid, customerId: Uuid,
    /** One application; a second one after a mended draft has another. */
    processId: Uuid,
    maloId: z.string(), meterNumber: z.string(), gridOperatorCode: z.string(), meteringOperatorCode: z.string().nullable(),
    reason: SwitchReason, startOn: Day, expectedWattHours: Whole, household: z.boolean(), signedAt: Instant, sealed: Sealed,
  }),
);

/** The contract's price as sold, frozen; cents and euros are net. */
export const PriceSnapshot = z.strictObject({
  campaignId: Uuid, tariffId: Uuid, tariffName: z.string(), tariffKind: z.enum(['DYNAMIC', 'FIX12']), rate: z.strictObject({ kind: z.literal('FLAT') }),
  workingPriceCtPerKwh: DecimalText, fixFeeEurPerMonth: DecimalText, variableBonusCtPerKwh: DecimalText, fixedBonusEur: DecimalText,
  gridWorkingCtPerKwh: DecimalText, gridFixEurPerMonth: DecimalText, vatBasisPoints: z.int(),
});

/**
 * The market agreed to supply: everything hearers need of the contract. `sealed` holds SealedParties as JSON.
 * The position moves from now on, for the delivery hours from `startOn`.
 */
export const ContractConfirmed = event(
  'contracts.ContractConfirmed',
  1,
  z.strictObject({
    contractId: Uuid, contractNumber: z.string(), customerId: Uuid, customerKind: z.enum(['INDIVIDUAL', 'BUSINESS']),
    price: PriceSnapshot,
    place: z.strictObject({ postalCode: z.string(), city: z.string(), district: z.string().nullable(), ags: z.string().nullable() }),
    gridAreaId: Uuid, gridAreaCode: z.string(), profile: z.string(), meteringKind: MeteringKind,
    marketLocationId: Uuid, maloId: z.string(), meterNumber: z.string(),
    startOn: Day, endOn: Day.nullable(), expectedWattHours: Whole, billingInterval: z.enum(['MONTHLY', 'QUARTERLY', 'ANNUAL']),
    advances: z.strictObject({ mode: z.enum(['ABSCHLAG_MONTHLY', 'ABSCHLAG_QUARTERLY', 'ABSCHLAG_YEARLY', 'NONE']), number: z.int(), graceDays: z.int() }),
    paymentMethod: z.enum(['SEPA', 'TRANSFER']), sealed: Sealed,
  }),
);

/** What `sealed` holds in this domain's events. */
export const SealedParties = z.strictObject({
  salutation: z.string().nullable(), firstName: z.string().nullable(), lastName: z.string().nullable(), company: z.string().nullable(),
  email: z.string().nullable(), phone: z.string().nullable(), locale: z.enum(['de-DE', 'en-US']),
  deliveryAddress: z.strictObject({ street: z.string(), houseNumber: z.string(), postalCode: z.string(), city: z.string(), district: z.string().nullable(), country: z.string() }),
  billingAddress: z.strictObject({ street: z.string(), houseNumber: z.string(), postalCode: z.string(), city: z.string(), district: z.string().nullable(), country: z.string() }),
  iban: z.string().nullable(), mandateReference: z.string().nullable(), mandateSignedAt: Instant.nullable(),
});
export type SealedParties = z.infer<typeof SealedParties>;

/** The start of supply has come. */
export const ContractActivated = event('contracts.ContractActivated', 1, z.strictObject({ contractId: Uuid, contractNumber: z.string(), customerId: Uuid, startOn: Day }));

/** Supply ends: the first day without it, and why. */
export const ContractTerminated = event('contracts.ContractTerminated', 1, z.strictObject({ contractId: Uuid, contractNumber: z.string(), customerId: Uuid, endOn: Day, reason: z.string() }));

/** A confirmed contract was cancelled or revoked before its start: it never comes to a supply. */
export const ContractCancelled = event('contracts.ContractCancelled', 1, z.strictObject({ contractId: Uuid, contractNumber: z.string(), customerId: Uuid, startOn: Day, reason: z.string() }));

/** The market refused the application; `sealed` holds SealedParties as JSON. */
export const SwitchFailed = event(
  'contracts.SwitchFailed',
  1,
  z.strictObject({ contractId: Uuid, customerId: Uuid, processId: Uuid, maloId: z.string(), codeList: z.string(), code: z.string(), reason: z.string(), sealed: Sealed }),
);

/** A signed contract was not submitted to the market in time: 20 h warn, 24 h alert. */
export const SubmissionLate = event('contracts.SubmissionLate', 1, z.strictObject({ contractId: Uuid, level: z.enum(['WARNING', 'ALERT']), signedAt: Instant }));
