// The data service: what it has published, and each publication's content. Failures are thrown, content that makes no sense is a problem.
import { idOf } from '@stromgraph/kernel/ids';
import { isProblem, problem, type Problem } from '@stromgraph/kernel/problem';
import { quarterHoursOf } from '@stromgraph/kernel/time';
import { z } from 'zod';
import type { GridArea } from '../areas/grid-area.ts';
import type { PublishedForecast } from '../forecasts/forecast.ts';
import { isState } from '../profiles/day-type.ts';
import { type LoadProfile, SLOTS } from '../profiles/profile.ts';

export type ContentInvalid = Problem<'ContentInvalid', { href: string }>;
export type Publication = z.infer<typeof Publication>;
export type Enet = ReturnType<typeof openEnet>;

const TIMEOUT_MS = 10_000;
const PAGE = 500;
const Instant = z.iso.datetime().transform((text) => new Date(text));
const Eic = z.string().regex(/^\d\dY[A-Z0-9-]{12}[A-Z0-9]$/);
const DecimalNumber = z.string().regex(/^\d+(\.\d+)?$/);
const Slots = z.array(DecimalNumber).length(SLOTS);

const Publication = z.object({ n: z.int().nonnegative(), kind: z.string(), href: z.string().startsWith('/v1/') });
const Publications = z.object({ publications: z.array(Publication), next: z.int().nonnegative(), more: z.boolean() });
const Forecast = z
  .object({
    gridArea: Eic,
    deliveryDay: z.iso.date(),
    version: z.int().positive(),
    publishedAt: Instant,
    cutOffAt: Instant,
    resolution: z.literal('PT15M'),
    unit: z.literal('Wh'),
    wattHours: z.array(z.int().transform(BigInt)),
  })
  .refine(({ deliveryDay, wattHours }) => wattHours.length === quarterHoursOf(deliveryDay).length, {
    message: 'has not as many values as the day has quarter hours',
  })
  .refine(({ cutOffAt, publishedAt }) => cutOffAt <= publishedAt, { message: 'has a cut-off after its publication' });
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

export function openEnet(baseUrl: string) {
  return {
    publicationsAfter: (position: bigint) => get(`/v1/publications?after=${position}&limit=${PAGE}`, Publications),
    profileCodes: () => get('/v1/load-profiles', z.object({ profiles: z.array(z.string()) })),
    forecast: async (href: string): Promise<(PublishedForecast & { gridAreaCode: string }) | ContentInvalid> => {
      const body = await get(href, Forecast);
      if (isProblem(body)) return body;
      const { gridArea, deliveryDay, version, publishedAt, cutOffAt, wattHours } = body;
      return { gridAreaId: idOf('grid-area', gridArea), gridAreaCode: gridArea, deliveryDay, version, publishedAt, cutOffAt, wattHours };
    },
    /** Null while the profile is not published for that year. */
    profile: async (href: string): Promise<LoadProfile | ContentInvalid | null> => {
      const body = await get(href, Profile, { absent: 404 });
      return body === null || isProblem(body) ? body : toProfile(body);
    },
    gridAreas: async (): Promise<GridArea[] | ContentInvalid> => {
      const body = await get('/v1/grid-areas', GridAreas);
      return isProblem(body) ? body : body.gridAreas.map(toGridArea);
    },
  };

  function get<T>(href: string, schema: z.ZodType<T>): Promise<T | ContentInvalid>;
  function get<T>(href: string, schema: z.ZodType<T>, options: { absent: number }): Promise<T | ContentInvalid | null>;
  async function get<T>(href: string, schema: z.ZodType<T>, { absent }: { absent?: number } = {}): Promise<T | ContentInvalid | null> {
    const response = await fetch(baseUrl + href, { signal: AbortSignal.timeout(TIMEOUT_MS), headers: { accept: 'application/json' } });
    if (!response.ok) await response.body?.cancel();
    if (response.status === absent) return null;
    if (!response.ok) throw new Error(`ENET answered ${response.status} to ${href}`);
    const parsed = schema.safeParse(await response.json());
    if (parsed.success) return parsed.data;
    return problem(
      'ContentInvalid',
      `${href}: ${parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ')}`,
      { href },
    );
  }
}

const toProfile = ({ profile, year, version, publishedAt, dynamised, values }: z.infer<typeof Profile>): LoadProfile => ({
  code: profile,
  year,
  version,
  publishedAt,
  dynamised,
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
