import { type LocalDate, QUARTER_HOUR_MS, startOfDay } from '@stromgraph/kernel/time';
import { isOfAPeriod } from '../validation/check-interval.ts';
import { intervalsFrom } from '../validation/meter-facts.ts';
import type { KnownSum, Period } from './usage.ts';

type Span = Readonly<{ fromMs: number; untilMs: number }>;
/** A time in which its meter hung at a contract of ours, UTC milliseconds, the end exclusive; `takesOver`: from another meter, that was exchanged for it at `fromMs`. */
export type DuePlace = Span & Readonly<{ takesOver: boolean; /** False of a contract balanced on a profile as long as its meter has never delivered intervals: they are not waited for. */ isAwaited: boolean }>;
/** A register and when its values are due; the length of its intervals in minutes. */
export type DueRegister = Readonly<{ registerId: number; obis: string; minutes: number; places: readonly DuePlace[] }>;

/** The times that a register has to deliver, in whole intervals of its own, in order and without overlap, cut off at the ends of a period. */
export function dueSpans({ obis, minutes, places }: DueRegister, period: Period): Span[] {
  const [startMs, endMs] = boundsOf(period);
  const stepMs = isOfAPeriod(obis) ? minutes * 60_000 : 1;
  return union(places.filter(({ isAwaited }) => isAwaited || !isOfAPeriod(obis)).map((place) => ({
    fromMs: Math.max(startMs, Math.ceil(intervalsFrom(place, stepMs) / stepMs) * stepMs),
    untilMs: Math.min(endMs, place.untilMs === Infinity ? Infinity : Math.floor(place.untilMs / stepMs) * stepMs),
  })));
}

/** Whether the meter of one of the registers hung there in all of a quarter hour. */
export const hungAt = (registers: readonly DueRegister[], startMs: number): boolean => registers.some(({ places }) => places.some(({ fromMs, untilMs }) => fromMs <= startMs && startMs + QUARTER_HOUR_MS <= untilMs));

/** Which registers a quarter hour waits for: those that have to deliver it and have not. */
export function lackingAt(registers: readonly DueRegister[], period: Period, isKnown: (registerId: number, nth: number) => boolean): Map<number, DueRegister[]> {
  const [startMs] = boundsOf(period);
  const lacking = new Map<number, DueRegister[]>();
  for (const register of registers)
    for (const { fromMs, untilMs } of dueSpans(register, period))
      for (let nth = (fromMs - startMs) / QUARTER_HOUR_MS; nth < (untilMs - startMs) / QUARTER_HOUR_MS; nth++)
        if (!isKnown(register.registerId, nth)) lacking.set(nth, [...(lacking.get(nth) ?? []), register]);
  return lacking;
}

/** Whether every instant of a period was measured by somebody, and is known by each register that had to deliver it. */
export function isAllKnown(registers: readonly DueRegister[], sums: readonly KnownSum[], period: Period): boolean {
  const known = new Map<number, number>();
  for (const { registerId, knownMs } of sums) known.set(registerId, (known.get(registerId) ?? 0) + knownMs);
  const spans = registers.map((register) => ({ registerId: register.registerId, due: dueSpans(register, period) }));
  return spans.every(({ registerId, due }) => (known.get(registerId) ?? 0) >= lengthOf(due)) && lengthOf(union(spans.flatMap(({ due }) => due))) === lengthOfPeriod(period);
}

export const lengthOfPeriod = (period: Period): number => lengthOf([toSpan(period)]);

function union(spans: readonly Span[]): Span[] {
  const joined: { fromMs: number; untilMs: number }[] = [];
  for (const { fromMs, untilMs } of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    if (untilMs <= fromMs) continue;
    const last = joined.at(-1);
    if (last && fromMs <= last.untilMs) last.untilMs = Math.max(last.untilMs, untilMs);
    else joined.push({ fromMs, untilMs });
  }
  return joined;
}

const lengthOf = (spans: readonly Span[]): number => spans.reduce((length, { fromMs, untilMs }) => length + untilMs - fromMs, 0);
const startMsOf = (day: LocalDate): number => startOfDay(day).getTime();
const boundsOf = ({ from, until }: Period): [number, number] => [startMsOf(from), startMsOf(until)];
const toSpan = (period: Period): Span => ({ fromMs: boundsOf(period)[0], untilMs: boundsOf(period)[1] });
