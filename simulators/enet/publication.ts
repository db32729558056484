import { addDays } from '../world/berlin.ts';

export const KINDS = [
  'DAY_AHEAD_FORECAST',
  'INTRADAY_FORECAST',
  'WEEK_AHEAD_FORECAST',
  'YEAR_AHEAD_FORECAST',
  'TEMPERATURES',
  'ACTUALS',
  'DAY_AHEAD_PRICES',
  'HPFC',
  'LOAD_PROFILES',
  'GRID_FEES',
  'IMBALANCE_PRICES',
  'QUANTITY_PRICES',
] as const;
export type Kind = (typeof KINDS)[number];

/** What a publication is about. Two of the same subject are versions of each other. */
export type Subject = Readonly<{
  kind: Kind;
  gridArea?: string;
  deliveryDay?: string;
  /** The Monday of a week. */
  weekOf?: string;
  curveDay?: string;
  profile?: string;
  year?: number;
  /** The first day of a month. */
  month?: string;
}>;

export type Publication = Readonly<{
  /** Cursor: rises in order of publication and is the same after a restart (publication instant × 1000 + place within it). */
  n: number;
  subject: Subject;
  publishedAtMs: number;
  /** Each round of a forecast knows the weather better; what is published by hand knows as much as the last one. */
  round: number;
  factor: number;
  cutOffAtMs?: number;
  wattHours?: number | readonly number[];
  /** Of imbalance prices: what stays, not an estimate. */
  final?: boolean;
}>;

const CURSOR_PER_MS = 1000;
/** Cursor places within a millisecond from here on belong to what is published by hand. */
const FIRST_BY_HAND = 500;

export const cursorAt = (instantMs: number) => instantMs * CURSOR_PER_MS;
export const instantOfCursor = (n: number) => Math.floor(n / CURSOR_PER_MS);
export const cursorByHand = (nowMs: number, lastByHand: number) => Math.max(cursorAt(nowMs) + FIRST_BY_HAND, lastByHand + 1);

export const keyOf = ({ kind, gridArea, deliveryDay, weekOf, curveDay, profile, year, month }: Subject) =>
  [kind, gridArea, deliveryDay, weekOf, curveDay, profile, year, month].filter((part) => part !== undefined).join(' ');

const FORECAST_PATHS: Partial<Record<Kind, string>> = {
  DAY_AHEAD_FORECAST: '/v1/forecasts/day-ahead',
  INTRADAY_FORECAST: '/v1/forecasts/intraday',
  TEMPERATURES: '/v1/temperatures',
  ACTUALS: '/v1/actuals',
};

export function hrefOf({ kind, gridArea, deliveryDay, weekOf, curveDay, profile, year, month }: Subject, version: number): string {
  if (FORECAST_PATHS[kind]) return `${FORECAST_PATHS[kind]}?gridArea=${gridArea}&deliveryDay=${deliveryDay}&version=${version}`;
  if (kind === 'WEEK_AHEAD_FORECAST') return `/v1/forecasts/week-ahead?gridArea=${gridArea}&weekOf=${weekOf}&version=${version}`;
  if (kind === 'YEAR_AHEAD_FORECAST') return `/v1/forecasts/year-ahead?gridArea=${gridArea}&year=${year}&version=${version}`;
  if (kind === 'IMBALANCE_PRICES') return `/v1/prices/imbalance?deliveryDay=${deliveryDay}&version=${version}`;
  if (kind === 'QUANTITY_PRICES') return `/v1/prices/quantities?month=${month}&version=${version}`;
  if (kind === 'DAY_AHEAD_PRICES') return `/v1/prices/day-ahead?deliveryDay=${deliveryDay}&version=${version}`;
  if (kind === 'HPFC') {
    const from = addDays(curveDay as string, 1);
    return `/v1/curves/hpfc?curveDay=${curveDay}&version=${version}&from=${from}&until=${addDays(from, 366)}`;
  }
  if (kind === 'LOAD_PROFILES') return `/v1/load-profiles/${profile}?year=${year}&version=${version}`;
  return `/v1/grid-fees?gridArea=${gridArea}&year=${year}&version=${version}`;
}
