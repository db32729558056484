import { Decimal } from 'decimal.js';
import type { WattHours } from '@stromgraph/kernel/energy';
import type { DecimalText } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { ForecastHorizon } from './forecast.ts';

/** How far values were from what was used: the sum of their differences (plus: too much), and the mean of the quarter hours' deviations in percent of what was used; null when nothing was. */
export type ErrorFigures = Readonly<{ biasWattHours: WattHours; mapePercent: DecimalText | null }>;

/** How far one forecast was from what was used on a day, beside what profiles and the same weekday before said at its cut-off. */
export type ForecastError = Readonly<{
  gridAreaId: string;
  deliveryDay: LocalDate;
  horizon: ForecastHorizon;
  own: boolean;
  version: number;
  forecastId: string;
  actualVersion: number;
  actualWattHours: WattHours;
  calculatedAt: Date;
  forecast: ErrorFigures;
  profile: ErrorFigures;
  /** Null as long as no earlier day of that weekday was known. */
  persistence: ErrorFigures | null;
}>;

const DECIMALS = 4;

/** Quarter hours in which nothing was used have no percentage; they count in the bias alone. */
export function errorOf(values: readonly WattHours[], used: readonly WattHours[]): ErrorFigures {
  const differences = values.map((value, nth) => value - used[nth]!);
  const counted = used.flatMap((actual, nth) => (actual === 0n ? [] : [new Decimal(String(differences[nth]!)).abs().div(String(actual))]));
  const biasWattHours = differences.reduce((sum, difference) => sum + difference, 0n);
  if (counted.length === 0) return { biasWattHours, mapePercent: null };
  return { biasWattHours, mapePercent: Decimal.sum(...counted).div(counted.length).times(100).toFixed(DECIMALS) };
}
