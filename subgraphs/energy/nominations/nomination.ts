import type { WattHours } from '@stromgraph/kernel/energy';
import type { Problem } from '@stromgraph/kernel/problem';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { NominationPath, Schedule } from './schedule.ts';

/** Where our consumption and trades are balanced; EIC of type X. */
export type BalancingGroup = Readonly<{ id: string; code: string; responsibleCode: string; coordinatorCode: string; takesTheRest: boolean }>;
export type NominationStatus = 'PREPARED' | 'SENT' | 'ACCEPTED' | 'REJECTED';
/** A version of a group's schedule for a delivery day. */
export type Nomination = Schedule &
  Readonly<{
    id: string;
    balancingGroupId: string;
    deliveryDay: LocalDate;
    version: number;
    path: NominationPath;
    deadlineAt: Date;
    status: NominationStatus;
    /** Bought less sold: what the market compares with what was used. */
    net: readonly WattHours[];
    madeAt: Date;
    madeBy: string;
    sentAt: Date | null;
    answeredAt: Date | null;
    reason: string | null;
    /** The newest accepted version of its day. */
    holds: boolean;
  }>;
export type BalancingGroupNotFound = Problem<'BalancingGroupNotFound', { balancingGroupId: string }>;
export type NothingToNominate = Problem<'NothingToNominate', { deliveryDay: LocalDate }>;

/** What alerts are about. */
export const subjectOf = (group: Pick<BalancingGroup, 'code'>, day: LocalDate): string => `${group.code} ${day}`;
