import { allocate } from '@stromgraph/kernel/money';
import { addDays, dayOf, startOfDay } from '@stromgraph/kernel/time';
import { advanceOf, type Counter } from '@stromgraph/kernel/energy';
import type { KnownSum, Period } from './usage.ts';

export type CounterReading = Readonly<{ registerId: number; readAtMs: number; wattHours: bigint; counter: Counter }>;

/**
 * Days of a period from readings of counters, in order of register and time: what a counter advanced between two readings is spread evenly over
 * the time between, so that the days add up to the advance exactly. A counter that begins anew (an exchange) is another register.
 */
export function daysFromReadings(readings: readonly CounterReading[], { from, until }: Period): KnownSum[] {
  const sums: KnownSum[] = [];
  readings.forEach((reading, nth) => {
    const before = readings[nth - 1];
    if (before?.registerId !== reading.registerId) return;
    const { wattHours } = advanceOf(reading.counter, before.wattHours, reading.wattHours);
    const parts: { on: string; ms: number }[] = [];
    for (let day = dayOf(new Date(before.readAtMs)); startOfDay(day).getTime() < reading.readAtMs; day = addDays(day, 1))
      parts.push({ on: day, ms: Math.min(startOfDay(addDays(day, 1)).getTime(), reading.readAtMs) - Math.max(startOfDay(day).getTime(), before.readAtMs) });
    const shares = allocate(wattHours, parts.map(({ ms }) => BigInt(ms)));
    parts.forEach(({ on, ms }, place) => {
      if (on >= from && on < until) sums.push({ registerId: reading.registerId, on, wattHours: shares[place]!, knownMs: ms });
    });
  });
  return sums.sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0));
}

/** The total of a meter that counts by tariffs (high and low) only: a day is known as far as both of them are. */
export function totalOfTariffs(tariffs: readonly (readonly KnownSum[])[]): KnownSum[] {
  const [first = new Map<string, KnownSum>(), ...others] = tariffs.map(byDay);
  return [...first.values()].flatMap((sum) => {
    const all = [sum, ...others.flatMap((days) => days.get(sum.on) ?? [])];
    if (all.length < tariffs.length) return [];
    return [{ ...sum, wattHours: all.reduce((total, { wattHours }) => total + wattHours, 0n), knownMs: Math.min(...all.map(({ knownMs }) => knownMs)) }];
  });
}

function byDay(sums: readonly KnownSum[]): Map<string, KnownSum> {
  const days = new Map<string, KnownSum>();
  for (const sum of sums) {
    const known = days.get(sum.on);
    days.set(sum.on, { ...sum, wattHours: (known?.wattHours ?? 0n) + sum.wattHours, knownMs: (known?.knownMs ?? 0) + sum.knownMs });
  }
  return days;
}
