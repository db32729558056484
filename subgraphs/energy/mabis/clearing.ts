import type { WattHours } from '@stromgraph/kernel/energy';
import type { Problem } from '@stromgraph/kernel/problem';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { SumKind } from './report.ts';

/** How far the market's sum is from ours. */
export type Difference = Readonly<{ quarterHours: number; differenceWattHours: WattHours; deviationWattHours: WattHours }>;
export type ClearingStatus = 'OPEN' | 'RESOLVED' | 'CLOSED';
export type ClearingCase = Difference &
  Readonly<{
    id: string;
    balancingGroupId: string;
    gridAreaId: string;
    month: LocalDate;
    kind: SumKind;
    status: ClearingStatus;
    reportVersion: number;
    formedAt: Date;
    openedAt: Date;
    endedAt: Date | null;
    closedBy: string | null;
    reason: string | null;
  }>;
export type ClearingCaseNotFound = Problem<'ClearingCaseNotFound', { caseId: string }>;
export type ClearingCaseNotOpen = Problem<'ClearingCaseNotOpen', { caseId: string }>;

/** How far a quarter hour of the market's may be from ours: the greater of watt-hours and thousandths of it. Exactly on it is within. */
export type Tolerance = Readonly<{ wattHours: WattHours; perMille: number }>;

/** The quarter hours in which both differ by more than the tolerance; null where there are none. */
export function differenceOf(ours: readonly WattHours[], theirs: readonly WattHours[], { wattHours, perMille }: Tolerance): Difference | null {
  const differences = theirs.flatMap((value, at) => {
    const difference = value - (ours[at] ?? 0n);
    return size(difference) > wattHours && size(difference) * 1000n > size(value) * BigInt(perMille) ? [difference] : [];
  });
  if (differences.length === 0) return null;
  return {
    quarterHours: differences.length,
    differenceWattHours: differences.reduce((sum, difference) => sum + difference, 0n),
    deviationWattHours: differences.reduce((sum, difference) => sum + size(difference), 0n),
  };
}

const size = (value: WattHours): WattHours => (value < 0n ? -value : value);

export const isSameDifference = (one: Difference, other: Difference): boolean =>
  one.quarterHours === other.quarterHours && one.differenceWattHours === other.differenceWattHours && one.deviationWattHours === other.deviationWattHours;
