import type { Tx } from '@stromgraph/kernel/database';
import { type DayColumns, startAt, statusOfCode } from '../intervals/day-columns.ts';
import type { ValueStatus } from '../intervals/value.ts';
import type { StoredDay } from '../store/intervals.ts';
import { rememberDays } from '../store/day-sums.ts';
import { takeUntoldReadings } from '../store/told-readings.ts';
import type { MeterFacts } from '../validation/meter-facts.ts';
import type { About, Stored } from './store-values.ts';
import { MAX_DAYS, MAX_READINGS, type ToldDay, tellValues } from './tell-values.ts';

/** Tells of values in the transaction that stored them; where they are too many it only remembers their days, and answers false. */
export async function tellStored(tx: Tx, { meters, changed, replaced, isWhole, readings }: Stored, about: About): Promise<boolean> {
  const { batchId, now } = about;
  if (!isWhole || changed.length > MAX_DAYS || readings > MAX_READINGS) {
    await rememberDays(tx, changed, { at: now, batchId });
    return false;
  }
  const registers = new Map([...meters.values()].flatMap((meter) => [...meter.registers].map(([obis, { registerId }]) => [registerId, { meter, obis }] as const)));
  const causes = new Map<number, string>();
  for (const { registerId, reason, was, status } of replaced) {
    const cause = reason || `${was} became ${status}`;
    causes.set(registerId, [causes.get(registerId) ?? cause, cause].toSorted()[0]!);
  }
  const told = changed.map((values): ToldDay => {
    const { meter, obis } = registers.get(values.registerId)!;
    const { meterId, meterNumber } = meter;
    const { maloId, expectedWattHours } = values.supply;
    const { corrected } = values.change;
    return { meterId, meterNumber, obis, maloId, expectedWattHours, corrected, cause: corrected ? (causes.get(values.registerId) ?? null) : null, stored: asItStands(values) };
  });
  await tellValues(tx, about, told, readings > 0 ? await readingsOf(tx, meters, batchId) : []);
  return true;
}

/** The day with the version that it has got by its change. */
function asItStands(values: DayColumns): StoredDay {
  const { registerId, day, minutes, version, supply } = values;
  const [startsMs, wattHours, statuses]: [number[], bigint[], ValueStatus[]] = [[], [], []];
  values.statuses.forEach((code, place) => {
    const status = statusOfCode(code);
    if (status === null) return;
    startsMs.push(startAt(values, place));
    wattHours.push(BigInt(values.wattHours[place]!));
    statuses.push(status);
  });
  return { registerId, day, minutes, version: version + 1, contractId: supply.contractId, customerId: supply.customerId, startsMs, wattHours, statuses };
}

const readingsOf = (tx: Tx, meters: ReadonlyMap<string, MeterFacts>, batchId: string) => takeUntoldReadings(tx, batchId, [...meters.values()].map(({ meterId }) => meterId));
