import { expect, test } from 'vitest';
import { latestTransmissionDay } from '@stromgraph/kernel/calendar';
import { answerDueAt, supplyStart } from './start-of-supply.ts';

test.each([
  ['2026-11-23', null, '2026-11-25'],
  ['2026-11-23', '2026-11-23', '2026-11-25'],
  ['2026-11-23', '2026-11-24', '2026-11-25'],
  ['2026-11-23', '2026-11-25', '2026-11-25'],
  ['2026-11-23', '2026-12-01', '2026-12-01'],
  ['2026-11-27', '2026-11-30', '2026-12-01'],
  ['2026-12-23', '2026-12-28', '2026-12-29'],
  ['2027-03-25', null, '2027-03-31'], // Good Friday and Easter Monday
])('sent on %s for %s: supply starts on %s', (sentOn, desiredStartOn, startOn) => {
  expect(supplyStart({ sentOn, desiredStartOn })).toBe(startOn);
  expect(latestTransmissionDay(startOn) >= sentOn).toBe(true);
});

test.each([
  ['2026-11-23', '2026-11-24T10:00:00.000Z'],
  ['2026-11-27', '2026-11-30T10:00:00.000Z'],
  ['2026-06-19', '2026-06-22T09:00:00.000Z'],
])('an application of %s is answered by %s', (sentOn, dueAt) => expect(answerDueAt(sentOn).toISOString()).toBe(dueAt));
