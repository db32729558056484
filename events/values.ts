// How values are written in events: ids and amounts as text, so that no hearer rounds them.
import { z } from 'zod';

export const Uuid = z.uuid();
/** Whole cents or watt-hours as text. */
export const Whole = z.string().regex(/^-?\d+$/);
/** A unit price or share, decimals kept. */
export const DecimalText = z.string().regex(/^-?\d+(\.\d+)?$/);
export const Day = z.iso.date();
export const Instant = z.iso.datetime();
/** Encrypted under the customer's key (kernel/seal.ts); null once the key is gone. */
export const Sealed = z.string().nullable();
