// What energy reads of days that the data service tells whole: what was used, and how warm it is.
import type { ContentInvalid, DataService } from '@stromgraph/kernel/data-service';
import { idOf } from '@stromgraph/kernel/ids';
import { isProblem } from '@stromgraph/kernel/problem';
import { quarterHoursOf } from '@stromgraph/kernel/time';
import { z } from 'zod';
import type { AllocatedDay, DayTemperatures } from '../forecasts/told-day.ts';
import { Eic, Instant } from './enet.ts';
import { QuarterHour } from './enet-forecasts.ts';

const HOTTEST = 60;
const Celsius = z
  .string()
  .regex(/^-?\d{1,2}(\.\d+)?$/, 'is no temperature (allowed: decimal text, -60 to 60)')
  .refine((text) => Math.abs(Number(text)) <= HOTTEST, { message: 'is no temperature (allowed: -60 to 60)' });
const HEAD = { gridArea: Eic, deliveryDay: z.iso.date(), version: z.int().positive(), publishedAt: Instant };
const Actuals = z.object({ ...HEAD, resolution: z.literal('PT15M'), unit: z.literal('Wh'), wattHours: z.array(QuarterHour) }).superRefine(({ deliveryDay, wattHours, publishedAt }, { addIssue }) => {
  const starts = quarterHoursOf(deliveryDay);
  if (wattHours.length !== starts.length) addIssue({ code: 'custom', path: ['wattHours'], message: `has ${wattHours.length} values (allowed: ${starts.length}, the length of its day)` });
  if (publishedAt <= starts.at(-1)!) addIssue({ code: 'custom', path: ['publishedAt'], message: 'lies before the end of the day (allowed: later)' });
});
const Temperatures = z.object({ ...HEAD, resolution: z.literal('PT60M'), unit: z.literal('Cel'), celsius: z.array(Celsius) }).superRefine(({ deliveryDay, celsius }, { addIssue }) => {
  const needed = quarterHoursOf(deliveryDay).length / 4;
  if (celsius.length !== needed) addIssue({ code: 'custom', path: ['celsius'], message: `has ${celsius.length} values (allowed: ${needed}, the length of its day)` });
});

export async function readActuals({ get }: DataService, href: string): Promise<AllocatedDay | ContentInvalid> {
  const body = await get(href, Actuals);
  if (isProblem(body)) return body;
  const { gridArea, deliveryDay, version, publishedAt, wattHours } = body;
  return { gridAreaId: idOf('grid-area', gridArea), deliveryDay, version, publishedAt, wattHours };
}

export async function readTemperatures({ get }: DataService, href: string): Promise<DayTemperatures | ContentInvalid> {
  const body = await get(href, Temperatures);
  if (isProblem(body)) return body;
  const { gridArea, deliveryDay, version, publishedAt, celsius } = body;
  return { gridAreaId: idOf('grid-area', gridArea), deliveryDay, version, publishedAt, celsius };
}
