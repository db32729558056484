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

/** Null where both agree to the watt-hour. */
export function differenceOf(ours: readonly WattHours[], theirs: readonly WattHours[]): Difference | null {
  const differences = theirs.map((value, at) => value - (ours[at] ?? 0n)).filter((difference) => difference !== 0n);
  if (differences.length === 0) return null;
  return {
    quarterHours: differences.length,
    differenceWattHours: differences.reduce((sum, difference) => sum + difference, 0n),
    deviationWattHours: differences.reduce((sum, difference) => sum + (difference < 0n ? -difference : difference), 0n),
  };
}

export const isSameDifference = (one: Difference, other: Difference): boolean =>
  one.quarterHours === other.quarterHours && one.differenceWattHours === other.differenceWattHours && one.deviationWattHours === other.deviationWattHours;
