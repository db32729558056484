import { Decimal } from 'decimal.js';

/** Whole watt-hours. Never a float. */
export type WattHours = bigint;

/** Kilowatt-hours as decimal text, as files write them; null when the text is no number or finer than a watt-hour. */
export function wattHoursOfKwh(text: string): WattHours | null {
  if (!/^-?\d{1,15}(\.\d+)?$/.test(text)) return null;
  const wattHours = new Decimal(text).times(1000);
  return wattHours.isInteger() ? BigInt(wattHours.toFixed(0)) : null;
}

/** For people: watt-hours as kilowatt-hours with the decimals that are there. */
export function kwhText(energy: WattHours): string {
  const sign = energy < 0n ? '-' : '';
  const digits = (energy < 0n ? -energy : energy).toString().padStart(4, '0');
  const decimals = digits.slice(-3).replace(/0+$/, '');
  return `${sign}${digits.slice(0, -3)}${decimals ? `.${decimals}` : ''}`;
}

/** A counter: how many digits of kilowatt-hours it shows, and what its advance is multiplied by. */
export type Counter = Readonly<{ digits: number; factor: string }>;

const WATT_HOURS_A_KWH = 1_000n;

/** From one reading to the next, over zero where the counter has gone through all its digits. */
export function advanceOf({ digits, factor }: Counter, from: WattHours, until: WattHours): { wattHours: WattHours; rolledOver: boolean } {
  const rolledOver = until < from;
  const counted = rolledOver ? until - from + 10n ** BigInt(digits) * WATT_HOURS_A_KWH : until - from;
  return { wattHours: timesFactor(counted, factor), rolledOver };
}

/** A factor has at most six decimals; rounded once, half up. */
function timesFactor(wattHours: WattHours, factor: string): WattHours {
  const [whole, decimals = ''] = factor.split('.') as [string, string?];
  const scale = 10n ** BigInt(decimals.length);
  return (2n * wattHours * BigInt(whole + decimals) + scale) / (2n * scale);
}
