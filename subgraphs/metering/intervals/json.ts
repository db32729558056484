import { z } from 'zod';
import { parseInstant } from '@stromgraph/kernel/time';
import type { GivenValues } from './given.ts';
import { localTimeFault } from './local-time.ts';
import { VALUE_STATUSES } from './value.ts';

/** One that cannot be read spoils its own values only: they are refused row by row, as in a file. */
const Instant = z.string().transform((text) => parseInstant(text) ?? `${JSON.stringify(text.slice(0, 60))} is no instant with an offset or Z${localTimeFault(text)}`);
const UNREAD = new Date(Number.NaN);
const read = (at: Date | string): { at: Date; fault?: string } => (typeof at === 'string' ? { at: UNREAD, fault: at } : { at });
const WattHours = z.int().transform(BigInt);
const Explained = {
  reason: z
    .string()
    .max(500)
    .nullish()
    .transform((text) => text ?? null),
  method: z
    .string()
    .max(500)
    .nullish()
    .transform((text) => text ?? null),
};
const Register = { meterNumber: z.string(), obis: z.string() };

/** The same content as the mutation's input; the key may come as a header instead. */
const Body = z.strictObject({
  idempotencyKey: z.string().optional(),
  intervals: z
    .array(
      z.strictObject({
        ...Register,
        ...Explained,
        start: Instant,
        minutes: z.int(),
        wattHours: z.array(WattHours.nullable()),
        status: z.enum(VALUE_STATUSES),
      }).transform(({ start, ...series }) => {
        const { at, ...fault } = read(start);
        return { ...series, start: at, ...fault };
      }),
    )
    .nullish()
    .transform((all) => all ?? []),
  registers: z
    .array(
      z.strictObject({
        ...Register,
        ...Explained,
        readAt: Instant,
        wattHours: WattHours,
        quality: z.enum(['MEASURED', 'SUBSTITUTED', 'PROVISIONAL']).default('MEASURED'),
        source: z.enum(['IOT_GATEWAY', 'UPLOAD', 'ESTIMATE']).default('UPLOAD'),
      }).transform(({ readAt, ...register }) => {
        const { at, ...fault } = read(readAt);
        return { ...register, readAt: at, ...fault };
      }),
    )
    .nullish()
    .transform((all) => all ?? []),
});

export const ReadingsBody: z.ZodType<GivenValues & { idempotencyKey?: string | undefined }> = Body;
