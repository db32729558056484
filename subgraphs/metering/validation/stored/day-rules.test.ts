import { describe, expect, test } from 'vitest';
import { type DayFacts, findingsOf } from './day-rules.ts';
import { judge, type RuleBook, type StoredRule } from './rule.ts';

const QUARTER = 900_000;
const day = (wattHours: (number | null)[], change: Partial<DayFacts> = {}): DayFacts => ({ minutes: 15, startsMs: wattHours.map((_, nth) => nth * QUARTER), wattHours, isOver: true, expectedWattHoursAYear: 3_504_000, ...change });
const flat = (value: number, change: Record<number, number | null> = {}, count = 96) => Array.from({ length: count }, (_, nth) => (nth in change ? change[nth]! : value));
/** 3,504 kWh a year are 9,600 Wh a day: 100 Wh a quarter hour. */
const only = (rule: StoredRule, warnsAbove: number | null, blocksAbove: number | null): RuleBook => new Map([[rule, { warnsAbove, blocksAbove }]]);
const zerosFor = (quarters: number) => flat(100, Object.fromEntries(Array.from({ length: quarters }, (_, nth) => [nth + 4, 0])));

describe.each<[string, RuleBook, [string, DayFacts][], [string, DayFacts][], [string, DayFacts][]]>([
  ['R01 gap', only('R01', 0, 30),
    [['three quarter hours missing', day(flat(100, { 7: null, 8: null, 90: null }))]],
    [['one missing', day(flat(100, { 7: null }))], ['two missing, exactly on the threshold of blocking', day(flat(100, { 7: null, 95: null }))]],
    [['none missing', day(flat(100))], ['a day that is not over', day(flat(100, { 95: null }), { isOver: false })], ['a day of 92', day(flat(100, {}, 92))]]],
  ['R04 spike', only('R04', 180, 300),
    [['more than three times the third highest', day(flat(1_000, { 40: 3_001 }))], ['the third highest is nothing', day(flat(0, { 40: 1_001 }))], ['two neighbours in a day of nothing', day(flat(0, { 40: 9_000, 41: 9_000 }))]],
    [['more than 180 %', day(flat(1_000, { 40: 1_801 }))], ['exactly 300 %', day(flat(1_000, { 40: 3_000 }))]],
    [['exactly 180 %', day(flat(1_000, { 40: 1_800 }))], ['much, but below 4 kW', day(flat(100, { 40: 1_000 }))], ['a kettle in an empty flat', day(flat(0, { 40: 1_000 }))], ['two values say nothing of a third', day(flat(0, {}, 96).map((_, nth) => (nth < 2 ? 9_000 * nth : null)))], ['three as high', day(flat(100, { 40: 9_000, 41: 9_000, 42: 9_000 }))]]],
  ['R05 zeros', only('R05', 6, 20),
    [['more than 20 hours', day(zerosFor(81))]],
    [['more than 6 hours', day(zerosFor(25))], ['exactly 20 hours', day(zerosFor(80))]],
    [['exactly 6 hours', day(zerosFor(24))], ['nothing is expected', day(flat(0), { expectedWattHoursAYear: 0 })], ['a gap is no zero', day(flat(100, Object.fromEntries(Array.from({ length: 90 }, (_, nth) => [nth, nth % 20 === 0 ? null : 0]))))]]],
  ['R10 high', only('R10_HIGH', 3, 10),
    [['more than ten times the expected', day(flat(1_000, { 0: 1_001 }))]],
    [['more than three times', day(flat(300, { 0: 301 }))], ['exactly ten times', day(flat(1_000))]],
    [['exactly three times', day(flat(300))], ['a day with a gap says nothing', day(flat(9_000, { 3: null }))], ['nothing is expected', day(flat(9_000), { expectedWattHoursAYear: 0 })]]],
  ['R10 low', only('R10_LOW', 5, 50),
    [['less than a fiftieth', day(flat(2, { 0: 1 }))], ['nothing at all', day(flat(0))]],
    [['less than a fifth', day(flat(20, { 0: 19 }))], ['exactly a fiftieth', day(flat(2))]],
    [['exactly a fifth', day(flat(20))]]],
  ['R09 sum against the counter', only('R09', 0.5, 1),
    [['1,001 Wh of little', day(flat(100), { sums: { counterWattHours: 9_600, intervalWattHours: 10_601 } })], ['more than a hundredth of much, below', day(flat(100), { sums: { counterWattHours: 1_000_000, intervalWattHours: 989_999 } })]],
    [['more than half of the tolerance', day(flat(100), { sums: { counterWattHours: 9_600, intervalWattHours: 10_101 } })], ['exactly a kilowatt-hour', day(flat(100), { sums: { counterWattHours: 9_600, intervalWattHours: 8_600 } })], ['exactly a hundredth', day(flat(100), { sums: { counterWattHours: 1_000_000, intervalWattHours: 1_010_000 } })]],
    [['exactly half of the tolerance', day(flat(100), { sums: { counterWattHours: 9_600, intervalWattHours: 9_100 } })], ['equal', day(flat(100), { sums: { counterWattHours: 9_600, intervalWattHours: 9_600 } })], ['no reading ends here', day(flat(100), { sums: null })]]],
  ['R16 unit or factor', only('R16', 100, 500),
    [['a thousand times as much', day(flat(100), { usualWattHours: 9.6 })], ['a thousandth', day(flat(100), { usualWattHours: 9_600_000 })]],
    [['more than a hundred times', day(flat(100, { 0: 101 }), { usualWattHours: 96 })], ['exactly five hundred times', day(flat(100), { usualWattHours: 19.2 })]],
    [['exactly a hundred times', day(flat(100), { usualWattHours: 96 })], ['nothing was used: another rule', day(flat(0), { usualWattHours: 96 })], ['nothing is known', day(flat(100), { usualWattHours: null })], ['a day with a gap', day(flat(100, { 1: null }), { usualWattHours: 1 })]]],
  ['R16 factor of those who are measured by transformers', only('R16_FACTOR', 5, 8),
    [['a tenth of what is usual on this weekday', day(flat(1_000), { expectedWattHoursAYear: 350_400_000, usualWattHours: 96_000, likeWattHours: 960_000 })], ['forty times as much', day(flat(4_000), { expectedWattHoursAYear: 350_400_000, likeWattHours: 9_600 })]],
    [['exactly an eighth', day(flat(1_250), { expectedWattHoursAYear: 350_400_000, likeWattHours: 960_000 })]],
    [['exactly a fifth', day(flat(2_000), { expectedWattHoursAYear: 350_400_000, likeWattHours: 960_000 })], ['a household in holidays', day(flat(10), { likeWattHours: 9_600 })], ['too few like days', day(flat(1), { expectedWattHoursAYear: 350_400_000, likeWattHours: null })]]],
  ['R16 unit where nothing is usual yet', only('R16_UNIT', 100, 400),
    [['less than a four-hundredth of the expected', day(flat(0, { 0: 23 }))], ['more than four hundred times', day(flat(40_000, { 0: 40_001 }))]],
    [['exactly a four-hundredth', day(flat(0, { 0: 24 }))]],
    [['exactly a hundredth', day(flat(1))], ['days before say what is usual', day(flat(0, { 0: 1 }), { usualWattHours: 96 })], ['nothing is expected', day(flat(1), { expectedWattHoursAYear: 0 })], ['nothing was used: another rule', day(flat(0))]]],
  ['R11 power', only('R11', 100, 200),
    [['more than twice the 43 kW of a house', day(flat(100, { 4: 21_501 }))], ['more than twice 5,000 MWh in 1,000 hours', day(flat(100, { 4: 2_500_001 }), { expectedWattHoursAYear: 5_000_000_000 })]],
    [['43.004 kW', day(flat(100, { 4: 10_751 }))], ['exactly twice', day(flat(100, { 4: 21_500 }))]],
    [['exactly 43 kW', day(flat(100, { 4: 10_750 }))], ['43 kW in an hour', day(flat(100, { 4: 43_000 }, 24), { minutes: 60 })], ['5 MW where 5,000 MWh are expected', day(flat(100, { 4: 1_250_000 }), { expectedWattHoursAYear: 5_000_000_000 })]]],
])('%s', (_, book, blocking, warning, inside) => {
  test.each(blocking)('blocks: %s', (_name, facts) => expect(findingsOf(book, facts).map(({ severity }) => severity)).toEqual(['ERROR']));
  test.each(warning)('warns: %s', (_name, facts) => expect(findingsOf(book, facts).map(({ severity }) => severity)).toEqual(['WARNING']));
  test.each(inside)('is within: %s', (_name, facts) => expect(findingsOf(book, facts)).toEqual([]));
});

test('a finding names its place', () => {
  const [found] = findingsOf(only('R01', 0, 0), day(flat(100, { 7: null })));
  expect(found).toMatchObject({ rule: 'R01', startMs: 7 * QUARTER, measure: 15, detail: '15 minutes of the day have no value' });
});

test('a rule without thresholds, or whose thresholds are null, says nothing', () => {
  const measured = { rule: 'R05', startMs: 0, measure: 24, detail: '' } as const;
  expect(judge(new Map(), measured)).toBeNull();
  expect(judge(only('R05', null, null), measured)).toBeNull();
  expect(judge(only('R05', null, 3), measured)).toMatchObject({ severity: 'ERROR' });
});
