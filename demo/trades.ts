// What the retailer has bought so far: some areas well hedged, others left open by their traders, one oversold.
import { addDays, addMonths, atLocalTime, type LocalDate, startOfDay } from '@stromgraph/kernel/time';
import { type CalendarDay, calendarDay } from './calendar-day.ts';
import { type DemoGridArea, GRID_AREAS } from './grid-areas.ts';
import { demoId } from './identifiers.ts';
import { randomOf } from './random.ts';
import { expectedQuarterHour, type Profile } from './shapes.ts';

/** Watt-hours a year by profile that are supplied in an area. */
export type AreaDemand = Readonly<Partial<Record<Profile, number>>>;
export type DemoTrade = Readonly<{
  id: string;
  gridAreaCode: string;
  side: 'BUY' | 'SELL';
  product: 'BASE' | 'PEAK' | 'HOUR' | 'QUARTER_HOUR' | 'BLOCK';
  from: Date;
  until: Date;
  kilowatts: number;
  pricePerMwh: string;
  counterparty: string;
  recordedAt: Date;
}>;

type Style = Readonly<{
  /** Of the night's demand, bought as base. */
  base: number;
  /** Of what the day lacks between 8 and 20, bought as peak or as a weekend block. */
  peak: number;
  /** Of what an hour still lacks, traded hour by hour; an hour within a tenth of its demand is left alone. */
  hours: number;
  /** Whether the morning's ramp is filled quarter hour by quarter hour. */
  ramp: boolean;
}>;

/** One per grid area, in their order. */
const STYLES: readonly Style[] = [
  { base: 1, peak: 1, hours: 1, ramp: true },
  { base: 1, peak: 0.95, hours: 0, ramp: false },
  { base: 0.97, peak: 1, hours: 0.95, ramp: false },
  { base: 0.7, peak: 0, hours: 0, ramp: false },
  { base: 1.35, peak: 0.9, hours: 0.5, ramp: false },
];
const COUNTERPARTIES = ['Nordlicht Energiehandel AG', 'Rheinbogen Trading GmbH', 'Alpenkraft Handel GmbH'] as const;
/** Delivery days that are hedged hour by hour: today and the three days after it. */
const NEAR_DAYS = 4;
const PEAK_DAYS = 8;
const [PEAK_FROM, PEAK_UNTIL] = [8, 20];
const HOUR_MS = 3_600_000;
const QUARTER_MS = 900_000;

export function tradesOf({ seed, today, idBaseMs, demand }: { seed: string; today: LocalDate; idBaseMs: number; demand: ReadonlyMap<string, AreaDemand> }): DemoTrade[] {
  const unnumbered = GRID_AREAS.flatMap((area, index) => areaTrades({ seed, today, area, style: STYLES[index]!, demand: demand.get(area.code) ?? {} }));
  return unnumbered.filter(({ kilowatts }) => kilowatts > 0).map((trade, index) => ({ ...trade, id: demoId('trade', idBaseMs, index) }));
}

type Unnumbered = Omit<DemoTrade, 'id'>;

function areaTrades({ seed, today, area, style, demand }: { seed: string; today: LocalDate; area: DemoGridArea; style: Style; demand: AreaDemand }): Unnumbered[] {
  const near = Array.from({ length: PEAK_DAYS }, (_, ahead) => calendarDay(addDays(today, ahead), area.state));
  const base = Math.round(style.base * Math.min(...near.slice(0, NEAR_DAYS).map((day) => meanKilowatts(demand, day, 4, 20))));
  const trades: Unnumbered[] = monthsFrom(today).map(([from, until]) => trade(seed, area, { product: 'BASE', from: startOfDay(from), until: startOfDay(until), kilowatts: base, recordedOn: earlier(addDays(from, -30), addDays(today, -3)) }));
  for (const [ahead, day] of near.entries()) {
    const peak = Math.max(0, Math.round(style.peak * (meanKilowatts(demand, day, PEAK_FROM * 4, PEAK_UNTIL * 4) - base)));
    const isWeekend = Temporal.PlainDate.from(day.day).dayOfWeek > 5;
    const [from, until] = [atLocalTime(day.day, '08:00'), atLocalTime(day.day, '20:00')];
    trades.push(trade(seed, area, { product: isWeekend ? 'BLOCK' : 'PEAK', from, until, kilowatts: peak, recordedOn: addDays(today, -5) }));
    if (ahead < NEAR_DAYS) trades.push(...fineTrades({ seed, today, area, style, demand, day, heldAt: (at) => base + (at >= from && at < until ? peak : 0) }));
  }
  return trades;
}

/** Hour by hour, and where the morning rises quarter hour by quarter hour, what the big blocks leave. */
function fineTrades({ seed, today, area, style, demand, day, heldAt }: { seed: string; today: LocalDate; area: DemoGridArea; style: Style; demand: AreaDemand; day: CalendarDay; heldAt: (at: Date) => number }): Unnumbered[] {
  const recordedOn = addDays(today, -1);
  return Array.from({ length: day.quarterHours / 4 }, (_, hour) => hour).flatMap((hour) => {
    const from = new Date(day.startMs + hour * HOUR_MS);
    const needed = meanKilowatts(demand, day, hour * 4, hour * 4 + 4);
    const lacking = style.hours * (needed - heldAt(from));
    if (Math.abs(lacking) < needed / 10) return [];
    if (!style.ramp || hour < 5 || hour > 7) return [trade(seed, area, { product: 'HOUR', from, until: new Date(from.getTime() + HOUR_MS), kilowatts: Math.round(lacking), recordedOn })];
    return [0, 1, 2, 3].map((quarter) => {
      const start = new Date(from.getTime() + quarter * QUARTER_MS);
      const kilowatts = Math.round(meanKilowatts(demand, day, hour * 4 + quarter, hour * 4 + quarter + 1) - heldAt(start));
      return trade(seed, area, { product: 'QUARTER_HOUR', from: start, until: new Date(start.getTime() + QUARTER_MS), kilowatts, recordedOn });
    });
  });
}

type Deal = Readonly<{ product: DemoTrade['product']; from: Date; until: Date; kilowatts: number; recordedOn: LocalDate }>;

/** A negative need is sold. */
function trade(seed: string, area: DemoGridArea, { recordedOn, ...deal }: Deal): Unnumbered {
  const random = randomOf(seed, 'trade', area.code, deal.from.toISOString(), deal.product);
  const level = { BASE: 84, PEAK: 103, BLOCK: 88, HOUR: 97, QUARTER_HOUR: 101 }[deal.product];
  return {
    ...deal,
    kilowatts: Math.abs(deal.kilowatts),
    side: deal.kilowatts < 0 ? 'SELL' : 'BUY',
    gridAreaCode: area.code,
    pricePerMwh: (level + random.whole(-900, 900) / 100).toFixed(2),
    counterparty: random.pick(COUNTERPARTIES),
    recordedAt: new Date(startOfDay(recordedOn).getTime() + random.whole(9 * 60, 17 * 60) * 60_000),
  };
}

const earlier = (a: LocalDate, b: LocalDate) => (a < b ? a : b);

/** This month and the two after it, as [first day, day after the last]. */
const monthsFrom = (today: LocalDate): [LocalDate, LocalDate][] =>
  [0, 1, 2].map((ahead) => [addMonths(`${today.slice(0, 7)}-01`, ahead), addMonths(`${today.slice(0, 7)}-01`, ahead + 1)]);

/** Of the quarter hours from one index to another. */
function meanKilowatts(demand: AreaDemand, day: CalendarDay, from: number, until: number): number {
  const [first, last] = [Math.min(from, day.quarterHours - 1), Math.min(until, day.quarterHours)];
  let wattHours = 0;
  for (let index = first; index < last; index += 1)
    for (const [profile, perYear] of Object.entries(demand)) wattHours += expectedQuarterHour(profile as Profile, perYear, day, index);
  return (wattHours * 4) / 1_000 / (last - first);
}

