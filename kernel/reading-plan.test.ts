import { expect, test } from 'vitest';
import { isOverdue, nextReadingAt, retryAt } from './reading-plan.ts';

const at = (time: string) => new Date(`2026-11-24T${time}Z`);
const planned = (kind: string, time: string) => ({ kind, at: at(time) });

test.each([
  ['the first announced moment', [planned('A', '12:00:00'), planned('B', '11:57:00')], '11:57:00'],
  ['of kinds that matter', [planned('X', '10:00:00'), planned('A', '12:00:00')], '12:00:00'],
  ['a minute later where one has just been missed', [planned('A', '08:59:59'), planned('B', '11:00:00')], '09:01:00'],
  ['after as long as it is late', [planned('A', '08:55:00'), planned('B', '11:00:00')], '09:05:00'],
  ['at most a quarter of an hour later', [planned('A', '05:00:00')], '09:15:00'],
  ['no later than what else is announced', [planned('A', '05:00:00'), planned('B', '09:10:00')], '09:10:00'],
  ['an hour later without any announcement', [planned('X', '10:00:00')], '10:00:00'],
])('it is read next at %s', (_, announced, time) => {
  expect(nextReadingAt(announced, ['A', 'B'], at('09:00:00'))).toEqual(at(time));
});

test.each([[0, 0, '09:00:01'], [1, 0, '09:00:02'], [4, 1, '09:00:08'], [30, 0, '09:15:00']])('after %i failures a service is asked again', (before, chance, time) => {
  expect(retryAt(before, at('09:00:00'), chance)).toEqual(at(time));
});

test.each([['14:59:59', false], ['15:00:00', true]])('failing since 09:00 at %s', (now, overdue) => {
  expect(isOverdue(at('09:00:00'), at(now))).toBe(overdue);
});
