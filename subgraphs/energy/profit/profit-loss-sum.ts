import type { Cents } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { Amounts, Effects } from './profit-loss.ts';

export type ProfitLossStep = 'DAY' | 'MONTH' | 'YEAR';

/** Days of delivery summed over a step of time and one area, or all of them (null). */
export type ProfitLossSum = Amounts &
  Readonly<{
    from: LocalDate;
    until: LocalDate;
    gridAreaId: string | null;
    days: number;
    realisedCents: Cents;
    unrealisedCents: Cents;
    provisional: boolean;
    calculatedAt: Date;
    /** Of a single day of one area. */
    version: number | null;
  }>;

/** What changed between two moments, and why. */
export type ProfitLossChange = Readonly<{ beforeCents: Cents; afterCents: Cents; effects: Effects }>;

/** What a ProfitLossPosted says of what it is about. */
export type Posted = Readonly<{ profitLossId: string; gridAreaId: string; period: 'DAY' | 'MONTH'; from: LocalDate }>;
export type ProfitLossRange = Readonly<{ gridAreaIds: readonly string[] | null; from: LocalDate; until: LocalDate }>;

export const concernsDays = ({ gridAreaIds, from, until }: ProfitLossRange, posted: Posted): boolean =>
  posted.period === 'DAY' && (gridAreaIds === null || gridAreaIds.includes(posted.gridAreaId)) && posted.from >= from && posted.from < until;
