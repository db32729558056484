import { isDrawnEnergy } from '@stromgraph/kernel/market-ids';
import { quarterHoursOf, type LocalDate } from '@stromgraph/kernel/time';
import type { WattHours } from '@stromgraph/kernel/energy';

/** What a register knows of a contract's Berlin day that may be billed; what is `held` waits for a decision on its values. */
export type DayUsage = Readonly<{ contractId: string; meterId: string; obis: string; day: LocalDate; wattHours: WattHours; held: boolean; version: number; /** A digit per quarter hour, 1 where its value may be billed. */ known: string }>;
export type MeterOfContract = Readonly<{ contractId: string; meterId: string }>;

export type MeasuredDay = Readonly<{ obis: string; day: LocalDate; version: number; wattHours: readonly (number | null)[]; statuses: readonly (string | null)[]; held?: boolean | undefined }>;

/** A provisional value is not for billing (WiM Teil 2, 2.5.4). */
const BILLABLE = new Set(['TRUE', 'SUBSTITUTE']);

/** Sums the quarter hours of a meter's days; registers that measure no drawn energy are left out. */
export const toDayUsage = ({ contractId, meterId }: MeterOfContract, days: readonly MeasuredDay[]): DayUsage[] =>
  days
    .filter(({ obis }) => isDrawnEnergy(obis))
    .map(({ obis, day, version, wattHours, statuses, held = false }) => {
      const isBillable = (value: number | null | undefined, index: number): value is number => typeof value === 'number' && BILLABLE.has(statuses[index] ?? '');
      const count = quarterHoursOf(day).length;
      return {
        contractId, meterId, obis, day, version, held,
        wattHours: wattHours.reduce<bigint>((sum, value, index) => (isBillable(value, index) ? sum + BigInt(value) : sum), 0n),
        known: Array.from({ length: count }, (_, index) => (isBillable(wattHours[index], index) ? '1' : '0')).join(''),
      };
    });
