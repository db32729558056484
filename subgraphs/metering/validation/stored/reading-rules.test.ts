import { describe, expect, test } from 'vitest';
import { type ReadingFacts, readingFindings } from './reading-rules.ts';
import type { RuleBook, StoredRule } from './rule.ts';

const DAY = 86_400_000;
const only = (rule: StoredRule, warnsAbove: number | null, blocksAbove: number | null): RuleBook => new Map([[rule, { warnsAbove, blocksAbove }]]);
/** 3,650 kWh a year are 10 kWh a day: 100 kWh since the reading ten days before. */
const reading = (wattHours: bigint, change: Partial<ReadingFacts> = {}): ReadingFacts => ({
  readAtMs: 10 * DAY, wattHours, counter: { digits: 5, factor: '1' }, previous: { readAtMs: 0, wattHours: 99_820_000n }, expectedWattHoursAYear: 3_650_000,
  tariffs: null, otherMeters: 0, countersWithoutExchange: 0, ...change,
});
const up = (wattHours: bigint, change: Partial<ReadingFacts> = {}) => reading(wattHours, { previous: { readAtMs: 0, wattHours: 0n }, ...change });
const tariffs = (sumWattHours: bigint) => ({ tariffs: { sumWattHours, totalWattHours: 500_000n } });

describe.each<[string, RuleBook, [string, ReadingFacts][], [string, ReadingFacts][], [string, ReadingFacts][]]>([
  ['R12 counter went down', only('R12', 2, 3),
    [['over zero it would be more than three times the expected', reading(120_001n)], ['nothing is expected', reading(1n, { expectedWattHoursAYear: 0 })], ['a little less than before', reading(99_819_999n)]],
    [['more than twice', reading(20_001n)], ['exactly three times', reading(120_000n)]],
    [['exactly twice', reading(20_000n)], ['it went up', reading(99_900_000n)], ['the first reading', reading(0n, { previous: null })]]],
  ['R13 tariffs against the total', only('R13', 1_000, 10_000),
    [['10,001 Wh more', up(1n, tariffs(510_001n))], ['10,001 Wh less', up(1n, tariffs(489_999n))]],
    [['1,001 Wh', up(1n, tariffs(501_001n))], ['exactly 10,000 Wh', up(1n, tariffs(490_000n))]],
    [['exactly 1,000 Wh', up(1n, tariffs(499_000n))], ['a counter without tariffs', up(1n)]]],
  ['R14 other meters', only('R14', 0, 1),
    [['two others', up(1n, { otherMeters: 2 })]], [['one other', up(1n, { otherMeters: 1 })]], [['alone', up(1n)]]],
  ['R15 exchange readings', only('R15', 0, 2),
    [['three without', up(1n, { countersWithoutExchange: 3 })]], [['one without', up(1n, { countersWithoutExchange: 1 })], ['two without, exactly on the threshold', up(1n, { countersWithoutExchange: 2 })]], [['all are there', up(1n)]]],
  ['R10 high', only('R10_HIGH', 3, 10),
    [['more than ten times', up(1_000_001n)]],
    [['more than three times', up(300_001n)], ['exactly ten times', up(1_000_000n)]],
    [['exactly three times', up(300_000n)], ['over less than a week', up(300_000n, { readAtMs: 6 * DAY })], ['over zero: another rule', reading(50_000_000n)], ['nothing is expected', up(9_000_000n, { expectedWattHoursAYear: 0 })]]],
  ['R11 power over a short time', only('R11', 100, 230),
    [['more than 230 % of 43 kW for a day', up(2_374_601n, { readAtMs: DAY })], ['40 times a dial that jumps', up(61_000n, { readAtMs: DAY, counter: { digits: 5, factor: '40' } })]],
    [['more than 43 kW for a day', up(1_033_001n, { readAtMs: DAY })], ['exactly 230 %', up(2_374_600n, { readAtMs: DAY })]],
    [['exactly 43 kW, and the last digit', up(1_033_000n, { readAtMs: DAY })], ['over a week: another rule', up(90_000_000n, { readAtMs: 7 * DAY })], ['over zero: another rule', reading(50_000_000n, { readAtMs: DAY })], ['a digit that moves at once', up(1_000n, { readAtMs: 60_000 })]]],
  ['R10 low', only('R10_LOW', 5, 50),
    [['less than a fiftieth', up(1_999n)], ['nothing', up(0n)]], [['less than a fifth', up(19_999n)], ['exactly a fiftieth', up(2_000n)]], [['exactly a fifth', up(20_000n)]]],
])('%s', (_, book, blocking, warning, inside) => {
  test.each(blocking)('blocks: %s', (_name, facts) => expect(readingFindings(book, facts).map(({ severity }) => severity)).toEqual(['ERROR']));
  test.each(warning)('warns: %s', (_name, facts) => expect(readingFindings(book, facts).map(({ severity }) => severity)).toEqual(['WARNING']));
  test.each(inside)('is within: %s', (_name, facts) => expect(readingFindings(book, facts)).toEqual([]));
});
