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
