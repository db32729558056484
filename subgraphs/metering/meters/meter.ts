import type { DecimalText } from '@stromgraph/kernel/money';
import type { Problem } from '@stromgraph/kernel/problem';
import type { LocalDate } from '@stromgraph/kernel/time';

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
export const kindFor = (meteringKind: 'PROFILE' | 'INTERVAL'): MeterKind => (meteringKind === 'INTERVAL' ? 'SMART' : 'CONVENTIONAL');

export const isAt = ({ fromAt, untilAt }: MeterInstallation, at: Date): boolean => fromAt <= at && (untilAt === null || at < untilAt);
