import { MeterInstalled } from '@stromgraph/events/metering';
import { onAll } from '@stromgraph/kernel/hearer';
import { isDrawnEnergy } from '@stromgraph/kernel/market-ids';
import { startOfDay } from '@stromgraph/kernel/time';
import { saveContractMeters } from '../store/contract-meters.ts';
import { sumUsage } from '../store/usage.ts';

/** From then on a day is whole with what this meter knows only. */
export const onMeterInstalled = onAll(MeterInstalled, async (tx, events) =>
  sumUsage(tx, await saveContractMeters(tx, events.map(({ data: { contractId, meterId, meterNumber, from, installedAt, registers } }) => ({
    contractId, meterId, meterNumber, registers: registers.filter(isDrawnEnergy), fromAt: later(startOfDay(from), installedAt),
  })))),
);

const later = (at: Date, other: string | undefined): Date => (other !== undefined && new Date(other) > at ? new Date(other) : at);
