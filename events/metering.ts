import { event, type Wire } from '@stromgraph/kernel/event';
import { z } from 'zod';
import { Day, Instant, Uuid, Whole } from './values.ts';

/** A meter measures a contract's market location from now on. */
export const MeterInstalled = event(
  'metering.MeterInstalled',
  1,
  z.strictObject({ meterId: Uuid, meterNumber: z.string(), contractId: Uuid, customerId: Uuid, maloId: z.string(), from: Day, registers: z.array(z.string()), /** Within that day, where it was hung in its course. */ installedAt: Instant.optional() }),
);

/** A meter was replaced by another at the same market location; the final and the start reading are those of the counters for drawn energy. */
export const MeterExchanged = event(
  'metering.MeterExchanged',
  1,
  z.strictObject({ exchangeId: Uuid, oldMeterId: Uuid, newMeterId: Uuid, maloId: z.string(), exchangedAt: Instant, finalWattHours: Whole, startWattHours: Whole,
    /** Those told of before had none. */ oldMeterNumber: z.string().optional(), newMeterNumber: z.string().optional() }),
);

export const ValueStatus = z.enum(['TRUE', 'SUBSTITUTE', 'PROVISIONAL']);

/** A Berlin day of quarter hours: 92, 96 or 100 watt-hour values in order of time, null where none is known. JSON numbers are exact here (below 2^53). */
export const IntervalDay = z.strictObject({
  obis: z.string(), day: Day, version: z.int(), wattHours: z.array(z.int().nullable()), statuses: z.array(ValueStatus.nullable()),
  /** An error of validation that nobody has decided: the day is not billed as it stands. */
  held: z.boolean().optional(),
  /** Such an error about values that are there, not about ones that are missing: they are not calculated with, either. */
  doubted: z.boolean().optional(),
  /** Places of values that are ours, formed where the market has none or in place of one of its; told again as a correction when the market's comes. */
  ours: z.array(z.int()).optional(),
  /** Places without a value that the register has to deliver: beside another meter, what that one knows of them is a part. Null in other places is no fault, as the meter did not hang there then. */
  missing: z.array(z.int()).optional(),
});
export const RegisterRead = z.strictObject({
  obis: z.string(), readAt: Instant, wattHours: Whole, quality: z.enum(['MEASURED', 'SUBSTITUTED', 'PROVISIONAL']), /** As of a day. */ held: z.boolean().optional(),
  /** Of whose readings a difference is energy only times the factor, and over zero with the digits (of kilowatt-hours); those told of before had none. */
  counter: z.strictObject({ digits: z.int().positive(), factor: z.string() }).optional(),
});

const readings = z.strictObject({
  batchId: Uuid, meterId: Uuid, meterNumber: z.string(), contractId: Uuid.nullable(), customerId: Uuid.nullable(), maloId: z.string(),
  days: z.array(IntervalDay), registers: z.array(RegisterRead),
});
const corrected = readings.extend({ cause: z.string() });

/** Values of one meter from one batch: each touched day whole, as it now stands. */
export const MeterReadingIngested = event('metering.MeterReadingIngested', 2, readings, daysAsText<z.infer<typeof readings>>());

/** Values that were known before have changed; the days as they now stand. */
export const ReadingCorrected = event('metering.ReadingCorrected', 2, corrected, daysAsText<z.infer<typeof corrected>>());

/**
 * A day travels as one text of its values and, only where one is not TRUE, one letter per status: as lists of JSON, which version 1 had, they
 * were most of what it cost to tell a day.
 */
function daysAsText<Data extends { days: z.infer<typeof IntervalDay>[] }>(): Wire<Data> {
  return {
    oldest: 1,
    write: (data) => ({ ...data, days: data.days.map(writeDay) }),
    read: (payload, version) => (version === 1 ? payload : { ...payload, days: payload.days.map(readDay) }),
  };
}

const NONE = '-';
const LETTERS = { TRUE: 'T', SUBSTITUTE: 'S', PROVISIONAL: 'P' } as const;
const STATUSES = new Map<string, z.infer<typeof ValueStatus>>(Object.entries(LETTERS).map(([status, letter]) => [letter, status as keyof typeof LETTERS]));

/** An empty place between commas is a value that is not known; null joins as nothing. */
function writeDay({ wattHours, statuses, ...day }: z.infer<typeof IntervalDay>) {
  const isPlain = statuses.every((status, at) => (wattHours[at] === null ? status === null : status === 'TRUE'));
  return { ...day, wattHours: wattHours.join(), ...(!isPlain && { statuses: statuses.map((status) => (status === null ? NONE : LETTERS[status])).join('') }) };
}

function readDay({ wattHours: text, statuses: letters, ...day }: { wattHours: string; statuses?: string }) {
  const wattHours = text.split(',').map((value) => (value === '' ? null : Number(value)));
  const statuses = letters === undefined ? wattHours.map((value) => (value === null ? null : 'TRUE')) : [...letters].map((letter) => (letter === NONE ? null : STATUSES.get(letter)));
  return { ...day, wattHours, statuses };
}
