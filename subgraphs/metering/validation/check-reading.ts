import type { GivenReading, PlacedReading } from '../meters/reading.ts';
import type { Rule } from '../intervals/value.ts';
import { isOfACounter } from './csv-row.ts';
import type { Fault } from './check-interval.ts';
import type { MeterFacts } from './meter-facts.ts';

/** Places a counter's reading; one at the very end of a contract or an installation still belongs to it. */
export function checkReading(given: GivenReading, meter: MeterFacts | undefined, nowMs: number): PlacedReading | Fault {
  if (!meter) return { rule: 'R14', reason: `no meter ${given.meterNumber} is known`, registerId: null };
  const register = meter.registers.get(given.obis);
  if (!register) return { rule: 'R14', reason: `the meter has no register ${given.obis}`, registerId: null };
  const { registerId } = register;
  const no = (rule: Rule, reason: string): Fault => ({ rule, reason, registerId });
  if (!isOfACounter(given.obis)) return no('R14', `${given.obis} is no counter: send its values as intervals`);
  if (given.wattHours < 0n) return no('R03', 'a counter does not show a negative reading');
  if (given.readAtMs > nowMs) return no('R08', 'the reading lies in the future');
  const at = ({ fromMs, untilMs }: { fromMs: number; untilMs: number }) => fromMs <= given.readAtMs && given.readAtMs <= untilMs;
  const stay = meter.stays.toSorted((a, b) => b.fromMs - a.fromMs).find(at);
  if (!stay) return no('R14', 'the meter was not installed then');
  const supply = stay.supplies.find(at);
  if (!supply) return no('R14', 'no contract of ours was supplied by this meter then');
  return { given, meterId: meter.meterId, registerId, contractId: supply.contractId, customerId: supply.customerId };
}
