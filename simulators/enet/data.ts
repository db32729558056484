import { addDays, instantOf, quarterHourCount, toInstantText } from '../world/berlin.ts';
import { GRID_AREAS } from '../world/grid-areas.ts';
import type { Catalogue, Versioned } from './catalogue.ts';
import { forecastDemand } from './formulas/demand.ts';
import { gridFeesOf } from './formulas/grid-fees.ts';
import { DYNAMISATION, loadCurveOf, usualWeek } from './formulas/load-curves.ts';
import { dayAheadPrices, forwardHours, imbalancePrices, quantityPrice } from './formulas/prices.ts';
import { temperaturesOf } from './formulas/weather.ts';

const BIDDING_ZONE = '10Y1001A1001A82H';
/** Forecasts are made from load profiles. */
const BASIS = 'SLP';

export type Content = { seed: string; catalogue: Catalogue; publication: Versioned };

export function forecastBody({ seed, catalogue, publication }: Content) {
  const { subject, round, factor } = publication;
  const { gridArea = '', deliveryDay = '' } = subject;
  const { kwhPerYear, cutOffAtMs } = catalogue.basisOf(publication);
  const formula = () =>
    forecastDemand({ seed, gridArea, day: deliveryDay, round, kwhPerYear }).map((value) => Math.round(value * factor));
  return {
    ...headOf(publication),
    cutOffAt: toInstantText(cutOffAtMs),
    basis: BASIS,
    ...spanOf(deliveryDay, addDays(deliveryDay, 1)),
    resolution: 'PT15M',
    unit: 'Wh',
    wattHours: givenOf(publication) ?? formula(),
  };
}

export function weekAheadBody({ seed, catalogue, publication }: Content) {
  const { gridArea = '', weekOf = '' } = publication.subject;
  const { kwhPerYear, cutOffAtMs } = catalogue.basisOf(publication);
  const days = Array.from({ length: 7 }, (_, ahead) => addDays(weekOf, ahead));
  const quarters = days.flatMap((day) => forecastDemand({ seed, gridArea, day, round: 0, kwhPerYear }));
  const hours = Array.from({ length: quarters.length / 4 }, (_, hour) =>
    Math.round(quarters.slice(hour * 4, hour * 4 + 4).reduce((sum, value) => sum + value, 0) * publication.factor),
  );
  return {
    ...headOf(publication),
    cutOffAt: toInstantText(cutOffAtMs),
    basis: BASIS,
    ...spanOf(weekOf, addDays(weekOf, 7)),
    resolution: 'PT60M',
    unit: 'Wh',
    wattHours: hours,
  };
}

/** Per month and hour of the week what a usual week without holidays takes. */
export function yearAheadBody({ catalogue, publication }: Content) {
  const { year = 0 } = publication.subject;
  const { kwhPerYear, cutOffAtMs } = catalogue.basisOf(publication);
  const months = Array.from({ length: 12 }, (_, index) => {
    const hours = usualWeek(year, index + 1, kwhPerYear).map((kwh) => Math.round(kwh * 1000 * publication.factor));
    return [String(index + 1), hours] as const;
  });
  return {
    ...headOf(publication),
    cutOffAt: toInstantText(cutOffAtMs),
    basis: BASIS,
    resolution: 'PT60M',
    unit: 'Wh',
    months: Object.fromEntries(months) as Record<string, number[]>,
  };
}

export function temperaturesBody({ seed, publication }: Content) {
  const { gridArea = '', deliveryDay = '' } = publication.subject;
  return {
    ...headOf(publication),
    ...spanOf(deliveryDay, addDays(deliveryDay, 1)),
    resolution: 'PT60M',
    unit: 'Cel',
    celsius: temperaturesOf({ seed, gridArea, day: deliveryDay }).map((value) => value.toFixed(1)),
  };
}

/** What was used, as the network operators allocate it to us. */
export function actualsBody({ seed, catalogue, publication }: Content) {
  const { subject, factor } = publication;
  const { gridArea = '', deliveryDay = '' } = subject;
  const { kwhPerYear } = catalogue.basisOf(publication);
  const used = forecastDemand({ seed, gridArea, day: deliveryDay, round: 4, kwhPerYear });
  return {
    ...headOf(publication),
    ...spanOf(deliveryDay, addDays(deliveryDay, 1)),
    resolution: 'PT15M',
    unit: 'Wh',
    wattHours: givenOf(publication) ?? used.map((value) => Math.round(value * factor)),
  };
}

export function pricesBody({ seed, publication }: Content) {
  const { deliveryDay = '' } = publication.subject;
  return {
    ...headOf(publication),
    zone: BIDDING_ZONE,
    ...spanOf(deliveryDay, addDays(deliveryDay, 1)),
    resolution: 'PT15M',
    unit: 'EUR/MWh',
    prices: dayAheadPrices(seed, deliveryDay).map((price) => toPriceText(price * publication.factor)),
  };
}

/** One price for all control areas; what was estimated is told anew when it is settled. */
export function imbalanceBody({ seed, publication }: Content) {
  const { deliveryDay = '' } = publication.subject;
  return {
    ...headOf(publication),
    status: publication.final ? 'FINAL' : 'PROVISIONAL',
    ...spanOf(deliveryDay, addDays(deliveryDay, 1)),
    resolution: 'PT15M',
    unit: 'EUR/MWh',
    prices: imbalancePrices({ seed, day: deliveryDay, isFinal: publication.final ?? false }).map((price) => toPriceText(price * publication.factor)),
  };
}

/** One price for over- and under-quantities alike. */
export function quantityPriceBody({ seed, publication }: Content) {
  const { month = '' } = publication.subject;
  return { ...headOf(publication), unit: 'EUR/MWh', price: toPriceText(quantityPrice(seed, month) * publication.factor) };
}

export function curveBody({ seed, publication }: Content, { from, until }: { from: string; until: string }) {
  const { curveDay = '' } = publication.subject;
  return {
    ...headOf(publication),
    from,
    until,
    ...spanOf(from, until),
    resolution: 'PT60M',
    unit: 'EUR/MWh',
    prices: forwardHours({ seed, curveDay, from, until }).map((price) => toPriceText(price * publication.factor)),
  };
}

export function profileBody({ publication }: Content) {
  const { profile = '', year = 0 } = publication.subject;
  const { values, dynamised } = loadCurveOf(profile, year);
  const toText = (slots: readonly number[]) => slots.map((value) => (value * publication.factor).toFixed(3));
  const texts = Object.entries(values).map(([month, { WT, SA, FT }]) => [
    month,
    { WT: toText(WT), SA: toText(SA), FT: toText(FT) },
  ]);
  return {
    ...headOf(publication),
    dynamised,
    ...(dynamised && { dynamisation: DYNAMISATION }),
    unit: 'kWh per quarter hour for 1000000 kWh per year',
    values: Object.fromEntries(texts) as Record<string, Record<'WT' | 'SA' | 'FT', string[]>>,
  };
}

export function gridFeesBody({ seed, publication }: Content) {
  const { gridArea = '', year = 0 } = publication.subject;
  const index = GRID_AREAS.findIndex((area) => area.gridArea === gridArea);
  return { ...headOf(publication), ...gridFeesOf({ seed, gridArea, index, year, factor: publication.factor }) };
}

function givenOf({ wattHours, subject: { deliveryDay = '' } }: Versioned): readonly number[] | undefined {
  return typeof wattHours === 'number' ? Array.from({ length: quarterHourCount(deliveryDay) }, () => wattHours) : wattHours;
}

const headOf = ({ subject, version, publishedAtMs }: Versioned) => ({
  ...subject,
  version,
  publishedAt: toInstantText(publishedAtMs),
});
const spanOf = (from: string, until: string) => ({ start: toInstantText(instantOf(from)), end: toInstantText(instantOf(until)) });

function toPriceText(price: number): string {
  const text = price.toFixed(2);
  return text === '-0.00' ? '0.00' : text;
}
