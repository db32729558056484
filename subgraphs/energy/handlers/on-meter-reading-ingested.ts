import { MeterReadingIngested, ReadingCorrected } from '@stromgraph/events/metering';
import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import type { Counter } from '@stromgraph/kernel/energy';
import { onAll } from '@stromgraph/kernel/hearer';
import { isDrawnEnergy } from '@stromgraph/kernel/market-ids';
import { settleQuantities } from '../actions/settle-quantities.ts';
import { takeMeteredDays } from '../actions/take-actuals.ts';
import { unknownContracts } from '../store/demand.ts';
import type { MeteredDay } from '../store/realised.ts';
import type { RegisterRead } from '../store/register-reads.ts';

type Readings = Readonly<{
  meterId: string;
  contractId: string | null;
  maloId: string;
  days: readonly { obis: string; day: string; version: number; wattHours: readonly (number | null)[]; doubted?: boolean | undefined; missing?: readonly number[] | undefined }[];
  registers: readonly { obis: string; readAt: string; wattHours: string; quality: string; held?: boolean | undefined; counter?: Counter | undefined }[];
}>;

/** What was used becomes known; the days come whole, as they now stand. What registers say settles who is balanced on a profile. */
export const onMeterReadingIngested = onAll(MeterReadingIngested, (tx, events) => takeReadings(tx, events.map(({ data }) => data)));
export const onReadingCorrected = onAll(ReadingCorrected, (tx, events) => takeReadings(tx, events.map(({ data }) => data)));

/** Metering tells of contracts that it was told of: one that is not known here waits itself, parked, and what it used waits with its meter instead of being forgotten. */
async function takeReadings(tx: Tx, readings: readonly Readings[]): Promise<void> {
  const unknown = await unknownContracts(tx, readings.flatMap(({ contractId }) => contractId ?? []));
  if (unknown.length > 0) throw new Error(`readings of contracts that are not known yet: ${unknown.slice(0, 5).join(', ')}`);
  await takeMeteredDays(tx, readings.flatMap(consumptionOf), await businessNow(tx));
  await settleQuantities(tx, readings.flatMap(registersOf));
}

const consumptionOf = ({ meterId, contractId, maloId, days }: Readings): MeteredDay[] =>
  contractId === null
    ? []
    : days
        .filter(({ obis }) => isDrawnEnergy(obis))
        .map(({ obis, day, version, wattHours, doubted, missing }) => ({ meterId, contractId, maloId, obis, day, version, wattHours, doubted, missing }));

/** OBIS 1-x:1.8.0: the counter of all energy taken from the grid. */
const TOTAL = /^1-\d+:1\.8\.0$/;

/** What is provisional or held back for a decision settles nothing. */
const registersOf = ({ meterId, contractId, registers }: Readings): RegisterRead[] =>
  contractId === null
    ? []
    : registers
        .filter(({ obis, quality, held }) => TOTAL.test(obis) && quality !== 'PROVISIONAL' && !held)
        .map(({ readAt, wattHours, counter }) => ({ meterId, contractId, readAt, wattHours, counter: counter ?? null }));
