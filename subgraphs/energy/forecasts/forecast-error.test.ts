import { expect, test } from 'vitest';
import { errorOf } from './forecast-error.ts';
import { nextForecastAt } from './timetable.ts';

test.each([
  [[100n, 100n], [100n, 100n], 0n, '0.0000'],
  [[110n, 90n], [100n, 100n], 0n, '10.0000'],
  [[150n, 100n], [100n, 100n], 50n, '25.0000'],
  [[0n, 0n, 1n], [3n, 3n, 3n], -8n, '88.8889'],
  [[5n, 110n], [0n, 100n], 15n, '10.0000'], // nothing used: no percentage
  [[5n], [0n], 5n, null],
].map((row) => ({ title: row.map(String).join(' · '), row })))('$title', ({ row: [values, used, biasWattHours, mapePercent] }) => {
  expect(errorOf(values as bigint[], used as bigint[])).toEqual({ biasWattHours, mapePercent });
});

test.each([
  ['2026-11-24T07:59:59Z', '2026-11-24T08:00:00.000Z'],
  ['2026-11-24T08:00:00Z', '2026-11-25T08:00:00.000Z'],
  ['2026-03-28T20:00:00Z', '2026-03-29T07:00:00.000Z'],
])('after %s the next day is forecast at %s', (now, at) => {
  expect(nextForecastAt(new Date(now)).toISOString()).toBe(at);
});
