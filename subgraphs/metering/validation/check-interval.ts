import type { GivenInterval, PlacedInterval, Rule, Warning } from '../intervals/value.ts';
import { belowZero, besideGrid, type DoorBook, type DoorRule, notOver, severityOf } from './door.ts';
import { intervalsFrom, type MeterFacts, type Supply } from './meter-facts.ts';
import { substituteFault } from './replacement.ts';

export type Fault = Readonly<{ rule: Rule | null; reason: string; registerId: number | null }>;
export type Circumstances = Readonly<{ nowMs: number; oldestMs: number; book: DoorBook }>;

const MINUTE_MS = 60_000;
export const LENGTHS: readonly number[] = [15, 30, 60];
/** D of an OBIS code A-B:C.D.E: energy of a period (9) or of a load profile (29). A counter's reading (8) has no period. */
const OF_A_PERIOD = /\.(9|29)\.\d+$/;
/** An interval above so many times the average of the expected consumption was read with a wrong unit or factor … */
const WRONG_UNIT_TIMES = 200;
/** … unless it is below 100 kW, which many a connection carries. */
const WRONG_UNIT_FLOOR_WATTS = 100_000;
const HOURS_A_YEAR = 8_760;
/** More than a country uses meanwhile: whatever is expected, the unit is wrong. Sums of days stay exact below it. */
const MOST_WATT_HOURS = 1_000_000_000_000;

export const isOfAPeriod = (obis: string): boolean => OF_A_PERIOD.test(obis);

/** The most that an interval may hold without being taken for a wrong unit or transformer factor (R16). */
export function mostWattHours({ expectedWattHours }: Pick<Supply, 'expectedWattHours'>, minutes: number): number {
  if (expectedWattHours === 0n) return MOST_WATT_HOURS;
  const watts = Math.max(WRONG_UNIT_FLOOR_WATTS, (Number(expectedWattHours) * WRONG_UNIT_TIMES) / HOURS_A_YEAR);
  return Math.min(MOST_WATT_HOURS, Math.floor((watts * minutes) / 60));
}

/** Places an interval at the register and contract that it belongs to, or says which rule it breaks. */
export function checkInterval(given: GivenInterval, meter: MeterFacts | undefined, { nowMs, oldestMs, book }: Circumstances): PlacedInterval | Fault {
  if (!meter) return fault('R14', `no meter ${given.meterNumber} is known`);
  const register = meter.registers.get(given.obis);
  if (!register) return fault('R14', `the meter has no register ${given.obis}`);
  const { registerId, intervalMinutes } = register;
  const no = (rule: Rule | null, reason: string): Fault => ({ rule, reason, registerId });
  const warnings: Warning[] = [];
  /** Whether a measure is above what blocks; above what warns it is remembered. */
  const blocks = (rule: DoorRule, measure: number, detail: string): boolean => {
    const severity = severityOf(book, rule, measure);
    if (severity === 'WARNING') warnings.push({ rule, registerId, startMs: given.startMs, detail });
    return severity === 'ERROR';
  };
  if (!isOfAPeriod(given.obis)) return no('R14', `${given.obis} is a counter: send its readings as registers, not as intervals`);
  if (blocks('R03', belowZero(Number(given.wattHours)), `${given.wattHours} Wh were delivered and taken as 0`))
    return no('R03', 'energy is not negative; its direction is in the OBIS code');
  const minutes = (given.endMs - given.startMs) / MINUTE_MS;
  if (!LENGTHS.includes(minutes)) return no('R06', `an interval lasts 15, 30 or 60 minutes, not ${minutes}`);
  if (intervalMinutes !== null && intervalMinutes !== minutes) return no('R06', `this register has intervals of ${intervalMinutes} minutes, not ${minutes}`);
  const unexplained = substituteFault(given.status, given);
  if (unexplained) return no(null, unexplained);
  const startMs = Math.round(given.startMs / (minutes * MINUTE_MS)) * minutes * MINUTE_MS;
  const endMs = startMs + minutes * MINUTE_MS;
  if (blocks('R06', besideGrid(given.startMs, minutes), `the start ${new Date(given.startMs).toISOString()} was taken as ${new Date(startMs).toISOString()}`))
    return no('R06', `an interval of ${minutes} minutes starts on a multiple of them`);
  if (blocks('R08', notOver(endMs, nowMs), `it ends ${notOver(endMs, nowMs)} s after it was delivered`)) return no('R08', 'the interval is not over yet');
  if (startMs < oldestMs) return no(null, `values before ${new Date(oldestMs).toISOString()} are not kept`);
  const around = (time: { fromMs: number; untilMs: number }) => time.fromMs <= startMs && endMs <= time.untilMs;
  const stay = meter.stays.find((each) => intervalsFrom(each, endMs - startMs) <= startMs && endMs <= each.untilMs);
  if (!stay) return no('R14', 'the meter was not installed then');
  const supply = stay.supplies.find(around);
  if (!supply) return no('R14', 'no contract of ours was supplied by this meter then');
  const most = mostWattHours(supply, minutes);
  if (Number(given.wattHours) > most) return no('R16', `${given.wattHours} Wh is more than can be: wrong unit or transformer factor? (allowed: 0 to ${most} Wh in ${minutes} minutes for the expected consumption)`);
  return { given: { ...given, startMs, endMs, wattHours: given.wattHours < 0n ? 0n : given.wattHours }, registerId, minutes, supply, warnings };
}

const fault = (rule: Rule, reason: string): Fault => ({ rule, reason, registerId: null });

export const isFault = (outcome: object | Fault): outcome is Fault => 'reason' in outcome;
