// What energy reads of the data service's forecasts: four horizons, one meaning.
import type { ContentInvalid, DataService } from '@stromgraph/kernel/data-service';
import { idOf } from '@stromgraph/kernel/ids';
import { isProblem } from '@stromgraph/kernel/problem';
import type { LocalDate } from '@stromgraph/kernel/time';
import { z } from 'zod';
import { firstDayOf, type ForecastHorizon, HOURS_OF_WEEK, MAX_QUARTER_HOUR_WATT_HOURS, type PublishedForecast, valuesOf } from '../forecasts/forecast.ts';
import { Eic, Instant } from './enet.ts';

const QUARTERS = 4;
const MONTHS = Array.from({ length: 12 }, (_, index) => String(index + 1));

const wattHours = (most: number) => z.int().min(0, `is negative (allowed: 0 to ${most})`).max(most, `is more than a country uses (allowed: 0 to ${most})`).transform(BigInt);
export const QuarterHour = wattHours(MAX_QUARTER_HOUR_WATT_HOURS);
const Hour = wattHours(MAX_QUARTER_HOUR_WATT_HOURS * QUARTERS);
/** One that does not say what it was made from is taken to be of load profiles. */
const HEAD = { gridArea: Eic, version: z.int().positive(), publishedAt: Instant, cutOffAt: Instant, basis: z.enum(['SLP', 'TSO', 'DSO']).default('SLP'), unit: z.literal('Wh') };
const OfDay = z.object({ ...HEAD, deliveryDay: z.iso.date(), resolution: z.literal('PT15M'), wattHours: z.array(QuarterHour) });
const OfWeek = z.object({ ...HEAD, weekOf: z.iso.date(), resolution: z.literal('PT60M'), wattHours: z.array(Hour) });
const OfYear = z.object({ ...HEAD, year: z.int().min(2000).max(2999), resolution: z.literal('PT60M'), months: z.object(Object.fromEntries(MONTHS.map((month) => [month, z.array(Hour).length(HOURS_OF_WEEK)]))) });

type Body = Omit<PublishedForecast, 'horizon' | 'gridAreaId'> & { gridArea: string };
/** The names of the publications, and how each is read. */
const READERS: Readonly<Record<string, { horizon: ForecastHorizon; schema: z.ZodType<Body> }>> = {
  INTRADAY_FORECAST: { horizon: 'INTRADAY', schema: sensible('INTRADAY', OfDay) },
  DAY_AHEAD_FORECAST: { horizon: 'DAY_AHEAD', schema: sensible('DAY_AHEAD', OfDay) },
  WEEK_AHEAD_FORECAST: { horizon: 'WEEK_AHEAD', schema: sensible('WEEK_AHEAD', OfWeek.transform(({ weekOf, ...rest }) => ({ ...rest, deliveryDay: weekOf }))) },
  YEAR_AHEAD_FORECAST: {
    horizon: 'YEAR_AHEAD',
    schema: sensible('YEAR_AHEAD', OfYear.transform(({ year, months, ...rest }) => ({ ...rest, deliveryDay: `${year}-01-01`, wattHours: MONTHS.flatMap((month) => months[month]!) }))),
  },
};
export const FORECAST_KINDS = Object.keys(READERS);

export async function readForecast({ get }: DataService, kind: string, href: string): Promise<PublishedForecast | ContentInvalid> {
  const { horizon, schema } = READERS[kind]!;
  const body = await get(href, schema);
  if (isProblem(body)) return body;
  const { gridArea, basis, deliveryDay, version, publishedAt, cutOffAt, wattHours: values } = body;
  return { horizon, basis, gridAreaId: idOf('grid-area', gridArea), deliveryDay, version, publishedAt, cutOffAt, wattHours: values };
}

/** A period that begins where its horizon begins, a value for each of its steps, a cut-off that is not after the publication. */
function sensible<T extends { deliveryDay: LocalDate; wattHours: readonly bigint[]; cutOffAt: Date; publishedAt: Date }>(horizon: ForecastHorizon, schema: z.ZodType<T>): z.ZodType<T> {
  return schema.superRefine(({ deliveryDay, wattHours: values, cutOffAt, publishedAt }, { addIssue }) => {
    const refuse = (path: string, message: string) => addIssue({ code: 'custom', path: [path], message });
    const needed = valuesOf({ horizon, deliveryDay });
    if (firstDayOf(horizon, deliveryDay) !== deliveryDay) refuse('weekOf', `is ${deliveryDay}, no Monday (allowed: ${firstDayOf(horizon, deliveryDay)})`);
    else if (values.length !== needed) refuse('wattHours', `has ${values.length} values (allowed: ${needed}, the length of its period)`);
    if (cutOffAt > publishedAt) refuse('cutOffAt', `is ${cutOffAt.toISOString()}, after the publication (allowed: ${publishedAt.toISOString()} or earlier)`);
  });
}
