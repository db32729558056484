import type { Cents, DecimalText } from '@stromgraph/kernel/money';

export type PositionFigure = 'DEMAND' | 'HEDGED' | 'VALUE';
export type PositionPartKind = 'FORECAST' | 'ROUNDING' | 'CONTRACT' | 'TRADE' | 'CURVE';

/** What one contract, forecast version, trade or curve version gives to a figure. */
export type PositionPart = Readonly<{
  kind: PositionPartKind;
  /** Of the contract, forecast, trade or curve; of the area for what rounding made. */
  id: string;
  /** Exact: a profile's share of a contract is no whole number. Null for a curve, which gives value. */
  wattHours: DecimalText | null;
  valueCents: Cents | null;
}>;
