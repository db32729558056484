// What is published when, by the Berlin clock.
import { addDays, instantOf } from '../world/berlin.ts';
import { nthMarketWorkingDay } from '../world/calendar.ts';
import { GRID_AREAS } from '../world/grid-areas.ts';
import { PROFILES } from './formulas/load-curves.ts';
import { cursorAt, KINDS, type Kind, type Publication, type Subject } from './publication.ts';

/** How much later than planned a kind is published, in milliseconds; null: not at all. */
export type Lateness = (kind: Kind) => number | null;

/** Places of a kind within one instant: the imbalance prices of a month become final together. */
const PLACES = 40;
const THURSDAY = 4;
/** After the month of delivery. */
const FINAL_WORKING_DAY = 20;
const MONDAY_AFTER_THURSDAY = 4;
/** After the month: when the price of its over- and under-quantities is known. */
const QUANTITIES_WORKING_DAY = 8;

const areas = GRID_AREAS.map(({ gridArea }) => gridArea);
const forAreas = (rest: Omit<Subject, 'gridArea'>): Subject[] => areas.map((gridArea) => ({ ...rest, gridArea }));

type Slot = Readonly<{ clock: string; subjects: readonly Subject[]; round?: number; final?: boolean }>;
const REMEMBERED_DAYS = 500;
const remembered = new Map<string, (Slot & { atMs: number })[]>();

function slotsOf(day: string): readonly (Slot & { atMs: number })[] {
  const held = remembered.get(day);
  if (held) return held;
  if (remembered.size >= REMEMBERED_DAYS) remembered.clear();
  const made = timetableOf(day).map((slot) => ({ ...slot, atMs: instantOf(day, slot.clock) }));
  remembered.set(day, made);
  return made;
}

/** Of one Berlin day, in order. */
function timetableOf(day: string): Slot[] {
  const tomorrow = addDays(day, 1);
  const nextYear = Number(day.slice(0, 4)) + 1;
  const isThursday = Temporal.PlainDate.from(day).dayOfWeek === THURSDAY;
  const on = (date: string, subjects: Subject[]) => (day.endsWith(date) ? subjects : []);
  return [
    { clock: '08:00', subjects: forAreas({ kind: 'DAY_AHEAD_FORECAST', deliveryDay: tomorrow }) },
    { clock: '08:00', subjects: forAreas({ kind: 'INTRADAY_FORECAST', deliveryDay: day }), round: 3 },
    { clock: '08:00', subjects: forAreas({ kind: 'TEMPERATURES', deliveryDay: tomorrow }) },
    { clock: '09:00', subjects: on('-10-01', PROFILES.map((profile): Subject => ({ kind: 'LOAD_PROFILES', profile, year: nextYear }))) },
    { clock: '09:00', subjects: on('-10-01', forAreas({ kind: 'YEAR_AHEAD_FORECAST', year: nextYear })), round: 0 },
    { clock: '09:00', subjects: on('-10-15', forAreas({ kind: 'GRID_FEES', year: nextYear })) },
    { clock: '10:00', subjects: monthsPricedOn(day).map((month): Subject => ({ kind: 'QUANTITY_PRICES', month })) },
    { clock: '10:00', subjects: [{ kind: 'IMBALANCE_PRICES', deliveryDay: addDays(day, -1) }] },
    { clock: '11:00', subjects: forAreas({ kind: 'ACTUALS', deliveryDay: addDays(day, -1) }), round: 4 },
    { clock: '12:00', subjects: forAreas({ kind: 'DAY_AHEAD_FORECAST', deliveryDay: tomorrow }), round: 2 },
    { clock: '12:00', subjects: isThursday ? forAreas({ kind: 'WEEK_AHEAD_FORECAST', weekOf: addDays(day, MONDAY_AFTER_THURSDAY) }) : [], round: 0 },
    { clock: '12:57', subjects: [{ kind: 'DAY_AHEAD_PRICES', deliveryDay: tomorrow }] },
    { clock: '14:00', subjects: daysSettledOn(day).map((deliveryDay): Subject => ({ kind: 'IMBALANCE_PRICES', deliveryDay })), final: true },
    { clock: '16:00', subjects: forAreas({ kind: 'INTRADAY_FORECAST', deliveryDay: day }), round: 4 },
    { clock: '18:00', subjects: [{ kind: 'HPFC', curveDay: day }] },
  ];
}

/** The day on which the imbalance prices of a delivery day's month become final. */
const settledOn = (deliveryDay: string): string => nthMarketWorkingDay(Temporal.PlainDate.from(deliveryDay).add({ months: 1 }).toString(), FINAL_WORKING_DAY);

/** The day on which the price of a month's over- and under-quantities is published. */
const pricedOn = (month: string): string => nthMarketWorkingDay(Temporal.PlainDate.from(month).add({ months: 1 }).toString(), QUANTITIES_WORKING_DAY);

/** The month whose quantities have their price from a day on: the one before, or none. */
function monthsPricedOn(day: string): string[] {
  const month = Temporal.PlainDate.from(day).with({ day: 1 }).subtract({ months: 1 }).toString();
  return pricedOn(month) === day ? [month] : [];
}

/** The delivery days whose imbalance prices become final on a day: those of the month before, or of the one before that, as May may have fewer working days. */
function daysSettledOn(day: string): string[] {
  const month = Temporal.PlainDate.from(day).with({ day: 1 });
  const settled = [2, 1].map((months) => month.subtract({ months })).filter((first) => settledOn(first.toString()) === day);
  return settled.flatMap((first) => Array.from({ length: first.daysInMonth }, (_, ahead) => first.add({ days: ahead }).toString()));
}

/** All that is planned to be published on one Berlin day and does come, in order. */
export function plannedOn(day: string, late: Lateness): Publication[] {
  return slotsOf(day).flatMap(({ atMs, subjects, round = 1, final }) =>
    subjects.flatMap((subject, place): Publication[] => {
      const lateMs = late(subject.kind);
      if (lateMs === null) return [];
      const publishedAtMs = atMs + lateMs;
      return [{ n: cursorAt(publishedAtMs) + KINDS.indexOf(subject.kind) * PLACES + place, subject, publishedAtMs, round, factor: 1, ...(final && { final }) }];
    }),
  );
}

/** The days on which versions of a subject are planned to be published. */
export function plannedDaysOf({ kind, deliveryDay, weekOf, curveDay, year, month }: Subject): string[] {
  if (kind === 'QUANTITY_PRICES') return [pricedOn(month as string)];
  if (kind === 'LOAD_PROFILES' || kind === 'YEAR_AHEAD_FORECAST') return [`${Number(year) - 1}-10-01`];
  if (kind === 'GRID_FEES') return [`${Number(year) - 1}-10-15`];
  if (kind === 'WEEK_AHEAD_FORECAST') return [addDays(weekOf as string, -MONDAY_AFTER_THURSDAY)];
  if (kind === 'HPFC') return [curveDay as string];
  if (kind === 'INTRADAY_FORECAST') return [deliveryDay as string];
  if (kind === 'IMBALANCE_PRICES') return [addDays(deliveryDay as string, 1), settledOn(deliveryDay as string)];
  return [addDays(deliveryDay as string, kind === 'ACTUALS' ? 1 : -1)];
}

/** So far ahead the next publication of a kind is looked for: some come once a week, those of a year are not waited for. */
const SEARCHED_DAYS = 8;

/** For every kind when it is next published by the timetable, whether or not it will be late; oldest first. */
export function nextPlanned(today: string, nowMs: number, late: Lateness): { kind: Kind; at: number }[] {
  return KINDS.flatMap((kind) => {
    const lateMs = late(kind) ?? 0;
    const behind = Math.ceil(lateMs / 86_400_000) + 1;
    for (let day = addDays(today, -behind), ahead = -behind; ahead <= SEARCHED_DAYS; ahead += 1, day = addDays(day, 1)) {
      const slot = slotsOf(day).find(({ atMs, subjects }) => subjects[0]?.kind === kind && atMs + lateMs > nowMs);
      if (slot) return [{ kind, at: slot.atMs }];
    }
    return [];
  }).sort((a, b) => a.at - b.at);
}
