import type { WattHours } from '@stromgraph/kernel/energy';
import { type Cents, type DecimalText, roundToCents } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';
import { Decimal } from 'decimal.js';

export type ProfitLossState = 'EXPECTED' | 'REALISED';
/** What the difference of consumption and schedule is valued at: before delivery the curve, then the imbalance price, as an estimate and for good. */
export type ValuedAt = 'NOTHING' | 'CURVE' | 'ESTIMATE' | 'FINAL';

/** An area's day of delivery as it is known: amounts exact, in cents with all their decimals; quarter hours in order of time. */
export type DayFigures = Readonly<{
  gridAreaId: string;
  deliveryDay: LocalDate;
  state: ProfitLossState;
  valuedAt: ValuedAt;
  purchased: ExactAmount;
  resold: ExactAmount;
  soldCents: DecimalText;
  consumptionWattHours: readonly WattHours[];
  scheduledWattHours: readonly WattHours[];
  /** Null where no price is known: what is open there counts nothing. */
  eurPerMwh: readonly (DecimalText | null)[];
}>;
type ExactAmount = Readonly<{ wattHours: WattHours; cents: DecimalText }>;

/** What adds up, over days and areas, to the cent. */
export type Amounts = Readonly<{
  purchasedWattHours: WattHours;
  purchasedCents: Cents;
  resoldWattHours: WattHours;
  resoldCents: Cents;
  soldWattHours: WattHours;
  soldCents: Cents;
  imbalanceWattHours: WattHours;
  imbalanceCents: Cents;
  marginCents: Cents;
}>;
/** What made a margin differ from the one before; together the difference, to the cent. */
export type Effects = Readonly<{ priceCents: Cents; volumeCents: Cents; dealsCents: Cents; imbalanceCents: Cents }>;
type Quarters = Pick<DayFigures, 'consumptionWattHours' | 'scheduledWattHours' | 'eurPerMwh'>;
export type ProfitLossVersion = Amounts & Quarters & Pick<DayFigures, 'gridAreaId' | 'deliveryDay' | 'state' | 'valuedAt'> & Readonly<{ id: string; version: number; calculatedAt: Date; effects: Effects }>;
export type NextProfitLoss = Omit<ProfitLossVersion, 'id' | 'version' | 'calculatedAt'>;

const Exact = Decimal.clone({ precision: 60 });
const EUR_PER_MWH_TO_CENTS_PER_WATT_HOUR = 10_000;
const sum = (all: readonly bigint[]): bigint => all.reduce((a, b) => a + b, 0n);

/** The next version of a day; null when it says nothing else than the one before. */
export function nextProfitLoss(before: ProfitLossVersion | null, figures: DayFigures): NextProfitLoss | null {
  if (before?.state === 'REALISED' && figures.state === 'EXPECTED') return null;
  const amounts = amountsOf(figures);
  const { gridAreaId, deliveryDay, state, valuedAt, consumptionWattHours, scheduledWattHours, eurPerMwh } = figures;
  const next = { gridAreaId, deliveryDay, state, valuedAt, consumptionWattHours, scheduledWattHours, eurPerMwh, ...amounts };
  if (before && isSame(before, next)) return null;
  return { ...next, effects: explain(before, next) };
}

/** Each amount is rounded once, half away from zero; the margin is their sum. */
function amountsOf({ purchased, resold, soldCents: exactSold, ...quarters }: DayFigures): Amounts {
  const [purchasedCents, resoldCents, soldCents] = [roundToCents(purchased.cents), roundToCents(resold.cents), roundToCents(exactSold)];
  const imbalanceCents = roundToCents(costOfImbalance(quarters));
  const soldWattHours = sum(quarters.consumptionWattHours);
  return {
    purchasedWattHours: purchased.wattHours,
    purchasedCents,
    resoldWattHours: resold.wattHours,
    resoldCents,
    soldWattHours,
    soldCents,
    imbalanceWattHours: soldWattHours - sum(quarters.scheduledWattHours),
    imbalanceCents,
    marginCents: soldCents + resoldCents - purchasedCents - imbalanceCents,
  };
}

/** Who is short pays a positive price and receives a negative one; who is long the other way round. */
export const costOfImbalance = ({ consumptionWattHours, scheduledWattHours, eurPerMwh }: Quarters): Decimal =>
  worth(consumptionWattHours.map((used, quarter) => used - scheduledWattHours[quarter]!), eurPerMwh.map(priceOf));

/**
 * Why a margin changed. As long as the curve values what is open, its change is `price`, and what became known of consumption (`volume`) and
 * trades (`deals`) counts at the new price. Once the imbalance price does, volume and deals count at the price of before, and what the
 * imbalance then costs more or less is `imbalance`. The parts are rounded so that they add up to the change exactly; each is within a cent of its exact worth.
 */
function explain(before: ProfitLossVersion | null, after: Omit<NextProfitLoss, 'effects'>): Effects {
  const quarters = after.consumptionWattHours.length;
  const nothing = Array.from({ length: quarters }, () => 0n);
  const [used, scheduled] = [before?.consumptionWattHours ?? nothing, before?.scheduledWattHours ?? nothing];
  const prices = after.eurPerMwh.map(priceOf);
  const pricesBefore = before ? before.eurPerMwh.map(priceOf) : prices;
  const isBalanced = after.valuedAt === 'ESTIMATE' || after.valuedAt === 'FINAL';
  const held = isBalanced ? pricesBefore : prices;
  const open = isBalanced
    ? after.consumptionWattHours.map((wattHours, quarter) => wattHours - after.scheduledWattHours[quarter]!)
    : used.map((wattHours, quarter) => wattHours - scheduled[quarter]!);
  const volume = worth(after.consumptionWattHours.map((wattHours, quarter) => used[quarter]! - wattHours), held);
  const deals = worth(after.scheduledWattHours.map((wattHours, quarter) => wattHours - scheduled[quarter]!), held);
  const moved = worth(open, prices.map((price, quarter) => pricesBefore[quarter]!.minus(price)));
  const [volumeCents, dealsCents, movedCents] = apportion([volume, deals, moved], (before?.imbalanceCents ?? 0n) - after.imbalanceCents);
  return {
    priceCents: isBalanced ? 0n : movedCents!,
    imbalanceCents: isBalanced ? movedCents! : 0n,
    volumeCents: after.soldCents - (before?.soldCents ?? 0n) + volumeCents!,
    dealsCents: after.resoldCents - (before?.resoldCents ?? 0n) - after.purchasedCents + (before?.purchasedCents ?? 0n) + dealsCents!,
  };
}

/** Whole cents near the exact parts that add up to a total near their sum: what is left over goes to the largest remainders. */
export function apportion(parts: readonly Decimal[], total: bigint): bigint[] {
  const whole = parts.map((part) => BigInt(part.floor().toFixed(0)));
  const order = parts.map((part, index) => ({ index, rest: part.minus(part.floor()) })).sort((a, b) => b.rest.comparedTo(a.rest) || a.index - b.index);
  let left = total - sum(whole);
  for (let at = 0; left > 0n; at += 1, left -= 1n) whole[order[at % order.length]!.index]! += 1n;
  for (let at = order.length - 1; left < 0n; at -= 1, left += 1n) whole[order[(at + order.length) % order.length]!.index]! -= 1n;
  return whole;
}

const priceOf = (price: DecimalText | null): Decimal => new Exact(price ?? 0);

/** Energy at the price of each quarter hour, in exact cents. */
const worth = (wattHours: readonly bigint[], prices: readonly Decimal[]): Decimal =>
  wattHours.reduce((total, energy, quarter) => (energy === 0n ? total : total.plus(prices[quarter]!.times(energy.toString()))), new Exact(0)).dividedBy(EUR_PER_MWH_TO_CENTS_PER_WATT_HOUR);

/** As events write them. */
export const amountsTold = (amounts: Amounts) => ({
  purchasedWattHours: String(amounts.purchasedWattHours),
  purchasedCents: String(amounts.purchasedCents),
  resoldWattHours: String(amounts.resoldWattHours),
  resoldCents: String(amounts.resoldCents),
  soldWattHours: String(amounts.soldWattHours),
  soldCents: String(amounts.soldCents),
  imbalanceWattHours: String(amounts.imbalanceWattHours),
  imbalanceCents: String(amounts.imbalanceCents),
  marginCents: String(amounts.marginCents),
});

const AMOUNTS = ['purchasedWattHours', 'purchasedCents', 'resoldWattHours', 'resoldCents', 'soldWattHours', 'soldCents', 'imbalanceWattHours', 'imbalanceCents', 'state', 'valuedAt'] as const;

const isSame = (before: ProfitLossVersion, next: Omit<NextProfitLoss, 'effects'>): boolean =>
  AMOUNTS.every((field) => before[field] === next[field]) &&
  next.consumptionWattHours.every((energy, quarter) => energy === before.consumptionWattHours[quarter] && next.scheduledWattHours[quarter] === before.scheduledWattHours[quarter]) &&
  next.eurPerMwh.every((price, quarter) => isSamePrice(price, before.eurPerMwh[quarter]!));

const isSamePrice = (a: DecimalText | null, b: DecimalText | null): boolean => (a === null || b === null ? a === b : new Exact(a).equals(b));
