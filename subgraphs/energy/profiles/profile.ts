import type { DecimalText } from '@stromgraph/kernel/money';
import type { DayType } from './day-type.ts';

/** A standard load profile for one year of delivery: kWh per quarter hour by the local clock for 1,000,000 kWh a year. */
export type LoadProfile = Readonly<{
  code: string;
  year: number;
  version: number;
  dynamised: boolean;
  publishedAt: Date;
  values: readonly ProfileValue[];
}>;
export type ProfileValue = Readonly<{ month: number; dayType: DayType; slot: number; value: DecimalText }>;

export const SLOTS = 96;
