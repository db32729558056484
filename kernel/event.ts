import type { z } from 'zod';

/** A kind of fact in the catalogue `events/`: its name, version and what it carries. */
export type EventType<Data = any> = Readonly<{ name: string; domain: string; version: number; schema: z.ZodType<Data> }>;

/** A fact as a hearer gets it. */
export type Event<Data = unknown> = Readonly<{
  id: string;
  position: bigint;
  name: string;
  version: number;
  domain: string;
  aggregateType: string;
  aggregateId: string;
  aggregateVersion: bigint;
  tenant: string;
  data: Data;
  occurredAt: Date;
  committedAt: Date;
  correlationId: string;
  causationId: string | null;
}>;

/** Defines an event, named `<domain>.<PastTense>`. Additive changes only; anything else is a new version. */
export function event<Data>(name: `${string}.${string}`, version: number, schema: z.ZodType<Data>): EventType<Data> {
  return { name, domain: name.slice(0, name.indexOf('.')), version, schema };
}
