// The products of the demo's retailer. Fixed prices for twelve months, billed once a year, or a price that may change monthly, billed by measured months.
import { addDays, type LocalDate } from '@stromgraph/kernel/time';
import { demoId } from './identifiers.ts';

export const CHANNELS = ['WEB', 'CALL_CENTRE', 'PARTNER'] as const;
export type SalesChannel = (typeof CHANNELS)[number];

export type DemoTariff = Readonly<{
  tariffId: string;
  name: string;
  kind: 'FIX12' | 'DYNAMIC';
  household: boolean;
  minimumDurationMonths: number;
  minimumMarginMilliCt: number;
  maximumMarginMilliCt: number;
  consumptionFromWattHours: number;
  /** Exclusive. */
  consumptionUntilWattHours: number;
  billingFrequencyMonths: 1 | 12;
  advancePaymentMode: 'ABSCHLAG_MONTHLY' | 'NONE';
  numberOfAdvances: number;
  graceDays: number;
  endOfContract: 'RENEW_MONTHLY' | 'RENEW_TERM';
  fixedBonusCents: number;
  fixFeeCentsPerMonth: number;
  validFrom: LocalDate;
  definedAt: Date;
}>;

const KWH = 1_000;

/** @param validFrom the first day on which any of them was sold */
export function tariffsOf(validFrom: LocalDate, idBaseMs: number): DemoTariff[] {
  const fixed = { kind: 'FIX12', minimumDurationMonths: 12, billingFrequencyMonths: 12, advancePaymentMode: 'ABSCHLAG_MONTHLY', numberOfAdvances: 11, endOfContract: 'RENEW_MONTHLY' } as const;
  const flexible = { kind: 'DYNAMIC', minimumDurationMonths: 1, billingFrequencyMonths: 1, advancePaymentMode: 'NONE', numberOfAdvances: 0, endOfContract: 'RENEW_MONTHLY', fixedBonusCents: 0 } as const;
  const home = { household: true, minimumMarginMilliCt: 500, maximumMarginMilliCt: 4_500, consumptionFromWattHours: 0, consumptionUntilWattHours: 50_000 * KWH, graceDays: 14 } as const;
  const business = { household: false, minimumMarginMilliCt: 300, maximumMarginMilliCt: 3_500, consumptionFromWattHours: 0, consumptionUntilWattHours: 1_000_000 * KWH, graceDays: 21 } as const;
  const definedAt = new Date(`${addDays(validFrom, -14)}T09:00:00Z`);
  return [
    { ...home, ...fixed, name: 'Klar 12', fixedBonusCents: 5_000, fixFeeCentsPerMonth: 1_190 },
    { ...home, ...flexible, name: 'Klar Flex', fixFeeCentsPerMonth: 990 },
    { ...business, ...fixed, name: 'Klar Gewerbe 12', fixedBonusCents: 0, fixFeeCentsPerMonth: 1_650 },
    { ...business, ...flexible, name: 'Klar Gewerbe Flex', fixFeeCentsPerMonth: 1_450 },
  ].map((tariff, index) => ({ ...tariff, tariffId: demoId('tariff', idBaseMs, index), validFrom, definedAt }));
}

/** Which of them a contract is on: monthly bills need measured quarter hours. */
export const tariffFor = (tariffs: readonly DemoTariff[], { household, measured }: { household: boolean; measured: boolean }): DemoTariff =>
  tariffs.find((tariff) => tariff.household === household && (tariff.kind === 'DYNAMIC') === measured)!;
