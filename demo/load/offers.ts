// What contracts and customers have heard of pricing: their own copies.
import { saveCampaigns, savePlaces, savePrices, saveTariffs } from '@stromgraph/contracts/store/known-offers';
import { insertPriceVersion } from '@stromgraph/customers/store/contracts';
import { areaOf, type DemoCampaign, milliText } from '../campaigns.ts';
import { PLACES } from '../places.ts';
import type { DemoTariff } from '../tariffs.ts';
import { transactAgain, type World } from './world.ts';

export async function loadKnownOffers({ portfolio: { tariffs, campaigns }, dbs }: World): Promise<void> {
  const versions = campaigns.map(({ campaignId, tariff, channel, validFrom, validUntil, prices }) => ({ campaignId, tariffId: tariff.tariffId, channel, validFrom, validUntil, priceCount: prices.length }));
  await Promise.all([
    transactAgain(dbs.contracts, async (tx) => {
      await savePlaces(tx, PLACES.map((place) => ({
        postalCode: place.postalCode, city: place.city, district: place.district, ags: place.ags, gridOperatorCode: areaOf(place).gridOperatorCode, gridAreaCode: place.gridAreaCode,
      })));
      await saveTariffs(tx, tariffs.map(definitionOf));
      await saveCampaigns(tx, versions);
      await savePrices(tx, campaigns.map(pricesOf));
    }),
    transactAgain(dbs.customers, async (tx) => {
      for (const version of versions) await insertPriceVersion(tx, version);
    }),
  ]);
}

const definitionOf = (tariff: DemoTariff) => ({
  tariffId: tariff.tariffId, name: tariff.name, kind: tariff.kind, minimumDurationMonths: tariff.minimumDurationMonths, consumptionFromWattHours: String(tariff.consumptionFromWattHours),
  consumptionUntilWattHours: String(tariff.consumptionUntilWattHours), billingFrequencyMonths: tariff.billingFrequencyMonths, advancePaymentMode: tariff.advancePaymentMode,
  numberOfAdvances: tariff.numberOfAdvances, graceDays: tariff.graceDays, endOfContract: tariff.endOfContract, fixedBonusCents: String(tariff.fixedBonusCents), passedThrough: [],
  validFrom: tariff.validFrom, validUntil: null, rate: { kind: tariff.rate.kind },
});

const pricesOf = ({ campaignId, tariff, validFrom, prices }: DemoCampaign) => ({
  campaignId,
  tariffId: tariff.tariffId,
  prices: prices.map(({ place, costs, ...price }) => ({
    postalCode: place.postalCode, city: place.city, district: place.district, startsOn: validFrom, workingPriceCtPerKwh: milliText(price.workingMilliCt), fixFeeCentsPerMonth: String(price.fixFeeCentsPerMonth),
    variableBonusCtPerKwh: milliText(price.variableBonusMilliCt), fixedBonusCents: String(price.fixedBonusCents), gridWorkingCtPerKwh: milliText(costs.grid), gridFixCentsPerMonth: milliText(price.gridFixMilliCtPerMonth),
  })),
});
