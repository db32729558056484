import type { WattHours } from '@stromgraph/kernel/energy';
import { addDays, addMonths, type LocalDate } from '@stromgraph/kernel/time';
import { Decimal } from 'decimal.js';
import type { DecimalText } from '@stromgraph/kernel/money';
import { monthOf } from './calendar.ts';

export type Tenor = 'DAY' | 'WEEK' | 'MONTH' | 'QUARTER' | 'YEAR';
export type TenorPeriod = Readonly<{ tenor: Tenor; from: LocalDate; until: LocalDate }>;
export type HedgeRatio = TenorPeriod & Readonly<{ gridAreaId: string | null; demandWattHours: WattHours; hedgedWattHours: WattHours; forecastIds: readonly string[] }>;

const MONTHS_OF_QUARTER = 3;
const DECIMALS = 4;

/** The next of each that begins after today: what traders call the front day, week, month, quarter and year. */
export function tenorsOf(today: LocalDate): TenorPeriod[] {
  const tomorrow = addDays(today, 1);
  const monday = addDays(today, 8 - Temporal.PlainDate.from(today).dayOfWeek);
  const month = addMonths(monthOf(today), 1);
  const quarter = addMonths(monthOf(today), MONTHS_OF_QUARTER - ((Number(today.slice(5, 7)) - 1) % MONTHS_OF_QUARTER));
  const year = `${Number(today.slice(0, 4)) + 1}-01-01`;
  return [
    { tenor: 'DAY', from: tomorrow, until: addDays(tomorrow, 1) },
    { tenor: 'WEEK', from: monday, until: addDays(monday, 7) },
    { tenor: 'MONTH', from: month, until: addMonths(month, 1) },
    { tenor: 'QUARTER', from: quarter, until: addMonths(quarter, MONTHS_OF_QUARTER) },
    { tenor: 'YEAR', from: year, until: addMonths(year, 12) },
  ];
}

/** Hedged energy per demand; null where nothing is demanded. */
export const ratioOf = ({ demandWattHours, hedgedWattHours }: HedgeRatio): DecimalText | null =>
  demandWattHours === 0n ? null : new Decimal(hedgedWattHours.toString()).dividedBy(demandWattHours.toString()).toDecimalPlaces(DECIMALS, Decimal.ROUND_HALF_UP).toString();
