import { expect, test } from 'vitest';
import { closeAt, isClosed, nextClose, nextMinute, nextSnapshotAt } from './calendar.ts';

test.each([
  ['2026-11-24T09:00:00Z', '2026-11-25T00:00:00.000Z'],
  ['2026-11-23T23:59:59Z', '2026-11-24T00:00:00.000Z'],
  ['2026-11-24T00:00:00Z', '2026-11-25T00:00:00.000Z'], // exactly then: the next one
  ['2026-03-28T12:00:00Z', '2026-03-29T00:00:00.000Z'], // before the clocks change
  ['2026-03-29T12:00:00Z', '2026-03-29T23:00:00.000Z'],
  ['2026-10-24T12:00:00Z', '2026-10-24T23:00:00.000Z'],
  ['2026-10-25T12:00:00Z', '2026-10-26T00:00:00.000Z'],
])('after %s the next snapshot is at %s: 01:00 in Berlin', (now, at) => expect(nextSnapshotAt(new Date(now)).toISOString()).toBe(at));

test.each([
  ['2026-10-01', '2026-11-03T05:00:00.000Z'], // 1 November is a Sunday
  ['2026-12-01', '2027-01-05T05:00:00.000Z'], // 1 January a Friday and a holiday, 6 January too
  ['2026-05-01', '2026-06-02T04:00:00.000Z'],
  ['2026-03-01', '2026-04-02T04:00:00.000Z'], // before Good Friday
])('the month of %s is closed at %s', (month, at) => expect(closeAt(month).toISOString()).toBe(at));

test.each([
  ['2026-11-02T12:00:00Z', '2026-10-01'],
  ['2026-11-03T05:00:00Z', '2026-11-01'],
  ['2026-11-24T12:00:00Z', '2026-11-01'],
])('at %s the month of %s is closed next', (now, month) => expect(nextClose(new Date(now))).toEqual({ month, at: closeAt(month) }));

test('together means until the minute is over', () => expect(nextMinute(new Date('2026-11-24T09:00:00Z')).toISOString()).toBe('2026-11-24T09:01:00.000Z'));

test.each([
  ['2026-11-03T04:58:59Z', false],
  ['2026-11-03T04:59:00Z', true], // what changes now may miss the closing
  ['2026-12-01T00:00:00Z', true],
])('at %s October is closed: %s', (now, closed) => expect(isClosed('2026-10-01', new Date(now))).toBe(closed));
