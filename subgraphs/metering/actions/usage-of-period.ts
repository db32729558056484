import type { Db } from '@stromgraph/kernel/database';
import { makeDayFinder } from '../intervals/berlin-day.ts';
import { quarterHoursOfDay } from '../intervals/quarter-hours.ts';
import { readDays } from '../store/intervals.ts';
import { daysWithValues, dueRegisters, keptMonths, sumsByDay, type UsageOf } from '../store/usage.ts';
import { counterReadings, marketAsOf, refusedValues, workingAsOf } from '../store/usage-as-of.ts';
import { explainedOfDays } from '../store/substitutes.ts';
import { type DayOfRegister, workingOfDays } from '../store/working.ts';
import { type DueRegister, hungAt, isAllKnown } from '../usage/due.ts';
import { estimatedRuns } from '../usage/estimated.ts';
import { daysFromReadings, totalOfTariffs } from '../usage/from-readings.ts';
import { missingRuns } from '../usage/missing.ts';
import { substitutedRuns } from '../usage/substituted.ts';
import { type Period, type Usage, usageFromDays, usageFromSums, type UsageResolution } from '../usage/usage.ts';
import { type DayValues, overlay, type WorkingValue } from '../working/overlay.ts';

export type Asked = Readonly<{ period: Period; resolution: UsageResolution; obis: string; isWorking: boolean; asOf: Date | null; now: Date }>;
type AskedOf = Asked & Readonly<{ registers: readonly DueRegister[] }>;
type Day = DayOfRegister & DayValues & Readonly<{ minutes: number }>;

const OF_A_COUNTER = /\.8\.\d+$/;
const OF_A_TOTAL = /\.8\.0$/;
const OF_A_PERIOD = /\.(9|29)\./;
const dayFinder = makeDayFinder();

/** Energy of a period: from intervals, our working values in their places; from readings of the counter where there are no intervals. */
export async function usageOfPeriod(db: Db<any>, of: UsageOf, given: Asked): Promise<Usage | null> {
  const registers = await dueRegisters(db, of);
  if (!registers) return null;
  const asked = { ...given, registers };
  const { period, resolution, obis, asOf } = asked;
  if (OF_A_COUNTER.test(obis)) return fromReadings(db, of, asked);
  const usage = resolution === 'QUARTER_HOUR' ? await byQuarterHour(db, of, asked) : asOf ? await sumsAsOf(db, of, asked, resolution) : await bySums(db, of, asked, resolution);
  if (usage.wattHours.some((value) => value !== null)) return usage;
  const counted = await fromReadings(db, of, { ...asked, obis: obis.replace(OF_A_PERIOD, '.8.') });
  return counted.totalWattHours > 0n && resolution !== 'QUARTER_HOUR' ? { ...counted, period, obis } : usage;
}

async function bySums(db: Db<any>, of: UsageOf, { period, obis, isWorking, registers }: AskedOf, resolution: 'DAY' | 'MONTH' | 'YEAR'): Promise<Usage> {
  // Sums per month are of the meter, whoever used the energy: a customer sees those of the own days.
  const isWhole = resolution !== 'DAY' && period.from.endsWith('-01') && period.until.endsWith('-01') && 'meterId' in of && db.ownCustomer === null;
  const sums = isWhole ? await keptMonths(db, of.meterId, obis, period, isWorking) : await sumsByDay(db, of, obis, period, isWorking);
  return usageFromSums({ period, resolution, obis, sums, due: dueOf(of, registers, obis) });
}

/** One meter has one register of a kind, and is known as far as that one is. */
const dueOf = (of: UsageOf, registers: readonly DueRegister[], obis: string): readonly DueRegister[] | null => ('meterId' in of ? null : registers.filter((each) => each.obis === obis));

/** What was known at an instant is put together from the quarter hours of then. */
async function sumsAsOf(db: Db<any>, of: UsageOf, asked: AskedOf, resolution: 'DAY' | 'MONTH' | 'YEAR'): Promise<Usage> {
  const { days } = await valuesOf(db, of, asked);
  const sums = days.flatMap(({ registerId, day, minutes, wattHours }) => (wattHours.length === 0 ? [] : [{ registerId, on: day, wattHours: wattHours.reduce((a, b) => a + b, 0n), knownMs: wattHours.length * minutes * 60_000 }]));
  return usageFromSums({ period: asked.period, resolution, obis: asked.obis, sums, due: dueOf(of, asked.registers, asked.obis) });
}

async function byQuarterHour(db: Db<any>, of: UsageOf, asked: AskedOf): Promise<Usage> {
  const { period, obis, now, asOf } = asked;
  const { days, standing } = await valuesOf(db, of, asked);
  const due = asked.registers.filter((each) => each.obis === obis);
  const refused = new Set((await refusedValues(db, due.map(({ registerId }) => registerId), period)).map(({ registerId, startMs }) => `${registerId} ${startMs}`));
  const facts = { nowMs: now.getTime(), dayOf: dayFinder, isSupplied: (startMs: number) => hungAt(asked.registers, startMs), isRefused: (registerId: number, startMs: number) => refused.has(`${registerId} ${startMs}`) };
  const ours = new Set(standing.map(({ registerId, startMs }) => `${registerId} ${startMs}`));
  const explained = await explainedOfDays(db, days.filter(({ statuses }) => statuses.includes('SUBSTITUTE')), asOf);
  return usageFromDays({
    period, obis, due,
    days: days.map((each) => ({ registerId: each.registerId, day: each.day, ...quarterHoursOfDay(each) })),
    estimates: estimatedRuns(standing, days[0]?.minutes ?? 15),
    substitutes: substitutedRuns(explained, days, (registerId, startMs) => ours.has(`${registerId} ${startMs}`)),
    missing: (unknown) => missingRuns(unknown, facts),
  });
}

/** Days with the values that are asked for, and those of them that are ours. */
async function valuesOf(db: Db<any>, of: UsageOf, { period, obis, isWorking, asOf }: Asked): Promise<{ days: Day[]; standing: WorkingValue[] }> {
  const held = await daysWithValues(db, of, obis, period);
  const market: Day[] = asOf ? await daysAsOf(db, held, asOf) : await readDays(db, held.map(({ registerId }) => registerId), held.map(({ day }) => day));
  if (!isWorking) return { days: market, standing: [] };
  const working = asOf ? await workingAsOf(db, held, asOf) : await workingOfDays(db, held);
  const ofDay = Map.groupBy(working, ({ registerId, startMs }) => `${registerId} ${dayFinder(startMs)}`);
  const standing: WorkingValue[] = [];
  const days = market.map((day) => {
    const ours = ofDay.get(`${day.registerId} ${day.day}`) ?? [];
    const { values } = overlay(day, ours);
    standing.push(...ours.filter(({ startMs }) => values.ours.includes(startMs)));
    return { ...day, ...values };
  });
  return { days, standing };
}

async function daysAsOf(db: Db<any>, held: readonly DayOfRegister[], asOf: Date): Promise<Day[]> {
  const known = Map.groupBy(await marketAsOf(db, held, asOf), ({ registerId, day }) => `${registerId} ${day}`);
  return held.map(({ registerId, day }) => {
    const values = known.get(`${registerId} ${day}`) ?? [];
    return { registerId, day, minutes: values[0]?.minutes ?? 15, startsMs: values.map(({ startMs }) => startMs), wattHours: values.map(({ wattHours }) => wattHours), statuses: values.map(({ status }) => status) };
  });
}

async function fromReadings(db: Db<any>, of: UsageOf, { period, resolution, obis, asOf, registers }: AskedOf): Promise<Usage> {
  const countedBy = async (counter: string) => ({ due: dueOf(of, registers, counter), sums: daysFromReadings(await counterReadings(db, of, counter, period, asOf), period) });
  const total = await countedBy(obis);
  const about = { period, resolution: resolution === 'QUARTER_HOUR' ? 'DAY' : resolution, obis, source: 'READINGS' } as const;
  if (total.sums.length > 0 || !OF_A_TOTAL.test(obis)) return usageFromSums({ ...about, ...total });
  const tariffs = [await countedBy(obis.replace(OF_A_TOTAL, '.8.1')), await countedBy(obis.replace(OF_A_TOTAL, '.8.2'))];
  const usage = usageFromSums({ ...about, sums: totalOfTariffs(tariffs.map(({ sums }) => sums)) });
  return { ...usage, complete: tariffs.every(({ due, sums }) => (due ? isAllKnown(due, sums, period) : usage.complete)) };
}
