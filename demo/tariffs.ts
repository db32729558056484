// The products of the demo's retailer: prices fixed for twelve months, billed once a year or, where quarter hours are measured, by the month;
// and the price of the exchange, which every supplier has to offer and nobody has taken yet.
import { addDays, type LocalDate } from '@stromgraph/kernel/time';
import { demoId } from './identifiers.ts';

export const CHANNELS = ['WEB', 'CALL_CENTRE', 'PARTNER'] as const;
export type SalesChannel = (typeof CHANNELS)[number];

export type DemoTariff = Readonly<{
  tariffId: string;
  name: string;
  kind: 'FIX12' | 'DYNAMIC';
  rate: Readonly<{ kind: 'FLAT' | 'SPOT' }>;
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
  endOfContract: 'RENEW_MONTHLY';
  fixedBonusCents: number;
  fixFeeCentsPerMonth: number;
  validFrom: LocalDate;
  definedAt: Date;
}>;

const KWH = 1_000;

/** @param validFrom the first day on which any of them was sold */
export function tariffsOf(validFrom: LocalDate, idBaseMs: number): DemoTariff[] {
  const fixed = { kind: 'FIX12', rate: { kind: 'FLAT' }, minimumDurationMonths: 12, endOfContract: 'RENEW_MONTHLY' } as const;
  const yearly = { ...fixed, billingFrequencyMonths: 12, advancePaymentMode: 'ABSCHLAG_MONTHLY', numberOfAdvances: 11 } as const;
  const monthly = { ...fixed, billingFrequencyMonths: 1, advancePaymentMode: 'NONE', numberOfAdvances: 0, fixedBonusCents: 0 } as const;
  const home = { household: true, minimumMarginMilliCt: 500, maximumMarginMilliCt: 4_500, consumptionFromWattHours: 0, consumptionUntilWattHours: 50_000 * KWH, graceDays: 14 } as const;
  const business = { household: false, minimumMarginMilliCt: 300, maximumMarginMilliCt: 3_500, consumptionFromWattHours: 0, consumptionUntilWattHours: 1_000_000 * KWH, graceDays: 21 } as const;
  const definedAt = new Date(`${addDays(validFrom, -14)}T09:00:00Z`);
  return [
    { ...home, ...yearly, name: 'Klar 12', fixedBonusCents: 5_000, fixFeeCentsPerMonth: 1_190 },
    { ...home, ...monthly, name: 'Klar 12 Monat', fixFeeCentsPerMonth: 990 },
    { ...business, ...yearly, name: 'Klar Gewerbe 12', fixedBonusCents: 0, fixFeeCentsPerMonth: 1_650 },
    { ...business, ...monthly, name: 'Klar Gewerbe 12 Monat', fixFeeCentsPerMonth: 1_450 },
    { ...home, ...monthly, name: 'Klar Börse', kind: 'DYNAMIC' as const, rate: { kind: 'SPOT' } as const, minimumDurationMonths: 1, fixFeeCentsPerMonth: 690 },
  ].map((tariff, index) => ({ ...tariff, tariffId: demoId('tariff', idBaseMs, index), validFrom, definedAt }));
}

/** Which of them a contract is on: monthly bills need measured quarter hours. */
export const tariffFor = (tariffs: readonly DemoTariff[], { household, measured }: { household: boolean; measured: boolean }): DemoTariff =>
  tariffs.find((tariff) => tariff.kind === 'FIX12' && tariff.household === household && (tariff.billingFrequencyMonths === 1) === measured)!;
