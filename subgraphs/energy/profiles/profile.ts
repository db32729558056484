import type { DecimalText } from '@stromgraph/kernel/money';
import type { DayType } from './day-type.ts';

/** A standard load profile for one year of delivery: kWh per quarter hour by the local clock for 1,000,000 kWh a year. */
export type LoadProfile = Readonly<{
  code: string;
  year: number;
  version: number;
  dynamised: boolean;
  /** Its values are of seasons, not of months. */
  seasonal: boolean;
  publishedAt: Date;
  source: 'ENET' | 'FILE' | 'MEASURED';
  values: readonly ProfileValue[];
}>;
/** `month` is 1 to 12, or the number of the season, from 1. */
export type ProfileValue = Readonly<{ month: number; dayType: DayType; slot: number; value: DecimalText }>;

export const SLOTS = 96;
export const SEASONS = ['winter', 'summer', 'transition'] as const;
