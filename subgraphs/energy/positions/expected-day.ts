// What our customers are expected to use on a day, per quarter hour: the forecast and what load profiles spread, rounded once.
import type { WattHours } from '@stromgraph/kernel/energy';
import type { DecimalText } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';
import { slotsOf } from '../profiles/slot.ts';
import { Exact, roundAbout } from './round.ts';

/** A day's values of a load profile by the local clock: kWh per quarter hour of 1,000,000 kWh a year. */
export type ProfileDay = Readonly<{ about: Float64Array; exact: readonly DecimalText[] }>;
/** Yearly energy that a profile spreads, and by what the day changes its values. */
export type SpreadEnergy = Readonly<{ wattHours: WattHours; factor: DecimalText; profile: ProfileDay }>;
export type ExpectedDay = Readonly<{
  day: LocalDate;
  /** Null: contracts and profiles alone. */
  forecast: Readonly<{ id: string; wattHours: readonly WattHours[] }> | null;
  spread: readonly SpreadEnergy[];
}>;

const SHARE_OF_MILLION = 1e-6;

export const toProfileDay = (exact: readonly DecimalText[]): ProfileDay => ({ about: Float64Array.from(exact, Number), exact });

/** Of the 92, 96 or 100 quarter hours of the day, in whole watt-hours. */
export function demandOf({ day, forecast, spread }: ExpectedDay): Float64Array {
  const slots = slotsOf(day);
  const demand = new Float64Array(slots.length);
  const weights = spread.map(({ wattHours, factor }) => Number(wattHours) * Number(factor) * SHARE_OF_MILLION);
  const shapes = spread.map(({ profile }) => profile.about);
  for (let quarter = 0; quarter < slots.length; quarter++) {
    const slot = slots[quarter]!;
    let about = forecast ? Number(forecast.wattHours[quarter]!) : 0;
    let size = Math.abs(about);
    for (let nth = 0; nth < weights.length; nth++) {
      const term = weights[nth]! * shapes[nth]![slot]!;
      about += term;
      size += Math.abs(term);
    }
    demand[quarter] = roundAbout(about, size, () =>
      spread.reduce((sum, { wattHours, factor, profile }) => sum.plus(new Exact(wattHours.toString()).times(factor).times(profile.exact[slot]!).div(1_000_000)), new Exact(forecast?.wattHours[quarter]!.toString() ?? 0)),
    );
  }
  return demand;
}
