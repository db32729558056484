import type { WattHours } from '@stromgraph/kernel/energy';

/** What validation needs to know of a meter. Times are UTC milliseconds, ends are exclusive, Infinity where there is none. */
export type MeterFacts = Readonly<{
  meterId: string;
  meterNumber: string;
  registers: ReadonlyMap<string, RegisterFacts>;
  stays: readonly Stay[];
}>;
export type RegisterFacts = Readonly<{ registerId: number; intervalMinutes: number | null; /** Of a counter, before it goes over zero. */ digits: number }>;
/** A time at one market location; `takesOver`: from another meter, that was exchanged for it. */
export type Stay = Readonly<{ fromMs: number; untilMs: number; takesOver: boolean; supplies: readonly Supply[] }>;

/** From when on a meter has intervals of a length: one within which it took another's place was measured by neither, and is its own. */
export const intervalsFrom = ({ fromMs, takesOver }: Pick<Stay, 'fromMs' | 'takesOver'>, stepMs: number): number => (takesOver ? Math.floor(fromMs / stepMs) * stepMs : fromMs);
/** A contract of ours at that location; where two overlap, the later one comes first. */
export type Supply = Readonly<{ contractId: string; customerId: string; maloId: string; fromMs: number; untilMs: number; expectedWattHours: WattHours }>;
