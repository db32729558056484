import type { WattHours } from '@stromgraph/kernel/energy';
import type { Cents, DecimalText } from '@stromgraph/kernel/money';

export type LimitRule = 'PCT' | 'MWH';

/** What is still to buy (plus) or to sell (minus) for one quarter hour in one grid area, as it stands. */
export type OpenPosition = Readonly<{
  id: string;
  gridAreaId: string;
  startAt: Date;
  endAt: Date;
  demandWattHours: WattHours;
  hedgedWattHours: WattHours;
  openWattHours: WattHours;
  averagePriceEurPerMwh: DecimalText | null;
  valueCents: Cents | null;
  status: 'OPEN' | 'HEDGED';
  breach: LimitRule | null;
  forecastVersion: number | null;
  calculatedAt: Date;
}>;

/** Whose positions, and of which delivery quarter hours: from inclusive, until exclusive; null stands for every area. */
export type PositionRange = Readonly<{ gridAreaIds: readonly string[] | null; from: Date; until: Date }>;
