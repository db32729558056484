// Sums of balancing groups by month: what the network operators found, beside what was reported to them.
import { instantOf, readDay } from '../world/berlin.ts';
import type { Outcome } from './catalogue.ts';
import type { Envelope, Fault } from './envelope.ts';

export const SUMS: Outcome = { pruefidentifikator: '13003', eventname: 'SUMMENZEITREIHEN' };
/** So many quarter hours of the month's first series are found to be so much higher. */
export type SumsDiffer = { quarterHours: number; wattHours: number };

const QUARTER_MS = 15 * 60_000;

/** What is wrong with a report: whole months, and a value for every quarter hour. */
export function reportFaults({ stammdaten, transaktionsdaten: { monat } }: Envelope): Fault[] {
  const first = readDay(monat);
  if (first === null || !first.endsWith('-01')) return [{ path: 'transaktionsdaten.monat', fault: 'DATE' }];
  const count = quarterHoursOfMonth(first);
  return (stammdaten['SUMMENZEITREIHE'] ?? []).flatMap(({ werte }, index): Fault[] => {
    const isWhole = Array.isArray(werte) && werte.length === count && werte.every((value) => typeof value === 'string' && /^\d+(\.\d{1,3})?$/.test(value));
    return isWhole ? [] : [{ path: `stammdaten.SUMMENZEITREIHE[${index}].werte`, fault: 'LENGTH' }];
  });
}

/** The same series as they were reported, but for what is to differ; when they were formed is their version. */
export const sumsOf = ({ stammdaten }: Envelope, { differ, formedAt }: { differ: SumsDiffer | null; formedAt: string }): Envelope['stammdaten'] => ({
  SUMMENZEITREIHE: (stammdaten['SUMMENZEITREIHE'] ?? []).map((series, index) => ({
    ...series,
    erstelltAm: formedAt,
    werte: index === 0 && differ ? (series['werte'] as string[]).map((value, at) => (at < differ.quarterHours ? addWattHours(value, differ.wattHours) : value)) : series['werte'],
  })),
});

const quarterHoursOfMonth = (first: string): number =>
  (instantOf(Temporal.PlainDate.from(first).add({ months: 1 }).toString()) - instantOf(first)) / QUARTER_MS;

/** Of kilowatt-hours with three decimals. */
const addWattHours = (kwh: string, wattHours: number): string => (Math.round(Number(kwh) * 1000 + wattHours) / 1000).toFixed(3);
