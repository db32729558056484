import type { z } from 'zod';

/** A kind of fact in the catalogue `events/`: its name, version and what it carries. */
export type EventType<Data = any> = Readonly<{ name: string; domain: string; version: number; schema: z.ZodType<Data>; wire: Wire<Data> | null }>;

/** The form in which an event travels where that is another than the one it is spoken of in; `read` brings earlier versions up to date as well. */
export type Wire<Data = any> = Readonly<{
  write(data: Data): unknown;
  /** Of the versions from `oldest` on; what comes out is held against the schema. */
  read(payload: any, version: number): unknown;
  oldest: number;
}>;

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
export function event<Data>(name: `${string}.${string}`, version: number, schema: z.ZodType<Data>, wire: Wire<Data> | null = null): EventType<Data> {
  return { name, domain: name.slice(0, name.indexOf('.')), version, schema, wire };
}

/** The payload of a fact, held against the catalogue. */
export function payloadOf<Data>({ schema, wire }: EventType<Data>, data: Data): unknown {
  const checked = schema.parse(data);
  return wire ? wire.write(checked) : checked;
}

/** What a payload says; one of an unknown version, or that does not fit the catalogue, is a fault. */
export function dataOf<Data>({ name, version: newest, schema, wire }: EventType<Data>, { version, payload }: Readonly<{ version: number; payload: unknown }>): Data {
  const oldest = wire?.oldest ?? newest;
  if (version < oldest || version > newest) throw new Error(`version ${version} of ${name} is not understood, only ${oldest === newest ? newest : `${oldest} to ${newest}`}`);
  return schema.parse(wire ? wire.read(payload, version) : payload);
}
