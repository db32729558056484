import { dayOf } from '@stromgraph/kernel/time';
import { milliText } from '../campaigns.ts';
import type { DemoContract } from '../portfolio.ts';
import type { ToldContract, ToldCustomer } from './world.ts';

export type Imported = Readonly<{ customer: ToldCustomer; contract: ToldContract; requestId: string; processId: string; messageId: string }>;

/** The import as it came: readable but for its people and their account. */
export function importRow({ customer, contract, requestId }: Imported) {
  const { kind, salutation, firstName, lastName, company, email, phone, locale, billingAddress, seal } = customer;
  const { address: deliveryAddress, mandate } = contract;
  const asItCame = { customer: { kind, salutation, firstName, lastName, company, email, phone, locale }, deliveryAddress, billingAddress, ...(mandate ? { iban: mandate.iban } : {}) };
  return {
    id: requestId, sender: contract.channel, idempotency_key: `demo-${contract.nth}`, received_at: contract.importedAt, sealed: seal(JSON.stringify(asItCame)),
    body: {
      campaignId: contract.campaign.campaignId, tariffId: contract.tariff.tariffId, customerId: customer.customerId, marketLocationId: contract.maloId, meterNumber: contract.meter.number,
      reason: contract.reason, desiredStartOn: contract.startOn, expectedWattHours: contract.expectedWattHours, signedAt: contract.signedAt.toISOString(), ...mandateOf(contract),
    },
  };
}

const mandateOf = ({ mandate, signedAt }: DemoContract) => (mandate ? { mandate: { reference: mandate.reference, signedAt: signedAt.toISOString() } } : {});

/** A draft as it begins, with the price as it was sold. */
export function draftRow({ customer, contract, requestId }: Imported) {
  const { confirmed, tariff, price, place, mandate } = contract;
  return {
    contract_id: contract.contractId, contract_number: confirmed.contractNumber, import_request_id: requestId, customer_id: customer.customerId, customer_kind: customer.kind,
    tariff_id: tariff.tariffId, campaign_id: contract.campaign.campaignId, channel: contract.channel, tariff_name: tariff.name, tariff_kind: tariff.kind, rate: confirmed.price.rate,
    working_price_ct_per_kwh: confirmed.price.workingPriceCtPerKwh, fix_fee_cents_per_month: price.fixFeeCentsPerMonth, variable_bonus_ct_per_kwh: confirmed.price.variableBonusCtPerKwh,
    fixed_bonus_cents: price.fixedBonusCents, grid_working_ct_per_kwh: confirmed.price.gridWorkingCtPerKwh, grid_fix_cents_per_month: milliText(price.gridFixMilliCtPerMonth),
    vat_basis_points: confirmed.price.vatBasisPoints, minimum_duration_months: tariff.minimumDurationMonths, end_of_contract: tariff.endOfContract, billing_interval: contract.billingInterval,
    advance_payment_mode: tariff.advancePaymentMode, number_of_advances: tariff.numberOfAdvances, grace_days: tariff.graceDays, expected_watt_hours: contract.expectedWattHours,
    postal_code: place.postalCode, city: place.city, district: place.district, sealed_parties: confirmed.sealed, sealed_iban: mandate ? customer.seal(mandate.iban) : null,
    payment_method: confirmed.paymentMethod, mandate_reference: mandate?.reference ?? null, mandate_signed_at: mandate ? contract.signedAt : null, switch_reason: contract.reason,
    drafted_on: dayOf(contract.importedAt), desired_start_on: contract.startOn, expected_end_on: null, credit_status: 'NOT_ASKED', signed_at: contract.signedAt, other_billing_information: {},
    validation_faults: [], status: 'DRAFT', previous_status: 'NONE', status_since: contract.importedAt,
  };
}
