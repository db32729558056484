import { createHash, randomUUIDv7 } from 'node:crypto';

/** A UUIDv7 that names one kind of thing; the kind exists in TypeScript only. */
export type Id<Kind extends string = string> = string & { readonly __id?: Kind };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export const isId = <Kind extends string>(text: unknown, _kind?: Kind): text is Id<Kind> => typeof text === 'string' && UUID.test(text);

/** Rises with time, so that new rows lie together in an index. */
export const newId = <Kind extends string>(): Id<Kind> => randomUUIDv7();

/** The same id for the same name, everywhere: for things that come into every domain under a public code, such as a grid area's EIC. */
export function idOf<Kind extends string>(kind: Kind, code: string): Id<Kind> {
  const bytes = createHash('sha256').update(`${kind}:${code}`).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return toText(bytes);
}

function toText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
