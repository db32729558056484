import type { WattHours } from '@stromgraph/kernel/energy';

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
