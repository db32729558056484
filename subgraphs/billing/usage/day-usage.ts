import { quarterHoursOf, type LocalDate } from '@stromgraph/kernel/time';
import type { WattHours } from '@stromgraph/kernel/energy';

/** What a contract used on a Berlin day, and whether all of it may be billed; what is `held` has all its values and waits for a decision on them. */
export type DayUsage = Readonly<{ contractId: string; day: LocalDate; wattHours: WattHours; complete: boolean; held: boolean; version: number }>;

export type MeasuredDay = Readonly<{ obis: string; day: LocalDate; version: number; wattHours: readonly (number | null)[]; statuses: readonly (string | null)[]; held?: boolean | undefined }>;

/** Active energy drawn from the grid, over all tariffs: the register that a flat tariff bills. */
const TOTAL_CONSUMPTION = /^1-\d{1,2}:1\.(8|9|29)\.0$/;
/** A provisional value is not for billing (WiM Teil 2, 2.5.4). */
const BILLABLE = new Set(['TRUE', 'SUBSTITUTE']);

/** Folds the quarter hours of a meter's days into days; registers that a flat tariff does not bill are left out. */
export const toDayUsage = (contractId: string, days: readonly MeasuredDay[]): DayUsage[] =>
  days
    .filter(({ obis }) => TOTAL_CONSUMPTION.test(obis))
    .map(({ day, version, wattHours, statuses, held = false }) => {
      const isWhole = wattHours.length === quarterHoursOf(day).length && wattHours.every((value, index) => value !== null && BILLABLE.has(statuses[index] ?? ''));
      return {
        contractId,
        day,
        version,
        wattHours: wattHours.reduce<bigint>((sum, value, index) => (value !== null && BILLABLE.has(statuses[index] ?? '') ? sum + BigInt(value) : sum), 0n),
        complete: isWhole && !held,
        held: isWhole && held,
      };
    });
