// Positions beyond the open days: each is the sum of its quarter hours, calculated and rounded as those of the open days are.
import type { WattHours } from '@stromgraph/kernel/energy';
import type { Cents, DecimalText } from '@stromgraph/kernel/money';
import { QUARTER_HOUR_MS, startOfDay } from '@stromgraph/kernel/time';
import type { Trade } from '../hedging/trade.ts';
import { demandOf, type ExpectedDay } from './expected-day.ts';
import type { ForwardPeriod } from './horizon.ts';
import type { PositionLimit } from './limit.ts';
import type { LimitRule } from './position.ts';
import { meanPrice, toPriceUnits } from './price.ts';
import { Exact, exceeds, roundAbout } from './round.ts';

/** What makes one area's figures on one day; `curve` is the newest that has the day. */
export type ForwardDay = ExpectedDay & Readonly<{ curve: Readonly<{ id: string; minutes: number; priceUnits: Float64Array }> | null }>;
export type Deal = Pick<Trade, 'side' | 'from' | 'until' | 'kilowatts' | 'pricePerMwh'>;
/** What makes one area's forward positions; the days in their order. */
export type ForwardInputs = Readonly<{ days: readonly ForwardDay[]; trades: readonly Deal[]; limit: PositionLimit | null }>;

export type ForwardFigures = ForwardPeriod &
  Readonly<{
    demandWattHours: WattHours;
    hedgedWattHours: WattHours;
    forecastIds: readonly string[];
    curveIds: readonly string[];
    /** What each of the curves gives to the value. */
    curveCents: readonly Cents[];
    /** Null unless each quarter hour has a price. */
    valueCents: Cents | null;
    /** Mean of the quarter hours; null unless each has one. */
    priceEurPerMwh: DecimalText | null;
    averagePriceEurPerMwh: DecimalText | null;
    breachedQuarterHours: number;
    /** Of an hour that has a quarter hour beyond its limit; a month has no limit. */
    breach: LimitRule | null;
  }>;

const WATT_HOURS_PER_KILOWATT = 250;
/** Watt-hours times price units in a cent. */
const PER_CENT = 1e9;

/** The figures of each period; periods follow one another in time, with or without gaps between them. */
export function forwardFigures(periods: readonly ForwardPeriod[], { days, trades, limit }: ForwardInputs): ForwardFigures[] {
  const [first, last] = [periods[0], periods.at(-1)];
  if (!first || !last) return [];
  const hedges = hedgesIn(first.from, last.until, trades);
  const sums = periods.map(emptySum);
  const [starts, ends] = [periods.map(({ from }) => from.getTime()), periods.map(({ until }) => until.getTime())];
  const bounds = limit && { percent: Number(limit.percent), wattHoursPerHour: Number(limit.wattHoursPerHour), exactPercent: limit.percent };
  let nth = 0;
  for (const day of days) {
    const demands = demandOf(day);
    const prices = pricesOf(day);
    const start = startOfDay(day.day).getTime();
    for (let quarter = 0; quarter < demands.length; quarter++) {
      const at = start + quarter * QUARTER_HOUR_MS;
      while (nth < periods.length && ends[nth]! <= at) nth++;
      if (nth === periods.length) break;
      if (at < starts[nth]!) continue;
      const [demand, hedged] = [demands[quarter]!, hedges[(at - starts[0]!) / QUARTER_HOUR_MS]!];
      add(sums[nth]!, day, { demand, hedged, price: prices?.[quarter] ?? null, rule: ruleBroken(demand, hedged, bounds) });
    }
  }
  return periods.map((period, index) => toFigures(period, sums[index]!, trades));
}

/** Bought less sold, per quarter hour. */
function hedgesIn(from: Date, until: Date, trades: readonly Deal[]): Float64Array {
  const quarterOf = (at: Date) => (at.getTime() - from.getTime()) / QUARTER_HOUR_MS;
  const hedged = new Float64Array(quarterOf(until) + 1);
  for (const trade of trades) {
    if (trade.from >= until || trade.until <= from) continue;
    const wattHours = Number(trade.kilowatts) * (trade.side === 'BUY' ? WATT_HOURS_PER_KILOWATT : -WATT_HOURS_PER_KILOWATT);
    hedged[Math.max(0, quarterOf(trade.from))]! += wattHours;
    hedged[Math.min(hedged.length - 1, quarterOf(trade.until))]! -= wattHours;
  }
  for (let quarter = 1; quarter < hedged.length; quarter++) hedged[quarter]! += hedged[quarter - 1]!;
  return hedged;
}

function pricesOf({ curve }: ForwardDay): Float64Array | null {
  if (!curve) return null;
  const quarters = curve.minutes / 15;
  const prices = new Float64Array(curve.priceUnits.length * quarters);
  for (const [nth, price] of curve.priceUnits.entries()) prices.fill(price, nth * quarters, (nth + 1) * quarters);
  return prices;
}

/** A limit in numbers. */
type Bounds = Readonly<{ percent: number; wattHoursPerHour: number; exactPercent: DecimalText }>;

/** Exactly on a limit is within it. */
function ruleBroken(demand: number, hedged: number, bounds: Bounds | null): LimitRule | null {
  if (!bounds) return null;
  const open = Math.abs(demand - hedged);
  if (open === 0) return null;
  if (exceeds(open * 100, bounds.percent * Math.abs(demand), () => new Exact(open).times(100).gt(new Exact(bounds.exactPercent).times(Math.abs(demand))))) return 'PCT';
  return open * 4 > bounds.wattHoursPerHour ? 'MWH' : null;
}

type Sum = { quarters: number; demand: number; hedged: number; priced: number; prices: number; cents: Map<string, number>; forecastIds: Set<string>; breached: number; percent: boolean };
const emptySum = (): Sum => ({ quarters: 0, demand: 0, hedged: 0, priced: 0, prices: 0, cents: new Map(), forecastIds: new Set(), breached: 0, percent: false });

type Quarter = Readonly<{ demand: number; hedged: number; price: number | null; rule: LimitRule | null }>;
function add(sum: Sum, { forecast, curve }: ForwardDay, { demand, hedged, price, rule }: Quarter): void {
  sum.quarters += 1;
  sum.demand += demand;
  sum.hedged += hedged;
  if (forecast) sum.forecastIds.add(forecast.id);
  if (rule) sum.breached += 1;
  if (rule === 'PCT') sum.percent = true;
  if (price === null) return;
  const about = ((demand - hedged) * price) / PER_CENT;
  sum.priced += 1;
  sum.prices += price;
  sum.cents.set(curve!.id, (sum.cents.get(curve!.id) ?? 0) + roundAbout(about, Math.abs(about), () => new Exact(demand - hedged).times(price).div(PER_CENT)));
}

function toFigures({ step, from, until }: ForwardPeriod, sum: Sum, trades: readonly Deal[]): ForwardFigures {
  const isPriced = sum.quarters > 0 && sum.priced === sum.quarters;
  const curveCents = [...sum.cents.values()].map(BigInt);
  return {
    step,
    from,
    until,
    demandWattHours: BigInt(sum.demand),
    hedgedWattHours: BigInt(sum.hedged),
    forecastIds: [...sum.forecastIds],
    curveIds: [...sum.cents.keys()],
    curveCents,
    valueCents: isPriced ? curveCents.reduce((all, cents) => all + cents, 0n) : null,
    priceEurPerMwh: isPriced ? meanPrice(BigInt(sum.prices), BigInt(sum.quarters)) : null,
    averagePriceEurPerMwh: averagePriceIn({ from, until }, trades),
    breachedQuarterHours: sum.breached,
    breach: step === 'MONTH' || sum.breached === 0 ? null : sum.percent ? 'PCT' : 'MWH',
  };
}

/** Of the purchases, weighted by energy. */
function averagePriceIn({ from, until }: Pick<ForwardPeriod, 'from' | 'until'>, trades: readonly Deal[]): DecimalText | null {
  let [paid, bought] = [0n, 0n];
  for (const trade of trades) {
    const ms = Math.min(trade.until.getTime(), until.getTime()) - Math.max(trade.from.getTime(), from.getTime());
    if (trade.side !== 'BUY' || ms <= 0) continue;
    const energy = trade.kilowatts * BigInt(ms / QUARTER_HOUR_MS);
    bought += energy;
    paid += energy * BigInt(toPriceUnits(trade.pricePerMwh));
  }
  return bought === 0n ? null : meanPrice(paid, bought);
}
