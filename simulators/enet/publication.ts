import { addDays, instantOf } from '../world/berlin.ts';
import { GRID_AREAS } from '../world/grid-areas.ts';
import { PROFILES } from './formulas/load-curves.ts';

export const KINDS = ['DAY_AHEAD_FORECAST', 'DAY_AHEAD_PRICES', 'HPFC', 'LOAD_PROFILES', 'GRID_FEES'] as const;
export type Kind = (typeof KINDS)[number];

/** What a publication is about. Two of the same subject are versions of each other. */
export type Subject = Readonly<{
  kind: Kind;
  gridArea?: string;
  deliveryDay?: string;
  curveDay?: string;
  profile?: string;
  year?: number;
}>;

export type Publication = Readonly<{
  /** Cursor: rises in order of publication and is the same after a restart (publication instant × 1000 + place within it). */
  n: number;
  subject: Subject;
  publishedAtMs: number;
  /** 1 and 2 are the planned forecasts; what is published by hand knows as much as the last one. */
  round: number;
  factor: number;
  cutOffAtMs?: number;
  wattHours?: number | readonly number[];
}>;

const CURSOR_PER_MS = 1000;
/** Cursor places within a millisecond from here on belong to what is published by hand. */
const FIRST_BY_HAND = 500;

export const cursorAt = (instantMs: number) => instantMs * CURSOR_PER_MS;
export const instantOfCursor = (n: number) => Math.floor(n / CURSOR_PER_MS);
export const cursorByHand = (nowMs: number, lastByHand: number) => Math.max(cursorAt(nowMs) + FIRST_BY_HAND, lastByHand + 1);

export const keyOf = ({ kind, gridArea, deliveryDay, curveDay, profile, year }: Subject) =>
  [kind, gridArea, deliveryDay, curveDay, profile, year].filter((part) => part !== undefined).join(' ');

/** All that is planned to be published on one Berlin day, in order. */
export function plannedOn(day: string, lateMs: number): Publication[] {
  const tomorrow = addDays(day, 1);
  const nextYear = Number(day.slice(0, 4)) + 1;
  const forecasts = GRID_AREAS.map(({ gridArea }): Subject => ({ kind: 'DAY_AHEAD_FORECAST', gridArea, deliveryDay: tomorrow }));
  return [
    ...forecasts.map((subject, place) => planned({ subject, at: instantOf(day, '08:00'), place, lateMs })),
    ...(day.endsWith('-10-01') ? PROFILES : []).map((profile, place) =>
      planned({ subject: { kind: 'LOAD_PROFILES', profile, year: nextYear }, at: instantOf(day, '09:00'), place, lateMs }),
    ),
    ...(day.endsWith('-10-15') ? GRID_AREAS : []).map(({ gridArea }, place) =>
      planned({ subject: { kind: 'GRID_FEES', gridArea, year: nextYear }, at: instantOf(day, '09:00'), place, lateMs }),
    ),
    ...forecasts.map((subject, place) => planned({ subject, at: instantOf(day, '12:00'), place, lateMs, round: 2 })),
    planned({ subject: { kind: 'DAY_AHEAD_PRICES', deliveryDay: tomorrow }, at: instantOf(day, '12:57'), place: 0, lateMs }),
    planned({ subject: { kind: 'HPFC', curveDay: day }, at: instantOf(day, '18:00'), place: 0, lateMs }),
  ];
}

/** The day on which a subject is planned to be published first. */
export function plannedDayOf({ kind, deliveryDay, curveDay, year }: Subject): string {
  if (kind === 'LOAD_PROFILES') return `${Number(year) - 1}-10-01`;
  if (kind === 'GRID_FEES') return `${Number(year) - 1}-10-15`;
  return kind === 'HPFC' ? (curveDay as string) : addDays(deliveryDay as string, -1);
}

export function hrefOf({ kind, gridArea, deliveryDay, curveDay, profile, year }: Subject, version: number): string {
  if (kind === 'DAY_AHEAD_FORECAST')
    return `/v1/forecasts/day-ahead?gridArea=${gridArea}&deliveryDay=${deliveryDay}&version=${version}`;
  if (kind === 'DAY_AHEAD_PRICES') return `/v1/prices/day-ahead?deliveryDay=${deliveryDay}&version=${version}`;
  if (kind === 'HPFC') {
    const from = addDays(curveDay as string, 1);
    return `/v1/curves/hpfc?curveDay=${curveDay}&version=${version}&from=${from}&until=${addDays(from, 366)}`;
  }
  if (kind === 'LOAD_PROFILES') return `/v1/load-profiles/${profile}?year=${year}&version=${version}`;
  return `/v1/grid-fees?gridArea=${gridArea}&year=${year}&version=${version}`;
}

function planned({
  subject,
  at,
  place,
  lateMs,
  round = 1,
}: {
  subject: Subject;
  at: number;
  place: number;
  lateMs: number;
  round?: number;
}): Publication {
  const publishedAtMs = at + lateMs;
  return { n: cursorAt(publishedAtMs) + place, subject, publishedAtMs, round, factor: 1 };
}
