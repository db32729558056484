import type { GivenReading, PlacedReading } from '../meters/reading.ts';
import type { Rule } from '../intervals/value.ts';
import { statusOf } from '../meters/reading.ts';
import { isOfACounter } from './csv-row.ts';
import type { Fault } from './check-interval.ts';
import type { MeterFacts } from './meter-facts.ts';
import { substituteFault } from './replacement.ts';

const WATT_HOURS_A_KWH = 1_000n;

/** Places a counter's reading; one at the very end of a contract or an installation still belongs to it. */
export function checkReading(given: GivenReading, meter: MeterFacts | undefined, nowMs: number): PlacedReading | Fault {
  if (!meter) return { rule: 'R14', reason: `no meter ${given.meterNumber} is known`, registerId: null };
  const register = meter.registers.get(given.obis);
  if (!register) return { rule: 'R14', reason: `the meter has no register ${given.obis}`, registerId: null };
  const { registerId, digits } = register;
  const no = (rule: Rule, reason: string): Fault => ({ rule, reason, registerId });
  if (!isOfACounter(given.obis)) return no('R14', `${given.obis} is no counter: send its values as intervals`);
  if (given.wattHours < 0n) return no('R03', 'a counter does not show a negative reading');
  if (given.wattHours >= WATT_HOURS_A_KWH * 10n ** BigInt(digits))
    return no('R16', `${given.wattHours} Wh is more than a counter of ${digits} digits can show: wrong unit or transformer factor?`);
  const estimated = estimateFault(given);
  if (estimated) return { rule: null, reason: estimated, registerId };
  if (given.readAtMs > nowMs) return no('R08', 'the reading lies in the future');
  const at = ({ fromMs, untilMs }: { fromMs: number; untilMs: number }) => fromMs <= given.readAtMs && given.readAtMs <= untilMs;
  const stay = meter.stays.toSorted((a, b) => b.fromMs - a.fromMs).find(at);
  if (!stay) return no('R14', 'the meter was not installed then');
  const supply = stay.supplies.find(at);
  if (!supply) return no('R14', 'no contract of ours was supplied by this meter then');
  return { given, meterId: meter.meterId, registerId, contractId: supply.contractId, customerId: supply.customerId };
}

/** What nobody read is no measured reading, and a substitute says why and how it was formed. */
function estimateFault(given: GivenReading): string | null {
  if (given.source === 'ESTIMATE' && given.quality === 'MEASURED') return 'an estimate is no measured reading (allowed: SUBSTITUTED, with reason and method, or PROVISIONAL)';
  return substituteFault(statusOf(given.quality), given);
}
