import type { WattHours } from '@stromgraph/kernel/energy';
import type { Cents, DecimalText } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';
import { Exact } from '../positions/round.ts';

/** What a month of an area is expected to sell, and what it would cost at the forward curve; null where the curve does not reach. `forecastIds` made its demand, in order of time; days that none covers are by load profile. */
export type MarginPlan = Readonly<{ gridAreaId: string; from: LocalDate; until: LocalDate; demandWattHours: WattHours; soldCents: Cents; costCents: Cents | null; forecastIds: readonly string[] }>;

/** The demand at the average price of what the month's contracts would use by load profile; rounded once. */
export const soldCentsOf = (demandWattHours: WattHours, byProfile: { wattHours: DecimalText; cents: DecimalText }): Cents =>
  new Exact(byProfile.wattHours).isZero() ? 0n : BigInt(new Exact(byProfile.cents).times(String(demandWattHours)).dividedBy(byProfile.wattHours).toFixed(0));
