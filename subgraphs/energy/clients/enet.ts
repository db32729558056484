// What energy reads of the data service's publications.
import type { ContentInvalid, DataService } from '@stromgraph/kernel/data-service';
import { idOf } from '@stromgraph/kernel/ids';
import { isProblem } from '@stromgraph/kernel/problem';
import { addMonths, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { z } from 'zod';
import type { GridArea } from '../areas/grid-area.ts';
import type { PublishedImbalancePrices } from '../profit/imbalance-price.ts';
import type { PublishedQuantityPrice } from '../profit/quantity.ts';
import { isState } from '../profiles/day-type.ts';
import { type LoadProfile, SLOTS } from '../profiles/profile.ts';

export const ENET = 'ENET';
export const GRID_AREAS = '/v1/grid-areas';
export const PROFILES = '/v1/load-profiles';
export const Instant = z.iso.datetime().transform((text) => new Date(text));
export const Eic = z.string().regex(/^\d\dY[A-Z0-9-]{12}[A-Z0-9]$/);
const DecimalNumber = z.string().regex(/^\d+(\.\d+)?$/);
const Slots = z.array(DecimalNumber).length(SLOTS);

const ImbalancePrices = z
  .object({
    deliveryDay: z.iso.date(),
    version: z.int().positive(),
    publishedAt: Instant,
    status: z.enum(['PROVISIONAL', 'FINAL']),
    resolution: z.literal('PT15M'),
    unit: z.literal('EUR/MWh'),
    prices: z.array(z.string().regex(/^-?\d{1,5}(\.\d{1,5})?$/)),
  })
  .refine(({ deliveryDay, prices }) => prices.length === quarterHoursOf(deliveryDay).length, {
    message: 'has not as many prices as the day has quarter hours',
  });
const QuantityPrice = z
  .object({
    month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])-01$/, 'is no month (allowed: its first day)'),
    version: z.int().positive(),
    publishedAt: Instant,
    unit: z.literal('EUR/MWh'),
    price: z.string().regex(/^-?\d{1,5}(\.\d{1,5})?$/, 'is no price (allowed: -99999 to 99999 with at most 5 decimals)'),
  })
  .superRefine(({ month, publishedAt }, { addIssue }) => {
    if (publishedAt < startOfDay(addMonths(month, 1))) addIssue({ code: 'custom', path: ['publishedAt'], message: 'lies before the end of the month (allowed: later)' });
  });
const Profile = z.object({
  profile: z.string().min(1),
  year: z.int(),
  version: z.int().positive(),
  publishedAt: Instant,
  dynamised: z.boolean(),
  values: z
    .record(z.string().regex(/^([1-9]|1[0-2])$/), z.object({ WT: Slots, SA: Slots, FT: Slots }))
    .refine((months) => Object.keys(months).length === 12, { message: 'needs twelve months' }),
});
const GridAreas = z.object({
  gridAreas: z.array(z.object({ gridArea: Eic, name: z.string().min(1), controlArea: Eic, state: z.string() })),
});

export async function readImbalancePrices({ get }: DataService, href: string): Promise<PublishedImbalancePrices | ContentInvalid> {
  const body = await get(href, ImbalancePrices);
  if (isProblem(body)) return body;
  const { deliveryDay, version, publishedAt, status, prices } = body;
  return { deliveryDay, version, publishedAt, final: status === 'FINAL', eurPerMwh: prices };
}

export async function readQuantityPrice({ get }: DataService, href: string): Promise<PublishedQuantityPrice | ContentInvalid> {
  const body = await get(href, QuantityPrice);
  if (isProblem(body)) return body;
  const { month, version, publishedAt, price } = body;
  return { month, version, publishedAt, eurPerMwh: price };
}

/** Null while the profile is not published for that year. */
export async function readProfile({ get }: DataService, href: string): Promise<LoadProfile | ContentInvalid | null> {
  const body = await get(href, Profile, { absent: 404 });
  return body === null || isProblem(body) ? body : toProfile(body);
}

export const readProfileCodes = ({ get }: DataService) => get(PROFILES, z.object({ profiles: z.array(z.string()) }));

export async function readGridAreas({ get }: DataService): Promise<GridArea[] | ContentInvalid> {
  const body = await get(GRID_AREAS, GridAreas);
  return isProblem(body) ? body : body.gridAreas.map(toGridArea);
}

const toProfile = ({ profile, year, version, publishedAt, dynamised, values }: z.infer<typeof Profile>): LoadProfile => ({
  code: profile,
  year,
  version,
  publishedAt,
  dynamised,
  seasonal: false,
  source: 'ENET',
  values: Object.entries(values).flatMap(([month, types]) =>
    (['WT', 'SA', 'FT'] as const).flatMap((dayType) =>
      types[dayType].map((value, slot) => ({ month: Number(month), dayType, slot, value })),
    ),
  ),
});

/** In this market a grid area's code is also that of its balancing area. */
const toGridArea = ({ gridArea, name, controlArea, state }: z.infer<typeof GridAreas>['gridAreas'][number]): GridArea => ({
  id: idOf('grid-area', gridArea),
  code: gridArea,
  name,
  balancingAreaCode: gridArea,
  controlAreaCode: controlArea,
  federalState: isState(state) ? state : null,
});
