import { expect, test } from 'vitest';
import { decide, getsAnswer, isAnswerTo } from './decide.ts';

// An unknown code is never a yes, and «already terminated» is one although it comes as a rejection.
test.each([
  ['55002', 'E_0623', 'A51', 'CONSENT'],
  ['55002', 'E_0623', 'A58', 'CONSENT'],
  ['55003', 'E_0622', 'A07', 'REJECTION'],
  ['55003', 'E_0623', 'A50', 'REJECTION'],
  ['55018', 'E_0614', 'A03', 'CONSENT'],
  ['55018', 'E_0614', 'A12', 'CONSENT'],
  ['55018', 'E_0614', 'A05', 'REJECTION'],
  ['55017', 'E_0614', 'A09', 'CONSENT'],
  ['55003', 'E_0622', 'A51', 'UNKNOWN'],
  ['55003', 'E_9999', 'A07', 'UNKNOWN'],
  ['55002', 'E_0622', 'A07', 'UNKNOWN'],
  ['55003', 'E_0623', 'A51', 'UNKNOWN'],
  ['55002', null, null, 'UNKNOWN'],
  ['55002', '__proto__', 'A51', 'UNKNOWN'],
  ['55002', 'E_0623', 'constructor', 'UNKNOWN'],
  ['99999', 'E_0623', 'A51', 'UNKNOWN'],
  ['SCHEDULE_CONFIRMATION', 'ESS_REASON', 'A06', 'CONSENT'],
  ['SCHEDULE_ANOMALY', 'ESS_REASON', 'A54', 'REJECTION'],
  ['SCHEDULE_CONFIRMATION', 'ESS_REASON', 'A54', 'UNKNOWN'],
  ['SCHEDULE_CONFIRMATION', 'ESS_REASON', 'A07', 'UNKNOWN'],
  ['SCHEDULE_CONFIRMATION', 'E_0623', 'A51', 'UNKNOWN'],
  ['constructor', 'ESS_REASON', 'A06', 'UNKNOWN'],
] as const)('%s with %s %s is %s', (pruefidentifikator, codeList, code, means) => {
  expect(decide({ pruefidentifikator, codeList, code }).means).toBe(means);
});

test('an answer is to a message of its own type', () => {
  expect(isAnswerTo('SCHEDULE', 'SCHEDULE_CONFIRMATION')).toBe(true);
  expect(isAnswerTo('55001', 'SCHEDULE_CONFIRMATION')).toBe(false);
  expect(isAnswerTo('55001', '55005')).toBe(false);
  expect(['55001', 'SCHEDULE', 'MABIS_REPORT'].map(getsAnswer)).toEqual([true, true, false]);
});
