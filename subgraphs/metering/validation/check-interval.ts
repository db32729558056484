import type { LocalDate } from '@stromgraph/kernel/time';
import type { GivenInterval, PlacedInterval, Rule } from '../intervals/value.ts';
import type { MeterFacts } from './meter-facts.ts';

export type Fault = Readonly<{ rule: Rule | null; reason: string; registerId: number | null }>;
export type Circumstances = Readonly<{ nowMs: number; oldestMs: number; dayOf: (instantMs: number) => LocalDate }>;

const MINUTE_MS = 60_000;
const LENGTHS = [15, 30, 60];
/** D of an OBIS code A-B:C.D.E: energy of a period (9) or of a load profile (29). A counter's reading (8) has no period. */
const OF_A_PERIOD = /\.(9|29)\.\d+$/;
/** An interval above so many times the average of the expected consumption was read with a wrong unit or factor … */
const WRONG_UNIT_TIMES = 200n;
/** … unless it is below 100 kW, which many a connection carries. */
const WRONG_UNIT_FLOOR_WATTS = 100_000n;
const HOURS_A_YEAR = 8_760n;

/** Places an interval at the register and contract that it belongs to, or says which rule it breaks. */
export function checkInterval(
  given: GivenInterval,
  meter: MeterFacts | undefined,
  { nowMs, oldestMs, dayOf }: Circumstances,
): PlacedInterval | Fault {
  if (!meter) return fault('R14', `no meter ${given.meterNumber} is known`);
  const register = meter.registers.get(given.obis);
  if (!register) return fault('R14', `the meter has no register ${given.obis}`);
  const { registerId, intervalMinutes } = register;
  const no = (rule: Rule | null, reason: string): Fault => ({ rule, reason, registerId });
  if (!OF_A_PERIOD.test(given.obis)) return no('R14', `${given.obis} is a counter: send its readings as registers, not as intervals`);
  if (given.wattHours < 0n) return no('R03', 'energy is not negative; its direction is in the OBIS code');
  const minutes = (given.endMs - given.startMs) / MINUTE_MS;
  if (!LENGTHS.includes(minutes)) return no('R06', `an interval lasts 15, 30 or 60 minutes, not ${minutes}`);
  if (given.startMs % (minutes * MINUTE_MS) !== 0) return no('R06', `an interval of ${minutes} minutes starts on a multiple of them`);
  if (intervalMinutes !== null && intervalMinutes !== minutes)
    return no('R06', `this register has intervals of ${intervalMinutes} minutes, not ${minutes}`);
  if (given.endMs > nowMs) return no('R08', 'the interval is not over yet');
  if (given.startMs < oldestMs) return no(null, `values before ${new Date(oldestMs).toISOString()} are not kept`);
  const stay = meter.stays.find(({ fromMs, untilMs }) => fromMs <= given.startMs && given.endMs <= untilMs);
  if (!stay) return no('R14', 'the meter was not installed then');
  const supply = stay.supplies.find(({ fromMs, untilMs }) => fromMs <= given.startMs && given.endMs <= untilMs);
  if (!supply) return no('R14', 'no contract of ours was supplied by this meter then');
  const watts = (given.wattHours * 60n) / BigInt(minutes);
  if (supply.expectedWattHours > 0n && watts > WRONG_UNIT_FLOOR_WATTS && watts * HOURS_A_YEAR > supply.expectedWattHours * WRONG_UNIT_TIMES)
    return no(
      'R16',
      `${given.wattHours} Wh is more than ${WRONG_UNIT_TIMES} times the expected average: wrong unit or transformer factor?`,
    );
  return { given, registerId, minutes, day: dayOf(given.startMs), contractId: supply.contractId, customerId: supply.customerId };
}

const fault = (rule: Rule, reason: string): Fault => ({ rule, reason, registerId: null });

export const isFault = (outcome: object | Fault): outcome is Fault => 'reason' in outcome;
