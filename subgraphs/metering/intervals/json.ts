import { z } from 'zod';
import { parseInstant } from '@stromgraph/kernel/time';
import type { GivenValues } from './given.ts';
import { localTimeFault } from './local-time.ts';
import { VALUE_STATUSES } from './value.ts';

const Instant = z.string().transform((text, context) => {
  const instant = parseInstant(text);
  if (instant) return instant;
  context.addIssue({ code: 'custom', message: `${JSON.stringify(text.slice(0, 60))} is no instant with an offset or Z${localTimeFault(text)}` });
  return z.NEVER;
});
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
      }),
    )
    .nullish()
    .transform((all) => all ?? []),
});

export const ReadingsBody: z.ZodType<GivenValues & { idempotencyKey?: string | undefined }> = Body;
