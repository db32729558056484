import { MeterReadingIngested, ReadingCorrected } from '@stromgraph/events/metering';
import type { Tx } from '@stromgraph/kernel/database';
import { publishAll } from '@stromgraph/kernel/outbox';
import { QUARTER_HOUR_MS } from '@stromgraph/kernel/time';
import { berlinDay } from '../intervals/berlin-day.ts';
import { quarterHoursOfDay } from '../intervals/quarter-hours.ts';
import { suppliesOf } from '../store/announcements.ts';
import { ANYTHING, besideDays } from '../store/beside-days.ts';
import { readDays, type StoredDay } from '../store/intervals.ts';
import { takeSumsToCheck } from '../store/reading-findings.ts';
import type { UntoldReading } from '../store/told-readings.ts';
import { endWorking } from '../store/working.ts';
import { type Examined, examineDays, type Verdict } from './examine-days.ts';
import { examineReadings } from './examine-readings.ts';
import { dayKeyOf, type WorkedDay, workOver } from './work-over-days.ts';

/** A day that a batch has changed, whole as it now stands. */
export type ToldDay = Readonly<{ meterId: string; meterNumber: string; obis: string; maloId: string; expectedWattHours: bigint; corrected: boolean; cause: string | null; stored: StoredDay }>;
type Told = Omit<ToldDay, 'stored'> & Readonly<{ values: WorkedDay; verdict: Verdict | undefined }>;
type ToldReading = UntoldReading & Readonly<{ held: boolean }>;
/** Days in one transaction: about 100,000 values. */
export const MAX_DAYS = 1_000;
/** Readings that are told of in the transaction that stored them. */
export const MAX_READINGS = 2_000;

/** Looks at what a batch has changed and tells of it: one event per meter and contract, another for what was corrected. */
export async function tellValues(tx: Tx, about: Examined, changed: readonly ToldDay[], readings: readonly UntoldReading[]): Promise<void> {
  const { batchId, now } = about;
  const beside = readings.length > 0 ? ANYTHING : await besideDays(tx, changed.map(({ stored }) => stored));
  const toCheck = beside.sums ? await daysToCheck(tx, changed, readings, now) : [];
  const days = [...changed, ...toCheck];
  const { working: hasWorking, readings: hasReadings } = toCheck.length > 0 ? ANYTHING : beside;
  const { days: worked, givenWay } = await workOver(tx, days.map(({ stored }) => stored), hasWorking);
  await endWorking(tx, givenWay);
  // Where one of our values gave way, the day that hearers know changes, though nothing of the market's does.
  const gaveWay = new Set(givenWay.map(dayKeyOf));
  const expected = new Map(days.map(({ stored, expectedWattHours }) => [stored.contractId, expectedWattHours]));
  const verdicts = await examineDays(tx, worked, expected, { ...about, hasReadings });
  const heldReadings = await examineReadings(tx, [...new Set(readings.map(({ id }) => id))], about);
  const told = days.map(({ stored, ...day }, nth): Told => {
    const gives = gaveWay.has(`${stored.registerId} ${stored.day}`);
    return { ...day, corrected: day.corrected || gives, cause: day.cause ?? (gives && readings.length === 0 ? 'the value of the market has come' : null), values: worked[nth]!, verdict: verdicts.get(worked[nth]!) };
  });
  const toldReadings = readings.map((each) => ({ ...each, held: heldReadings.has(each.id) }));
  for (const corrected of [false, true]) {
    const ofDays = Map.groupBy(told.filter((each) => each.corrected === corrected), ({ meterId, values }) => `${meterId} ${values.contractId}`);
    const ofReadings = Map.groupBy(toldReadings.filter((each) => each.corrected === corrected), ({ meterId, contractId }) => `${meterId} ${contractId}`);
    const facts = [...new Set([...ofDays.keys(), ...ofReadings.keys()])].toSorted().map((key) => factOf(batchId, ofDays.get(key) ?? [], ofReadings.get(key) ?? []));
    if (corrected) await publishAll(tx, ReadingCorrected, facts.map(({ cause, ...fact }) => ({ ...fact, data: { ...fact.data, cause } })));
    else await publishAll(tx, MeterReadingIngested, facts);
  }
}

/** Days that are the same, but whose sums are held against the counter again. */
async function daysToCheck(tx: Tx, changed: readonly ToldDay[], readings: readonly UntoldReading[], now: Date): Promise<ToldDay[]> {
  const keys = await takeSumsToCheck(tx, readings.map(({ id }) => id), changed.map(({ stored }) => stored), now);
  if (keys.length === 0) return [];
  const stored = await readDays(
    tx,
    keys.map(({ registerId }) => registerId),
    keys.map(({ day }) => day),
  );
  const supplies = await suppliesOf(tx, [...new Set(stored.map(({ contractId }) => contractId))]);
  const numbers = new Map([...changed, ...readings].map(({ meterId, meterNumber }) => [meterId, meterNumber]));
  const keyOf = new Map(keys.map((key) => [`${key.registerId} ${key.day}`, key]));
  return stored.map((day) => {
    const { meterId, obis } = keyOf.get(`${day.registerId} ${day.day}`)!;
    return { meterId, obis, meterNumber: numbers.get(meterId)!, ...supplies.get(day.contractId)!, corrected: true, cause: null, stored: day };
  });
}

function factOf(batchId: string, days: readonly Told[], readings: readonly ToldReading[]) {
  const { meterId, meterNumber, maloId } = (days[0] ?? readings[0])!;
  const { contractId, customerId } = (days[0]?.values ?? readings[0])!;
  return {
    aggregateType: 'meter',
    aggregateId: meterId,
    cause: days.find(({ cause }) => cause)?.cause ?? (readings.length > 0 ? 'a reading was replaced' : 'the sums were held against the counter again'),
    data: {
      batchId,
      meterId,
      meterNumber,
      contractId,
      customerId,
      maloId,
      days: days.toSorted(byDay).map(toFact),
      registers: readings.map(({ obis, readAt, wattHours, quality, held, counter }) => ({ obis, readAt: readAt.toISOString(), wattHours: String(wattHours), quality, ...(held && { held: true }), counter })),
    },
  };
}

const byDay = (a: Told, b: Told): number => (a.values.day < b.values.day ? -1 : 1);

function toFact({ obis, verdict, values }: Told) {
  const { day, minutes, version, ours } = values;
  const quarters = quarterHoursOfDay(values);
  return {
    obis,
    day,
    version,
    wattHours: quarters.wattHours.map((value) => (value === null ? null : Number(value))),
    statuses: quarters.statuses,
    ...(ours.length > 0 && { ours: placesOf(day, minutes, ours) }),
    ...(verdict?.isHeld && { held: true }),
    ...(verdict?.isDoubted && { doubted: true }),
    ...(verdict && verdict.missing.length > 0 && { missing: placesOf(day, minutes, verdict.missing) }),
  };
}

/** Which quarter hours of the day intervals fill. */
function placesOf(day: string, minutes: number, startsMs: readonly number[]): number[] {
  const { fromMs } = berlinDay(day);
  const length = (minutes * 60_000) / QUARTER_HOUR_MS;
  return startsMs.flatMap((startMs) => Array.from({ length }, (_, nth) => (startMs - fromMs) / QUARTER_HOUR_MS + nth));
}
