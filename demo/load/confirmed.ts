import { contractNumberOf } from '@stromgraph/contracts/drafts/draft';
import type { SealedParties } from '@stromgraph/events/contracts';
import { idOf } from '@stromgraph/kernel/ids';
import { dayOf } from '@stromgraph/kernel/time';
import { vatBasisPointsOn } from '@stromgraph/kernel/vat';
import { milliText } from '../campaigns.ts';
import type { DemoContract, DemoCustomer } from '../portfolio.ts';
import type { Seal } from './keys.ts';
import type { Confirmed } from './world.ts';

/** What contracts says of a contract when the market has agreed; all that other domains keep of it comes from here. */
export function confirmedOf(customer: DemoCustomer, contract: DemoContract, seal: Seal): Confirmed {
  const { campaign, tariff, price, place, area } = contract;
  return {
    contractId: contract.contractId,
    contractNumber: contractNumberOf(dayOf(contract.importedAt).slice(0, 4), BigInt(contract.nth)),
    customerId: customer.customerId,
    customerKind: customer.kind,
    price: {
      campaignId: campaign.campaignId,
      tariffId: tariff.tariffId,
      tariffName: tariff.name,
      tariffKind: tariff.kind,
      rate: { kind: 'FLAT' },
      workingPriceCtPerKwh: milliText(price.workingMilliCt),
      fixFeeEurPerMonth: centsAsEuros(price.fixFeeCentsPerMonth),
      variableBonusCtPerKwh: milliText(price.variableBonusMilliCt),
      fixedBonusEur: centsAsEuros(price.fixedBonusCents),
      gridWorkingCtPerKwh: milliText(price.costs.grid),
      gridFixEurPerMonth: hundredthOf(milliText(price.gridFixMilliCtPerMonth)),
      vatBasisPoints: vatBasisPointsOn(dayOf(contract.importedAt)),
    },
    place: { postalCode: place.postalCode, city: place.city, district: place.district, ags: place.ags },
    gridAreaId: idOf('grid-area', area.code),
    gridAreaCode: area.code,
    profile: contract.profile,
    meteringKind: contract.meteringKind,
    marketLocationId: contract.marketLocationId,
    maloId: contract.maloId,
    meterNumber: contract.meter.number,
    startOn: contract.startOn,
    endOn: null,
    expectedWattHours: String(contract.expectedWattHours),
    billingInterval: contract.billingInterval,
    advances: { mode: tariff.advancePaymentMode, number: tariff.numberOfAdvances, graceDays: tariff.graceDays },
    paymentMethod: contract.mandate ? 'SEPA' : 'TRANSFER',
    sealed: seal(JSON.stringify(partiesOf(customer, contract))),
  };
}

export const partiesOf = (customer: DemoCustomer, contract: DemoContract): SealedParties => ({
  salutation: customer.salutation,
  firstName: customer.firstName,
  lastName: customer.lastName,
  company: customer.company,
  email: customer.email,
  phone: customer.phone,
  locale: customer.locale,
  deliveryAddress: contract.address,
  billingAddress: customer.billingAddress,
  iban: contract.mandate?.iban ?? null,
  mandateReference: contract.mandate?.reference ?? null,
  mandateSignedAt: contract.mandate ? contract.signedAt.toISOString() : null,
});

export const centsAsEuros = (cents: number): string => milliText(cents * 10);

/** Two decimals more. */
function hundredthOf(decimal: string): string {
  const [whole, decimals = ''] = decimal.split('.');
  const digits = whole!.padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}${decimals}`.replace(/\.?0+$/, '');
}
