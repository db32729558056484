// The market's sums of a balancing group: sum series by MSCONS 13003.
import { wattHoursOfKwh } from '@stromgraph/kernel/energy';
import { isProblem } from '@stromgraph/kernel/problem';
import { parseEic } from '@stromgraph/kernel/market-ids';
import { addMonths, isLocalDate, parseInstant, QUARTER_HOUR_MS, startOfDay, type LocalDate } from '@stromgraph/kernel/time';
import { type Envelope, type Fields, textAt } from '../messages/envelope.ts';
import { SERIES_TYPES } from '../messages/mabis-report.ts';

export const SUMS = '13003';
export type BalancingSum = Readonly<{ balancingGroupCode: string; gridAreaCode: string; month: LocalDate; kind: 'MEASURED' | 'PROFILE'; formedAt: string; wattHours: number[] }>;

const KINDS = Object.entries(SERIES_TYPES) as ['MEASURED' | 'PROFILE', string][];

/** All series of the message, or the first thing in it that cannot be read: half of it is not taken. */
export function readSums({ stammdaten, transaktionsdaten }: Envelope): BalancingSum[] | string {
  const month = textAt(transaktionsdaten, 'monat');
  if (month === null || !isLocalDate(month) || !month.endsWith('-01')) return `its month is ${month ?? 'missing'}`;
  const read = (stammdaten['SUMMENZEITREIHE'] ?? []).map((series, index) => {
    const sum = readSeries(series, month);
    return typeof sum === 'string' ? `series ${index}: ${sum}` : sum;
  });
  const strange = read.find((sum) => typeof sum === 'string');
  if (strange !== undefined) return strange;
  return read.length > 0 ? (read as BalancingSum[]) : 'it has no series';
}

function readSeries(series: Fields, month: LocalDate): BalancingSum | string {
  const [balancingGroupCode, gridAreaCode, type, formed] = (['bilanzkreis', 'bilanzierungsgebiet', 'zeitreihentyp', 'erstelltAm'] as const).map((name) => textAt(series, name));
  const kind = KINDS.find(([, known]) => known === type)?.[0];
  const formedAt = parseInstant(formed ?? '');
  if (!balancingGroupCode || isProblem(parseEic(balancingGroupCode))) return `its balancing group is ${balancingGroupCode ?? 'missing'}`;
  if (!gridAreaCode || isProblem(parseEic(gridAreaCode, 'Y'))) return `its grid area is ${gridAreaCode ?? 'missing'}`;
  if (!kind) return `its type is ${type ?? 'missing'}`;
  if (!formedAt) return `it was formed at ${formed ?? 'a time that is missing'}`;
  const count = (startOfDay(addMonths(month, 1)).getTime() - startOfDay(month).getTime()) / QUARTER_HOUR_MS;
  const values = Array.isArray(series['werte']) ? series['werte'].map((value) => (typeof value === 'string' ? wattHoursOfKwh(value) : null)) : [];
  if (values.length !== count) return `it has ${values.length} values where the month has ${count} quarter hours`;
  const strange = values.findIndex((value) => value === null || value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER));
  if (strange >= 0) return `its value ${strange} is not an amount of energy`;
  return { balancingGroupCode, gridAreaCode, month, kind, formedAt: formedAt.toISOString(), wattHours: values.map(Number) };
}
