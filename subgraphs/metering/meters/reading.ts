import type { WattHours } from '@stromgraph/kernel/energy';
import type { ValueStatus } from '../intervals/value.ts';

export type ReadingQuality = 'MEASURED' | 'SUBSTITUTED' | 'PROVISIONAL';
export type ReadingSource = 'IOT_GATEWAY' | 'UPLOAD' | 'ESTIMATE';

/** What a counter showed, as somebody delivers it. */
export type GivenReading = Readonly<{
  row: number;
  path: string | null;
  meterNumber: string;
  obis: string;
  readAtMs: number;
  wattHours: WattHours;
  quality: ReadingQuality;
  source: ReadingSource;
  reason: string | null;
  method: string | null;
}>;
export type PlacedReading = Readonly<{ given: GivenReading; meterId: string; registerId: number; contractId: string; customerId: string }>;
export type Reading = Readonly<{
  id: string;
  meterId: string;
  obis: string;
  contractId: string;
  readAt: Date;
  wattHours: WattHours;
  quality: ReadingQuality;
  source: ReadingSource;
  importedAt: Date;
  /** Why it stands, and how it was formed. */
  reason: string | null;
  method: string | null;
}>;

/** What a reading of a status is called. */
export const QUALITY_OF = { TRUE: 'MEASURED', SUBSTITUTE: 'SUBSTITUTED', PROVISIONAL: 'PROVISIONAL' } as const satisfies Record<ValueStatus, ReadingQuality>;

/** The matrix of replacements speaks of values' statuses; a counter's readings have the same three. */
export const statusOf = (quality: ReadingQuality): ValueStatus =>
  ({ MEASURED: 'TRUE', SUBSTITUTED: 'SUBSTITUTE', PROVISIONAL: 'PROVISIONAL' } as const)[quality];
