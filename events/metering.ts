import { event } from '@stromgraph/kernel/event';
import { z } from 'zod';
import { Day, Instant, Uuid, Whole } from './values.ts';

/** A meter measures a contract's market location from now on. */
export const MeterInstalled = event(
  'metering.MeterInstalled',
  1,
  z.strictObject({ meterId: Uuid, meterNumber: z.string(), contractId: Uuid, customerId: Uuid, maloId: z.string(), from: Day, registers: z.array(z.string()) }),
);

/** A meter was replaced by another at the same market location; the final and the start reading are those of the counters for drawn energy. */
export const MeterExchanged = event(
  'metering.MeterExchanged',
  1,
  z.strictObject({ exchangeId: Uuid, oldMeterId: Uuid, newMeterId: Uuid, maloId: z.string(), exchangedAt: Instant, finalWattHours: Whole, startWattHours: Whole }),
);

export const ValueStatus = z.enum(['TRUE', 'SUBSTITUTE', 'PROVISIONAL']);

/** A Berlin day of quarter hours: 92, 96 or 100 watt-hour values in order of time, null where none is known. JSON numbers are exact here (below 2^53). */
export const IntervalDay = z.strictObject({
  obis: z.string(), day: Day, version: z.int(), wattHours: z.array(z.int().nullable()), statuses: z.array(ValueStatus.nullable()),
  /** An error of validation that nobody has decided: the day is not billed as it stands. */
  held: z.boolean().optional(),
  /** Places of values that are ours, formed where the market has none or in place of one of its; told again as a correction when the market's comes. */
  ours: z.array(z.int()).optional(),
});
export const RegisterRead = z.strictObject({ obis: z.string(), readAt: Instant, wattHours: Whole, quality: z.enum(['MEASURED', 'SUBSTITUTED', 'PROVISIONAL']), /** As of a day. */ held: z.boolean().optional() });

const readings = z.strictObject({
  batchId: Uuid, meterId: Uuid, meterNumber: z.string(), contractId: Uuid.nullable(), customerId: Uuid.nullable(), maloId: z.string(),
  days: z.array(IntervalDay), registers: z.array(RegisterRead),
});

/** Values of one meter from one batch: each touched day whole, as it now stands. */
export const MeterReadingIngested = event('metering.MeterReadingIngested', 1, readings);

/** Values that were known before have changed; the days as they now stand. */
export const ReadingCorrected = event('metering.ReadingCorrected', 1, readings.extend({ cause: z.string() }));
