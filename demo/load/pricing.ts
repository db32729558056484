// The price lists, through pricing's own stores: whatever it refuses of an import is refused here too.
import { insertCampaign, publishCampaign } from '@stromgraph/pricing/store/campaigns';
import { saveLevies } from '@stromgraph/pricing/store/levies';
import { contradicted, savePlaces } from '@stromgraph/pricing/store/places';
import { insertPrices, placeFaults } from '@stromgraph/pricing/store/prices';
import { insertTariff } from '@stromgraph/pricing/store/tariffs';
import type { PlaceLine } from '@stromgraph/pricing/campaigns/place';
import type { PriceLine } from '@stromgraph/pricing/campaigns/price';
import type { Tariff } from '@stromgraph/pricing/tariffs/tariff';
import { areaOf, type DemoCampaign, type DemoPrice, ENGINE_VERSION, gridFeesOf, milliText } from '../campaigns.ts';
import { leviesOf } from '../levies.ts';
import type { DemoTariff } from '../tariffs.ts';
import { transactAgain, type World } from './world.ts';

const RATE_VERSION = 1;

export async function loadPricing({ portfolio, dbs }: World): Promise<void> {
  const { tariffs, campaigns, years } = portfolio;
  await transactAgain(dbs.pricing, async (tx) => {
    const places = placeLines(years);
    await savePlaces(tx, places);
    const [wrong] = await contradicted(tx, places);
    if (wrong) throw new Error(`the demo's place ${wrong.number} contradicts another in ${wrong.field}`);
    await saveLevies(tx, years.flatMap((year) => leviesOf(year).map(({ name, milliCtPerKwh }) => ({ name, year, consumerGroup: 'A' as const, ctPerKwh: milliText(milliCtPerKwh), source: 'demo' }))));
    for (const tariff of tariffs) await insertTariff(tx, toTariff(tariff), tariff.definedAt);
  });
  for (const campaign of campaigns) await transactAgain(dbs.pricing, (tx) => loadCampaign(tx, campaign));
}

async function loadCampaign(tx: Parameters<typeof insertCampaign>[0], campaign: DemoCampaign): Promise<void> {
  const { campaignId, tariff, prices } = campaign;
  const lines = prices.map((price, index) => ({ number: index + 1, line: priceLine(price, campaign.validFrom) }));
  await insertCampaign(tx, {
    id: campaignId, tariffId: tariff.tariffId, rateVersion: RATE_VERSION, channel: campaign.channel, validFrom: campaign.validFrom, validUntil: campaign.validUntil,
    createdAt: campaign.createdAt, publishedAt: null, priceCount: null, engineVersion: ENGINE_VERSION, inputHash: campaign.inputHash,
  });
  const refused = [...(await placeFaults(tx, lines)).map(({ path }) => path), ...(await insertPrices(tx, campaignId, toTariff(tariff), lines)).map(({ number }) => `rows.${number}`)];
  if (refused.length > 0) throw new Error(`pricing refuses ${refused[0]} of the demo's campaign ${campaignId}`);
  await publishCampaign(tx, campaignId, lines.length, campaign.publishedAt);
}

/** A line per place and calendar year. */
const placeLines = (years: readonly number[]): PlaceLine[] =>
  gridFeesOf(years).map(({ place, ...fee }) => {
    const area = areaOf(place);
    return {
      postalCode: place.postalCode, city: place.city, district: place.district, ags: place.ags,
      gridOperatorCode: area.gridOperatorCode, gridOperatorName: area.gridOperatorName, gridAreaCode: area.code, validFrom: fee.validFrom, validUntil: fee.validUntil,
      gridWorkingCtPerKwh: milliText(fee.workingMilliCt), gridBaseCentsPerYear: String(fee.baseCentsPerYear), meteringCentsPerYear: String(fee.meteringCentsPerYear),
      concessionCtPerKwh: milliText(place.concessionMilliCtPerKwh),
    };
  });

const priceLine = ({ place, costs, ...price }: DemoPrice, startsOn: string): PriceLine => ({
  postalCode: place.postalCode, city: place.city, district: place.district, startsOn,
  workingPriceCtPerKwh: milliText(price.workingMilliCt),
  fixFeeCentsPerMonth: String(price.fixFeeCentsPerMonth),
  variableBonusCtPerKwh: milliText(price.variableBonusMilliCt),
  fixedBonusCents: String(price.fixedBonusCents),
  gridWorkingCtPerKwh: milliText(costs.grid),
  gridFixCentsPerMonth: milliText(price.gridFixMilliCtPerMonth),
  energyCtPerKwh: milliText(costs.energy),
  concessionCtPerKwh: milliText(costs.concession),
  leviesCtPerKwh: milliText(costs.levies),
  taxCtPerKwh: milliText(costs.tax),
});

const toTariff = (tariff: DemoTariff): Tariff => ({
  id: tariff.tariffId,
  name: tariff.name,
  kind: tariff.kind,
  minimumDurationMonths: tariff.minimumDurationMonths,
  minimumMarginCtPerKwh: milliText(tariff.minimumMarginMilliCt),
  maximumMarginCtPerKwh: milliText(tariff.maximumMarginMilliCt),
  consumptionFromWattHours: BigInt(tariff.consumptionFromWattHours),
  consumptionUntilWattHours: BigInt(tariff.consumptionUntilWattHours),
  billingFrequencyMonths: tariff.billingFrequencyMonths,
  advancePaymentMode: tariff.advancePaymentMode,
  numberOfAdvances: tariff.numberOfAdvances,
  graceDays: tariff.graceDays,
  endOfContract: tariff.endOfContract,
  fixedBonusCents: BigInt(tariff.fixedBonusCents),
  passedThrough: [],
  validFrom: tariff.validFrom,
  validUntil: null,
  rate: { kind: tariff.rate.kind },
  rateVersion: RATE_VERSION,
});
