import { quarterHoursOf, type LocalDate } from '@stromgraph/kernel/time';
import type { WattHours } from '@stromgraph/kernel/energy';

/** What a meter knows of a contract's Berlin day, and whether all of it may be billed; what is `held` waits for a decision on its values. */
export type DayUsage = Readonly<{ contractId: string; meterId: string; day: LocalDate; wattHours: WattHours; complete: boolean; held: boolean; version: number; /** Of a day with gaps a digit per quarter hour, 1 where its value may be billed; null where all may. */ known: string | null }>;
export type MeterOfContract = Readonly<{ contractId: string; meterId: string }>;

export type MeasuredDay = Readonly<{ obis: string; day: LocalDate; version: number; wattHours: readonly (number | null)[]; statuses: readonly (string | null)[]; held?: boolean | undefined }>;

/** Active energy drawn from the grid, over all tariffs: the register that a flat tariff bills. */
const TOTAL_CONSUMPTION = /^1-\d{1,2}:1\.(8|9|29)\.0$/;
/** A provisional value is not for billing (WiM Teil 2, 2.5.4). */
const BILLABLE = new Set(['TRUE', 'SUBSTITUTE']);

/** Folds the quarter hours of a meter's days into days; registers that a flat tariff does not bill are left out. */
export const toDayUsage = ({ contractId, meterId }: MeterOfContract, days: readonly MeasuredDay[]): DayUsage[] =>
  days
    .filter(({ obis }) => TOTAL_CONSUMPTION.test(obis))
    .map(({ day, version, wattHours, statuses, held = false }) => {
      const isBillable = (value: number | null, index: number): value is number => value !== null && BILLABLE.has(statuses[index] ?? '');
      const count = quarterHoursOf(day).length;
      const isWhole = wattHours.length === count && wattHours.every(isBillable);
      return {
        contractId,
        meterId,
        day,
        version,
        wattHours: wattHours.reduce<bigint>((sum, value, index) => (isBillable(value, index) ? sum + BigInt(value) : sum), 0n),
        complete: isWhole && !held,
        held,
        known: isWhole ? null : Array.from({ length: count }, (_, index) => (isBillable(wattHours[index] ?? null, index) ? '1' : '0')).join(''),
      };
    });
