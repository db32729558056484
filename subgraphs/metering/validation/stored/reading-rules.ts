import { advanceOf, type Counter } from '@stromgraph/kernel/energy';
import { wattsCarried } from './day-rules.ts';
import { type Finding, judge, type Measured, type RuleBook } from './rule.ts';

/** A counter's reading as it stands, and what there is around it. */
export type ReadingFacts = Readonly<{
  readAtMs: number;
  wattHours: bigint;
  counter: Counter;
  /** The billable reading before it. */
  previous: Readonly<{ readAtMs: number; wattHours: bigint }> | null;
  expectedWattHoursAYear: number;
  /** Of the same instant: the sum of the tariff counters and the total; null where one of them is missing. */
  tariffs: Readonly<{ sumWattHours: bigint; totalWattHours: bigint }> | null;
  otherMeters: number;
  countersWithoutExchange: number;
}>;

const MS_A_YEAR = 365 * 86_400_000;
const MS_AN_HOUR = 3_600_000;
const LAST_DIGIT_WATT_HOURS = 1_000;
/** Over less than a week use is too uneven to be held against a year's expectation. */
const LEVEL_FROM_MS = 7 * 86_400_000;

/** R12: a counter that shows less than before went over zero, or is wrong: how many times the expected use the first would mean. */
export function decrease({ readAtMs, wattHours, counter, previous, expectedWattHoursAYear }: ReadingFacts): Measured | null {
  if (!previous) return null;
  const { wattHours: advanced, rolledOver } = advanceOf(counter, previous.wattHours, wattHours);
  if (!rolledOver) return null;
  const expected = (expectedWattHoursAYear * (readAtMs - previous.readAtMs)) / MS_A_YEAR;
  const measure = expected > 0 ? Number(advanced) / expected : Number.MAX_SAFE_INTEGER;
  return { rule: 'R12', startMs: readAtMs, measure, detail: `${wattHours} Wh after ${previous.wattHours} Wh: over zero it would be an advance of ${advanced} Wh, where ${Math.round(expected)} Wh are expected` };
}

/** R13: by how much the tariff counters differ from the total. */
export function tariffSum({ readAtMs, tariffs }: ReadingFacts): Measured | null {
  if (!tariffs) return null;
  const { sumWattHours, totalWattHours } = tariffs;
  const measure = Math.abs(Number(sumWattHours - totalWattHours));
  return { rule: 'R13', startMs: readAtMs, measure, detail: `the tariff counters show ${sumWattHours} Wh together, the total ${totalWattHours} Wh` };
}

/** R14: more than one meter for the same energy; one of them may be another's. */
export const identity = ({ readAtMs, otherMeters }: ReadingFacts): Measured => ({
  rule: 'R14', startMs: readAtMs, measure: otherMeters, detail: `${otherMeters} other meters with this register hang at the same place: is it the right meter?`,
});

/** R15: counters of an exchanged meter, the old or the new, without a reading at the exchange. */
export const exchange = ({ readAtMs, countersWithoutExchange }: ReadingFacts): Measured => ({
  rule: 'R15', startMs: readAtMs, measure: countersWithoutExchange, detail: `${countersWithoutExchange} counters have no reading at the exchange of their meter`,
});

/** R10: how many times more, or less, than the year's expectation a counter advanced. */
export function advanceLevel({ readAtMs, wattHours, counter, previous, expectedWattHoursAYear }: ReadingFacts): Measured[] {
  if (!previous || expectedWattHoursAYear === 0 || readAtMs - previous.readAtMs < LEVEL_FROM_MS) return [];
  const { wattHours: advanced, rolledOver } = advanceOf(counter, previous.wattHours, wattHours);
  if (rolledOver) return []; // for R12 to judge
  const expected = (expectedWattHoursAYear * (readAtMs - previous.readAtMs)) / MS_A_YEAR;
  const used = Number(advanced);
  const detail = `${used} Wh since the reading before, where ${Math.round(expected)} Wh are expected`;
  if (used >= expected) return [{ rule: 'R10_HIGH', startMs: readAtMs, measure: used / expected, detail }];
  return [{ rule: 'R10_LOW', startMs: readAtMs, measure: used === 0 ? Number.MAX_SAFE_INTEGER : expected / used, detail }];
}

/** R11: over so short a time that R10 says nothing, the average power in percent of what the connection carries; the last digit of a counter may have been about to move. */
export function averagePower({ readAtMs, wattHours, counter, previous, expectedWattHoursAYear }: ReadingFacts): Measured | null {
  if (!previous || readAtMs - previous.readAtMs >= LEVEL_FROM_MS) return null;
  const { wattHours: advanced, rolledOver } = advanceOf(counter, previous.wattHours, wattHours);
  if (rolledOver) return null; // for R12 to judge
  const hours = (readAtMs - previous.readAtMs) / MS_AN_HOUR;
  const [watts, carried] = [Math.max(0, Number(advanced) - LAST_DIGIT_WATT_HOURS * Number(counter.factor)) / hours, wattsCarried(expectedWattHoursAYear)];
  return { rule: 'R11', startMs: readAtMs, measure: (watts / carried) * 100, detail: `${Math.round(watts / 1_000)} kW on average since the reading before, where the connection carries about ${Math.round(carried / 1_000)} kW` };
}

/** What is to be said about a reading, by the thresholds as they are. */
export const readingFindings = (book: RuleBook, facts: ReadingFacts): Finding[] =>
  [decrease(facts), tariffSum(facts), identity(facts), exchange(facts), averagePower(facts), ...advanceLevel(facts)].flatMap((measured) => (measured && judge(book, measured)) ?? []);
