import { wattHoursOfKwh } from '@stromgraph/kernel/energy';
import { isProblem } from '@stromgraph/kernel/problem';
import { parseMaloId, parseMeterNumber, parseObis } from '@stromgraph/kernel/market-ids';
import { parseInstant } from '@stromgraph/kernel/time';
import { type Envelope, type Fields, firstOf, textAt } from './envelope.ts';

type Status = 'TRUE' | 'SUBSTITUTE' | 'PROVISIONAL';
type Meaning = Readonly<{ meterNumber: string | null; obis: string; status: Status; reason: string | null; method: string | null }>;
export type MeasuredSeries = Meaning & Readonly<{ start: string; minutes: number; wattHours: (number | null)[] }>;
export type MeasuredReading = Meaning & Readonly<{ readAt: string; wattHours: string }>;
export type MeasuredValues = Readonly<{ maloId: string; intervals: MeasuredSeries[]; registers: MeasuredReading[] }>;

/** Identifiers of MSCONS with energy and readings: counter states, energy of a period, load profiles. */
const OF_VALUES = new Set(['13002', '13015', '13016', '13017', '13018', '13019', '13025']);
const STATUS: Readonly<Record<string, Status>> = { ABGELESEN: 'TRUE', ERSATZWERT: 'SUBSTITUTE', VORLAEUFIGERWERT: 'PROVISIONAL' };
/** Said of a place in the document that holds no value which anybody could use. */
const NO_VALUE = new Set(['FEHLT', 'NICHT_VERWENDBAR', 'PROGNOSEWERT', 'VORSCHLAGSWERT']);
const MINUTE_MS = 60_000;

export const isOfValues = (pruefidentifikator: string): boolean => OF_VALUES.has(pruefidentifikator);

type Value = Meaning & Readonly<{ startMs: number; endMs: number; wattHours: bigint }>;

/** Reads what a metering operator measured; a sentence for a person where something of it cannot be read, as nobody may guess at values. */
export function readMeasuredValues(envelope: Envelope): MeasuredValues | string {
  const maloId = parseMaloId(textAt(firstOf(envelope, 'MARKTLOKATION'), 'marktlokationsId') ?? '');
  if (isProblem(maloId)) return `it names no market location: ${maloId.message}`;
  const values: Value[] = [];
  for (const [nth, quantity] of (envelope.stammdaten['ENERGIEMENGE'] ?? []).entries()) {
    const meterNumber = textAt(quantity, 'zaehlernummer');
    const parsed = meterNumber === null ? null : parseMeterNumber(meterNumber);
    if (isProblem(parsed)) return `ENERGIEMENGE[${nth}].zaehlernummer: ${parsed.message}`;
    const used = quantity['energieverbrauch'];
    if (!Array.isArray(used)) return `ENERGIEMENGE[${nth}] has no energieverbrauch`;
    for (const [at, each] of (used as Fields[]).entries()) {
      const value = readValue(each, parsed);
      if (typeof value === 'string') return `ENERGIEMENGE[${nth}].energieverbrauch[${at}]: ${value}`;
      if (value) values.push(value);
    }
  }
  if (values.length === 0) return 'it has no value';
  return { maloId, intervals: seriesOf(values), registers: values.filter(isReading).map((value) => ({ ...meaningOf(value), readAt: iso(value.startMs), wattHours: String(value.wattHours) })) };
}

function readValue(used: Fields, meterNumber: string | null): Value | string | null {
  const said = textAt(used, 'messwertstatus') ?? '';
  if (NO_VALUE.has(said)) return null;
  const status = STATUS[said];
  if (!status) return `messwertstatus ${said || 'is missing'} is not known here`;
  const obis = parseObis(textAt(used, 'obisKennzahl') ?? '');
  if (isProblem(obis)) return `obisKennzahl: ${obis.message}`;
  const [start, end] = [parseInstant(textAt(used, 'startdatum') ?? ''), parseInstant(textAt(used, 'enddatum') ?? textAt(used, 'startdatum') ?? '')];
  if (!start || !end || end < start) return 'startdatum and enddatum are no instants in order of time';
  if (used['einheit'] !== 'KWH') return `einheit ${String(used['einheit']).slice(0, 20)} is not KWH`;
  const wattHours = wattHoursOfKwh(String(used['wert']));
  if (wattHours === null) return `wert ${JSON.stringify(used['wert'])?.slice(0, 40)} is no number of kWh with at most three decimals`;
  return { meterNumber, obis, status, reason: textAt(used, 'grundErsatzwert') ?? textAt(used, 'korrekturgrund'), method: textAt(used, 'ersatzwertbildungsverfahren'), startMs: start.getTime(), endMs: end.getTime(), wattHours };
}

const isReading = ({ startMs, endMs }: Value): boolean => startMs === endMs;

/** Values that follow one another in one meaning are one series. */
function seriesOf(values: readonly Value[]): MeasuredSeries[] {
  const series: MeasuredSeries[] = [];
  let [lastStepMs, untilMs] = [0, 0];
  for (const { startMs, endMs, wattHours, ...meaning } of values.filter((each) => !isReading(each))) {
    const last = series.at(-1);
    if (last && untilMs === startMs && lastStepMs === endMs - startMs && MEANING.every((name) => last[name] === meaning[name])) last.wattHours.push(Number(wattHours));
    else series.push({ ...meaning, start: iso(startMs), minutes: (endMs - startMs) / MINUTE_MS, wattHours: [Number(wattHours)] });
    [lastStepMs, untilMs] = [endMs - startMs, endMs];
  }
  return series;
}

const MEANING = ['meterNumber', 'obis', 'status', 'reason', 'method'] as const;
const meaningOf = ({ meterNumber, obis, status, reason, method }: Meaning): Meaning => ({ meterNumber, obis, status, reason, method });
const iso = (ms: number): string => new Date(ms).toISOString();
