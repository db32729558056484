// One price version per tariff, sales channel and calendar year, with a price for every place.
import { createHash } from 'node:crypto';
import type { LocalDate } from '@stromgraph/kernel/time';
import { type DemoGridArea, GRID_AREAS } from './grid-areas.ts';
import { demoId } from './identifiers.ts';
import { leviesWithoutTaxOf, taxOf } from './levies.ts';
import { type DemoPlace, PLACES } from './places.ts';
import { randomOf } from './random.ts';
import { CHANNELS, type DemoTariff, type SalesChannel } from './tariffs.ts';

/** Net, in thousandths of a cent per kWh, cents per year or thousandths of a cent per month. */
export type DemoPrice = Readonly<{
  place: DemoPlace;
  workingMilliCt: number;
  fixFeeCentsPerMonth: number;
  variableBonusMilliCt: number;
  fixedBonusCents: number;
  gridFixMilliCtPerMonth: number;
  costs: Readonly<{ energy: number; grid: number; concession: number; levies: number; tax: number }>;
}>;
export type DemoCampaign = Readonly<{
  campaignId: string;
  tariff: DemoTariff;
  channel: SalesChannel;
  validFrom: LocalDate;
  /** Exclusive; the newest one goes on. */
  validUntil: LocalDate | null;
  createdAt: Date;
  publishedAt: Date;
  inputHash: string;
  prices: readonly DemoPrice[];
}>;
export type DemoGridFee = Readonly<{ place: DemoPlace; validFrom: LocalDate; validUntil: LocalDate | null; workingMilliCt: number; baseCentsPerYear: number; meteringCentsPerYear: number }>;

export const ENGINE_VERSION = 'demo-1';
/** What a kWh cost on the forward market for delivery in a year. */
const ENERGY_MILLI_CT: Readonly<Record<number, number>> = { 2022: 17_400, 2023: 14_900, 2024: 11_300, 2025: 10_400, 2026: 9_850 };
const LATER_ENERGY_MILLI_CT = 9_600;
const MARGIN_MILLI_CT: Readonly<Record<SalesChannel, number>> = { WEB: 1_250, CALL_CENTRE: 1_700, PARTNER: 2_100 };
const FIRST_FEES = 2026;
const FEES_TREND = 1.03;

/** @param years the calendar years in which something was sold, in order */
export function campaignsOf({ seed, tariffs, years, idBaseMs }: { seed: string; tariffs: readonly DemoTariff[]; years: readonly number[]; idBaseMs: number }): DemoCampaign[] {
  const wanted = years.flatMap((year) => tariffs.flatMap((tariff) => channelsOf(tariff).map((channel) => ({ year, tariff, channel }))));
  return wanted.map(({ year, tariff, channel }, index) => ({
    campaignId: demoId('campaign', idBaseMs, index),
    tariff,
    channel,
    validFrom: `${year}-01-01`,
    validUntil: year === years.at(-1) ? null : `${year + 1}-01-01`,
    createdAt: new Date(`${year - 1}-12-10T01:00:00Z`),
    publishedAt: new Date(`${year - 1}-12-10T01:04:00Z`),
    inputHash: createHash('sha256').update(`${seed} ${year} ${tariff.name} ${channel}`).digest('hex'),
    prices: PLACES.map((place) => priceAt({ seed, year, tariff, channel, place })),
  }));
}

/** The price that was offered to somebody who signed on a day. */
export function campaignOn(campaigns: readonly DemoCampaign[], { tariff, channel, day }: { tariff: DemoTariff; channel: SalesChannel; day: LocalDate }): DemoCampaign {
  return campaigns.find((campaign) => campaign.tariff === tariff && campaign.channel === channel && campaign.validFrom <= day && (campaign.validUntil === null || day < campaign.validUntil))!;
}

export const gridFeesOf = (years: readonly number[]): DemoGridFee[] =>
  years.flatMap((year) =>
    PLACES.map((place) => ({
      place, validFrom: `${year}-01-01`, validUntil: year === years.at(-1) ? null : `${year + 1}-01-01`,
      workingMilliCt: inYear(areaOf(place).gridFee.workingMilliCtPerKwh, year), baseCentsPerYear: inYear(areaOf(place).gridFee.baseCentsPerYear, year),
      meteringCentsPerYear: areaOf(place).gridFee.meteringCentsPerYear,
    })),
  );

/** Decimal text of thousandths. */
export function milliText(milli: number): string {
  const text = String(Math.abs(milli)).padStart(4, '0');
  const decimals = text.slice(-3).replace(/0+$/, '');
  return `${milli < 0 ? '-' : ''}${text.slice(0, -3)}${decimals ? `.${decimals}` : ''}`;
}

export const areaOf = (place: DemoPlace): DemoGridArea => GRID_AREAS.find(({ code }) => code === place.gridAreaCode)!;

function priceAt({ seed, year, tariff, channel, place }: { seed: string; year: number; tariff: DemoTariff; channel: SalesChannel; place: DemoPlace }): DemoPrice {
  const area = areaOf(place);
  const costs = {
    // On the exchange's price comes a surcharge; the energy itself is not in it.
    energy: tariff.rate.kind === 'SPOT' ? 0 : (ENERGY_MILLI_CT[year] ?? LATER_ENERGY_MILLI_CT),
    grid: inYear(area.gridFee.workingMilliCtPerKwh, year),
    concession: place.concessionMilliCtPerKwh,
    levies: leviesWithoutTaxOf(year),
    tax: taxOf(year),
  };
  const wish = MARGIN_MILLI_CT[channel] + (tariff.household ? 0 : -450) + (tariff.billingFrequencyMonths === 1 ? -250 : 0) + randomOf(seed, 'margin', place.ags, place.gridAreaCode, channel).whole(-200, 201);
  const margin = Math.min(Math.max(wish, tariff.minimumMarginMilliCt), tariff.maximumMarginMilliCt);
  return {
    place,
    workingMilliCt: Object.values(costs).reduce((sum, part) => sum + part, margin),
    fixFeeCentsPerMonth: tariff.fixFeeCentsPerMonth,
    variableBonusMilliCt: channel === 'WEB' && tariff.billingFrequencyMonths === 12 ? 300 : 0,
    fixedBonusCents: channel === 'PARTNER' ? 0 : tariff.fixedBonusCents,
    gridFixMilliCtPerMonth: Math.round(((inYear(area.gridFee.baseCentsPerYear, year) + area.gridFee.meteringCentsPerYear) * 1_000) / 12),
    costs,
  };
}

/** What the exchange makes is sold on the web only. */
const channelsOf = ({ rate }: DemoTariff): readonly SalesChannel[] => (rate.kind === 'SPOT' ? ['WEB'] : CHANNELS);

const inYear = (fee: number, year: number) => Math.round(fee * FEES_TREND ** (year - FIRST_FEES));
