import type { LocalDate } from '@stromgraph/kernel/time';
import type { Amounts } from './profit-loss.ts';

/** A month of an area as it was closed: the sums of its days as they stood then. */
export type MonthClose = Amounts & Readonly<{ id: string; gridAreaId: string; month: LocalDate; version: number; closedAt: Date; days: number; provisional: boolean; replaces: string | null }>;
