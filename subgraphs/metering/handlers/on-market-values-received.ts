import { MarketValuesReceived } from '@stromgraph/events/market';
import { on } from '@stromgraph/kernel/hearer';
import { takeMarketValues } from '../actions/take-market-values.ts';
import { QUALITY_OF } from '../meters/reading.ts';

export const onMarketValuesReceived = on(MarketValuesReceived, (tx, { data: { senderCode, maloId, intervals, registers } }) =>
  takeMarketValues(tx, {
    senderCode,
    maloId,
    intervals: intervals.map(({ meterNumber, start, wattHours, ...series }) => ({
      ...series, meterNumber: meterNumber ?? maloId, start: new Date(start), wattHours: wattHours.map((value) => (value === null ? null : BigInt(value))),
    })),
    registers: registers.map(({ meterNumber, readAt, wattHours, status, ...read }) => ({
      ...read, meterNumber: meterNumber ?? maloId, readAt: new Date(readAt), wattHours: BigInt(wattHours), quality: QUALITY_OF[status], source: 'IOT_GATEWAY' as const,
    })),
  }),
);
