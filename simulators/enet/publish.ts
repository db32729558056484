import { addDays, quarterHourCount } from '../world/berlin.ts';
import { GRID_AREAS } from '../world/grid-areas.ts';
import { PROFILES } from './formulas/load-curves.ts';
import { KINDS, type Kind, type Subject } from './publication.ts';

/** What may be published by hand. */
export type Publish = {
  kind: Kind;
  gridAreas?: string[];
  deliveryDays?: string[];
  profiles?: string[];
  year?: number;
  factor?: number;
  cutOffAt?: string;
  wattHours?: number | number[];
  final?: boolean;
  months?: string[];
};

const areas = GRID_AREAS.map(({ gridArea }) => gridArea);
const wattHours = { type: 'integer', minimum: 0, maximum: 1_000_000_000_000 };

export const PUBLISH_BODY = {
  type: 'object',
  additionalProperties: false,
  required: ['kind'],
  properties: {
    kind: { enum: KINDS },
    gridAreas: { type: 'array', minItems: 1, items: { enum: areas } },
    deliveryDays: { type: 'array', minItems: 1, maxItems: 400, items: { type: 'string', format: 'date', pattern: '^20' } },
    profiles: { type: 'array', minItems: 1, items: { enum: PROFILES } },
    year: { type: 'integer', minimum: 2000, maximum: 2099 },
    factor: { type: 'number', exclusiveMinimum: 0, maximum: 1000 },
    cutOffAt: { type: 'string', format: 'date-time' },
    final: { type: 'boolean' },
    months: { type: 'array', minItems: 1, maxItems: 36, items: { type: 'string', pattern: '^20\\d\\d-(0[1-9]|1[0-2])-01$' } },
    wattHours: { anyOf: [wattHours, { type: 'array', minItems: 92, maxItems: 100, items: wattHours }] },
  },
} as const;

const OF_DAYS: readonly Kind[] = ['DAY_AHEAD_FORECAST', 'INTRADAY_FORECAST', 'TEMPERATURES', 'ACTUALS'];
const mondayOf = (day: string) => addDays(day, 1 - Temporal.PlainDate.from(day).dayOfWeek);

/** Every subject that one call publishes a new version of. */
export function subjectsOf(
  { kind, gridAreas = areas, deliveryDays, profiles = [...PROFILES], year, months }: Publish,
  today: string,
): Subject[] {
  const days = deliveryDays ?? [addDays(today, kind === 'IMBALANCE_PRICES' ? -1 : 1)];
  const ofYear = year ?? Number(today.slice(0, 4));
  if (OF_DAYS.includes(kind)) return gridAreas.flatMap((gridArea) => days.map((deliveryDay) => ({ kind, gridArea, deliveryDay })));
  if (kind === 'WEEK_AHEAD_FORECAST')
    return gridAreas.flatMap((gridArea) => [...new Set(days.map(mondayOf))].map((weekOf) => ({ kind, gridArea, weekOf })));
  if (kind === 'DAY_AHEAD_PRICES' || kind === 'IMBALANCE_PRICES') return days.map((deliveryDay) => ({ kind, deliveryDay }));
  if (kind === 'QUANTITY_PRICES') return (months ?? [Temporal.PlainDate.from(today).with({ day: 1 }).subtract({ months: 1 }).toString()]).map((month) => ({ kind, month }));
  if (kind === 'HPFC') return [{ kind, curveDay: today }];
  if (kind === 'LOAD_PROFILES') return profiles.map((profile) => ({ kind, profile, year: ofYear }));
  return gridAreas.map((gridArea) => ({ kind, gridArea, year: ofYear }));
}

/** A given series must have a value for each quarter hour of its day. */
export function misfit({ wattHours }: Publish, subjects: readonly Subject[]): string | null {
  if (!Array.isArray(wattHours)) return null;
  const wrong = subjects.find(
    ({ deliveryDay }) => deliveryDay !== undefined && quarterHourCount(deliveryDay) !== wattHours.length,
  );
  return wrong?.deliveryDay === undefined
    ? null
    : `${wrong.deliveryDay} has ${quarterHourCount(wrong.deliveryDay)} quarter hours, not ${wattHours.length}.`;
}
