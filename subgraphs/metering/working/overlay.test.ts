import { expect, test } from 'vitest';
import { overlay, stands, type WorkingValue } from './overlay.ts';

const working = (startMs: number, instead: WorkingValue['instead'] = null): WorkingValue => ({ registerId: 1, startMs, wattHours: 7n, instead, method: 'LIKE_DAYS', reason: 'x', inputs: {} });
const market = (wattHours: bigint, status: 'TRUE' | 'SUBSTITUTE' | 'PROVISIONAL') => ({ wattHours, status });

// What ours stands in place of, what the market has now, whether ours stands.
test.each([
  ['nothing', 'nothing', true],
  ['nothing', '5 PROVISIONAL', true], // nothing becomes provisional
  ['nothing', '5 SUBSTITUTE', false],
  ['nothing', '5 TRUE', false],
  ['5 TRUE', '5 TRUE', true],
  ['5 TRUE', '6 TRUE', false],
  ['5 TRUE', '5 SUBSTITUTE', false],
  ['5 PROVISIONAL', '6 PROVISIONAL', true],
  ['5 PROVISIONAL', '5 TRUE', false],
])('in place of %s, while the market has %s: %s', (instead, now, expected) => {
  const read = (text: string) => (text === 'nothing' ? null : market(BigInt(text.slice(0, 1)), text.slice(2) as 'TRUE'));
  expect(stands({ instead: read(instead) }, read(now))).toBe(expected);
});

test('working values take their places among the market\'s, in order of time; what has given way is named', () => {
  const day = { startsMs: [0, 900_000], wattHours: [1n, 2n], statuses: ['TRUE', 'TRUE'] as const };
  const { values, givenWay } = overlay(day, [working(1_800_000), working(900_000, market(2n, 'TRUE')), working(0)]);
  expect(values).toEqual({ startsMs: [0, 900_000, 1_800_000], wattHours: [1n, 7n, 7n], statuses: ['TRUE', 'SUBSTITUTE', 'SUBSTITUTE'], ours: [900_000, 1_800_000] });
  expect(givenWay.map(({ startMs }) => startMs)).toEqual([0]);
});
