// What must be known for an import, and an import as a funnel sends it.
import type { Client } from 'pg';
import type { z } from 'zod';
import { CampaignPricesPublished, PlacesPublished, PriceVersionPublished, TariffDefined } from '@stromgraph/events/pricing';
import { newId } from '@stromgraph/kernel/ids';
import { tell } from '../facts.ts';
import { KIEL, LEIPZIG } from './price-list.ts';

type Tariff = z.infer<typeof TariffDefined.schema>;
type Campaign = z.infer<typeof PriceVersionPublished.schema>;

export const aDefinedTariff = (change: Partial<Tariff> = {}): Tariff => ({
  tariffId: newId(), name: 'Stromgraph Fix 12', kind: 'FIX12', minimumDurationMonths: 12, consumptionFromWattHours: '1000000', consumptionUntilWattHours: '100000000', billingFrequencyMonths: 1,
  advancePaymentMode: 'NONE', numberOfAdvances: 0, graceDays: 14, endOfContract: 'RENEW_MONTHLY', fixedBonusCents: '0', passedThrough: [], validFrom: '2026-01-01', validUntil: null, rate: { kind: 'FLAT' }, ...change,
});

/** Tells contracts, as pricing would, of a tariff and a campaign with prices in Kiel and Leipzig; the campaign's id and the tariff's. */
export async function offer(owner: Client, { tariff = aDefinedTariff(), campaign = {}, tellPrices = true }: { tariff?: Tariff; campaign?: Partial<Campaign>; tellPrices?: boolean } = {}) {
  const { tariffId } = tariff;
  const campaignId = campaign.campaignId ?? newId();
  const price = (place: typeof KIEL, startsOn: string, workingPriceCtPerKwh: string) => ({
    postalCode: place.postalCode, city: place.city, district: place.district, startsOn, workingPriceCtPerKwh, fixFeeCentsPerMonth: '1190', variableBonusCtPerKwh: '0', fixedBonusCents: '5000', gridWorkingCtPerKwh: '8.5', gridFixCentsPerMonth: '700',
  });
  const prices = [price(KIEL, '2026-01-01', '27.086'), price(KIEL, '2027-01-01', '28'), price(LEIPZIG, '2026-01-01', '26.9')];
  const places = [KIEL, LEIPZIG].map(({ gridOperatorName: _name, ...place }) => place);
  await tell(owner, TariffDefined, { aggregateType: 'tariff', aggregateId: tariffId, data: tariff });
  await tell(owner, PlacesPublished, { aggregateType: 'places', aggregateId: newId(), data: { places } });
  await tell(owner, PriceVersionPublished, { aggregateType: 'campaign', aggregateId: campaignId, data: { campaignId, tariffId, channel: 'WEB', validFrom: '2026-01-01', validUntil: null, priceCount: prices.length, ...campaign } });
  if (tellPrices) await tell(owner, CampaignPricesPublished, { aggregateType: 'campaign', aggregateId: campaignId, data: { campaignId, tariffId, prices } });
  return { campaignId, tariffId };
}

/** Ten digits and the check digit of a market location. */
export function aMaloId(tenDigits: string = String(1_000_000_000 + Math.floor(Math.random() * 8_999_999_999))): string {
  const sum = [...tenDigits].reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 2), 0);
  return tenDigits + String((10 - (sum % 10)) % 10);
}

/** Of another meter each time: one meter measures one market location. */
export const aMeterNumber = (): string => `1EMH${aMaloId().slice(0, 10)}`;

export const aSignedContract = <Change extends object = object>(offered: { campaignId: string; tariffId: string }, change: Change = {} as Change) => ({
  idempotencyKey: newId(), funnelId: 'web-1', ...offered,
  customer: { kind: 'INDIVIDUAL', salutation: 'Frau', firstName: 'Ida', lastName: 'Sommer', email: 'ida.sommer@example.test', phone: '+49 431 123456' },
  deliveryAddress: { street: 'Holstenstraße', houseNumber: '12a', postalCode: '24103', city: 'Kiel', district: 'Altstadt' },
  marketLocationId: aMaloId(), meterNumber: aMeterNumber(), reason: 'SUPPLIER_CHANGE', expectedWattHours: 3_500_000, iban: 'DE89 3704 0044 0532 0130 00',
  mandate: { reference: 'M-1', signedAt: '2026-11-24T08:00:00Z' }, signedAt: '2026-11-24T08:00:00Z', signedContractUrl: 'https://files.example.test/contract.pdf', ...change,
});
