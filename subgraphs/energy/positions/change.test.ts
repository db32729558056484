import { expect, test } from 'vitest';
import { concernsRange, lookUpOf } from './change.ts';

const range = { gridAreaIds: ['a', 'b'], from: new Date('2026-11-25T10:00Z'), until: new Date('2026-11-25T12:00Z') };
const change = (gridAreaId: string, from: string, until: string, recalculation?: string) => ({ gridAreaId, from: `2026-11-25T${from}:00Z`, until: `2026-11-25T${until}:00Z`, recalculation });

test.each([
  ['a', '09:00', '10:00', false],
  ['a', '09:00', '10:15', true],
  ['b', '11:45', '14:00', true],
  ['b', '12:00', '14:00', false],
  ['c', '10:00', '11:00', false],
])('a change of %s from %s until %s concerns the range: %s', (area, from, until, concerned) => {
  expect(concernsRange(range, change(area, from, until))).toBe(concerned);
});

test('several changes are looked up at once, inside the range, since the oldest recalculation', () => {
  expect(lookUpOf(range, [change('a', '09:00', '10:30', '8'), change('b', '11:00', '13:00', '7'), change('a', '11:00', '11:15', '12')])).toEqual({
    range: { gridAreaIds: ['a', 'b'], from: range.from, until: range.until },
    since: 7n,
  });
});
