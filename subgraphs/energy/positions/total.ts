import type { WattHours } from '@stromgraph/kernel/energy';
import type { Cents } from '@stromgraph/kernel/money';

export type PositionStep = 'QUARTER_HOUR' | 'HOUR' | 'DAY' | 'MONTH';

/** Positions summed over a step of time and one area, or all of them (null). */
export type PositionTotal = Readonly<{
  start: Date;
  end: Date;
  gridAreaId: string | null;
  quarterHours: number;
  demandWattHours: WattHours;
  hedgedWattHours: WattHours;
  openWattHours: WattHours;
  realisedWattHours: WattHours | null;
  valueCents: Cents | null;
  breaches: number;
}>;
