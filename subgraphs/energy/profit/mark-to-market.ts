import type { WattHours } from '@stromgraph/kernel/energy';
import type { Cents, DecimalText } from '@stromgraph/kernel/money';

/** What is still to be delivered of a trade, at the newest forward curve against the price that was agreed; plus is to our good. */
export type MarkToMarket = Readonly<{ tradeId: string; wattHours: WattHours; unpricedWattHours: WattHours; marketPricePerMwh: DecimalText | null; valueCents: Cents }>;

/** The same summed over an area's trades that stand, or over all (null). Bought energy counts plus, sold energy minus. */
export type MarkToMarketTotal = Readonly<{ gridAreaId: string | null; trades: number; wattHours: WattHours; unpricedWattHours: WattHours; valueCents: Cents }>;
