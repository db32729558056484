import { MeterReadingIngested, ReadingCorrected } from '@stromgraph/events/metering';
import { businessNow } from '@stromgraph/kernel/clock';
import { onAll } from '@stromgraph/kernel/hearer';
import { takeMeteredDays } from '../actions/take-actuals.ts';
import type { MeteredDay } from '../store/realised.ts';

type Readings = Readonly<{
  meterId: string;
  contractId: string | null;
  days: readonly { obis: string; day: string; version: number; wattHours: readonly (number | null)[] }[];
}>;

/** What was used becomes known; the days come whole, as they now stand. */
export const onMeterReadingIngested = onAll(MeterReadingIngested, async (tx, events) =>
  takeMeteredDays(
    tx,
    events.flatMap(({ data }) => consumptionOf(data)),
    await businessNow(tx),
  ),
);
export const onReadingCorrected = onAll(ReadingCorrected, async (tx, events) =>
  takeMeteredDays(
    tx,
    events.flatMap(({ data }) => consumptionOf(data)),
    await businessNow(tx),
  ),
);

/** OBIS 1-x:1.…: energy taken from the grid; feeding in is no consumption. */
const CONSUMPTION = /^1-\d+:1\./;

const consumptionOf = ({ meterId, contractId, days }: Readings): MeteredDay[] =>
  contractId === null
    ? []
    : days
        .filter(({ obis }) => CONSUMPTION.test(obis))
        .map(({ obis, day, version, wattHours }) => ({ meterId, contractId, obis, day, version, wattHours }));
