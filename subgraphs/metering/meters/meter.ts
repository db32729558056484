import { isDrawnEnergy } from '@stromgraph/kernel/market-ids';
import type { DecimalText } from '@stromgraph/kernel/money';
import type { Problem } from '@stromgraph/kernel/problem';
import type { LocalDate } from '@stromgraph/kernel/time';
import { isOfAPeriod } from '../validation/check-interval.ts';

export type MeterKind = 'CONVENTIONAL' | 'DIGITAL' | 'SMART';
export type Meter = Readonly<{
  id: string;
  meterNumber: string;
  manufacturer: string | null;
  kind: MeterKind;
  calibratedUntil: LocalDate | null;
  status: 'REGISTERED' | 'INSTALLED' | 'REMOVED';
}>;
export type MeterRegister = Readonly<{ obis: string; digits: number; factor: DecimalText; intervalMinutes: number | null }>;
export type MeterInstallation = Readonly<{
  id: string;
  meterId: string;
  marketLocationId: string | null;
  maloId: string;
  meloId: string | null;
  fromAt: Date;
  /** Exclusive; null while it hangs there. */
  untilAt: Date | null;
}>;

export type MeterAlreadyRegistered = Problem<'MeterAlreadyRegistered', { meterId: string }>;
export type MeterNotFound = Problem<'MeterNotFound', { meterId: string }>;
export type MeterNotInstalled = Problem<'MeterNotInstalled', { meterId: string }>;
export type MeterInstalledElsewhere = Problem<'MeterInstalledElsewhere', { meterId: string; maloId: string; from: Date }>;

/** Energy drawn from the grid: the counter, and the load profile of a meter that keeps one. */
export const DRAWN_COUNTER = '1-0:1.8.0';
export const DRAWN_PROFILE = '1-0:1.29.0';

const aRegister = (obis: string): MeterRegister => ({ obis, digits: 6, factor: '1', intervalMinutes: null });

/** What a meter has that the market names only by its number: a counter, and quarter hours where it is balanced by them. */
export const registersFor = (meteringKind: 'PROFILE' | 'INTERVAL'): MeterRegister[] =>
  (meteringKind === 'INTERVAL' ? [DRAWN_COUNTER, DRAWN_PROFILE] : [DRAWN_COUNTER]).map(aRegister);
/**
 * What a meter that is known lacks to be balanced in a way: its counter, or its quarter hours, of each channel by which it measures drawn energy. One that only feeds in lacks nothing:
 * a register that it does not have would be waited for as long as it hangs.
 */
export function registersLacking(known: readonly string[], meteringKind: 'PROFILE' | 'INTERVAL'): MeterRegister[] {
  if (known.length === 0) return registersFor(meteringKind);
  const drawn = known.filter(isDrawnEnergy);
  const isByIntervals = meteringKind === 'INTERVAL';
  if (drawn.some((obis) => isOfAPeriod(obis) === isByIntervals)) return [];
  return [...new Set(drawn.map(channelOf))].map((channel) => aRegister((isByIntervals ? DRAWN_PROFILE : DRAWN_COUNTER).replace(/^[^:]+/, channel)));
}

const channelOf = (obis: string): string => obis.slice(0, obis.indexOf(':'));

export const kindFor = (meteringKind: 'PROFILE' | 'INTERVAL'): MeterKind => (meteringKind === 'INTERVAL' ? 'SMART' : 'CONVENTIONAL');

export const isAt = ({ fromAt, untilAt }: MeterInstallation, at: Date): boolean => fromAt <= at && (untilAt === null || at < untilAt);
