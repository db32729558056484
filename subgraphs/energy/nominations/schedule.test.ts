// Times are German legal time on the day before, winter and summer; what is too late to change stays.
import { expect, test } from 'vitest';
import { addDays, quarterHoursOf } from '@stromgraph/kernel/time';
import { changeableFrom, correctionsUntil, deadlineOf, expiresAt, gateOf, isSameSchedule, netOf, nextStageAt, pathAt, renominatedAt, stageAt, toWholeKilowatts, unsaid, type Schedule } from './schedule.ts';

test.each([
  ['2026-11-25', '2026-11-24T13:30:00.000Z', '2026-11-25T22:30:00.000Z'],
  ['2026-07-02', '2026-07-01T12:30:00.000Z', '2026-07-02T21:30:00.000Z'],
  ['2027-03-28', '2027-03-27T13:30:00.000Z', '2027-03-28T21:30:00.000Z'], // 92: its day before is still winter
  ['2027-03-29', '2027-03-28T12:30:00.000Z', '2027-03-29T21:30:00.000Z'],
  ['2026-10-25', '2026-10-24T12:30:00.000Z', '2026-10-25T22:30:00.000Z'], // 100: its day before is still summer
  ['2026-10-26', '2026-10-25T13:30:00.000Z', '2026-10-26T22:30:00.000Z'],
])('%s is nominated by %s, and changed until %s', (day, deadline, gate) => {
  expect([deadlineOf(day), gateOf(day)].map((at) => at.toISOString())).toEqual([deadline, gate]);
  expect(pathAt(day, new Date(deadline))).toBe('DAY_AHEAD');
  expect(pathAt(day, new Date(Date.parse(deadline) + 1))).toBe('INTRADAY');
  expect(pathAt(day, new Date(gate))).toBe('INTRADAY');
  expect(pathAt(day, new Date(Date.parse(gate) + 1))).toBeNull();
  expect(expiresAt(day, 'DAY_AHEAD').toISOString()).toBe(deadline.replace('00.000', '01.000'));
});

test.each([
  ['12:29:59', null, '12:30:00'],
  ['12:30:00', 'WARNING', '13:00:00'],
  ['12:59:59', 'WARNING', '13:00:00'],
  ['13:00:00', 'ALERT', '13:30:01'],
  ['13:30:00', 'ALERT', '13:30:01'],
  ['13:30:01', 'LATE', null],
])('at %s UTC in winter the stage is %s, the next begins at %s', (time, stage, next) => {
  const now = new Date(`2026-11-24T${time}Z`);
  expect(stageAt('2026-11-25', now)).toBe(stage);
  expect(nextStageAt('2026-11-25', now)?.toISOString() ?? null).toBe(next && `2026-11-24T${next}.000Z`);
});

test.each([
  ['11:59:59', null],
  ['12:00:00', '12:15:00'],
  ['12:14:59', '12:15:00'],
  ['13:14:59', '13:15:00'],
  ['13:15:00', '13:15:00'], // the next quarter hour would be too late for an answer
  ['13:29:59', '13:29:59'],
  ['13:30:00', '13:30:00'],
  ['13:31:00', '13:40:00'], // intraday, together with what else comes
  ['13:40:00', '13:40:00'],
  ['13:44:00', '13:44:00'],
])('what moves at %s UTC is nominated at %s', (time, at) => {
  expect(renominatedAt('2026-11-25', new Date(`2026-11-24T${time}Z`))?.toISOString() ?? null).toBe(at && `2026-11-24T${at}.000Z`);
});

test('intraday what moves is nominated until the gate of the day', () => {
  expect(renominatedAt('2026-11-24', new Date('2026-11-24T22:30:00Z'))?.toISOString()).toBe('2026-11-24T22:40:00.000Z');
  expect(renominatedAt('2026-11-24', new Date('2026-11-24T22:30:01Z'))).toBeNull();
});

test.each([
  ['2026-11-24', '2026-11-25T15:00:00.000Z'],
  ['2026-11-27', '2026-11-30T15:00:00.000Z'], // a Friday
  ['2026-12-23', '2026-12-28T15:00:00.000Z'], // no working day at Christmas, nor on Christmas Eve
  ['2026-07-01', '2026-07-02T14:00:00.000Z'],
])('trades of %s may be corrected until %s', (day, until) => expect(correctionsUntil(day).toISOString()).toBe(until));

test.each([[-1n, 0n], [124n, 0n], [125n, 250n], [374n, 250n], [375n, 500n], [1_000n, 1_000n]])('%d Wh are nominated as %d', (wattHours, nominated) => {
  expect(toWholeKilowatts(wattHours)).toBe(nominated);
});

const flat = (day: string, wattHours: bigint) => quarterHoursOf(day).map(() => wattHours);
const schedule = (day: string, consumption: bigint, bought: bigint, counterparty = 'EEX'): Schedule => ({ consumption: flat(day, consumption), series: [{ side: 'BUY', counterparty, counterpartyEic: null, wattHours: flat(day, bought) }], areas: [{ gridAreaId: 'north', net: flat(day, bought) }] });

test('before the deadline everything may change', () => {
  const wanted = schedule('2026-11-25', 500n, 250n);
  expect(changeableFrom(wanted, { day: '2026-11-25', now: deadlineOf('2026-11-25'), held: schedule('2026-11-25', 0n, 0n) })).toBe(wanted);
});

// The third hour of the day comes twice, or not at all: quarter hours are counted, not local times.
test.each([['2026-11-25', 43], ['2026-10-25', 47], ['2027-03-28', 39]])('at 10:20 of %s, %i quarter hours stay as they are held', (day, fixed) => {
  const now = new Date(quarterHoursOf(day)[fixed]!.getTime() - 15 * 60_000);
  const held = schedule(day, 500n, 250n);
  const changed = changeableFrom(schedule(day, 1_000n, 750n, 'Example'), { day, now, held });
  expect(changed.consumption.filter((wattHours) => wattHours === 500n)).toHaveLength(fixed);
  expect(changed.series.map(({ counterparty, wattHours }) => [counterparty, wattHours.filter((one) => one !== 0n).length])).toEqual([['EEX', fixed], ['Example', quarterHoursOf(day).length - fixed]]);
  expect(netOf(changed)[fixed - 1]).toBe(250n);
  expect(netOf(changed)[fixed]).toBe(750n);
  expect(changed.areas).toEqual([{ gridAreaId: 'north', net: netOf(changed) }]);
  expect(changeableFrom(schedule(day, 1_000n, 750n), { day, now, held: null }).consumption.slice(0, fixed).every((one) => one === 0n)).toBe(true);
});

// Of 10:00, 10:15 and 10:30, at 10:20, only what begins at 10:45 may still change.
test('what was traded and is not said any more is counted by the last version that could say it', () => {
  const day = '2026-11-25';
  const at = (time: string) => new Date(`${day}T${time}Z`);
  const first = { path: 'DAY_AHEAD' as const, madeAt: at('00:00'), net: flat(day, 250n) };
  const second = { path: 'INTRADAY' as const, madeAt: at('09:05'), net: flat(day, 1_000n) }; // says something from 10:30 on
  const wished = schedule(day, 0n, 1_000n);
  const nowhere = { day, now: at('09:20') };
  expect(unsaid(wished, { ...nowhere, said: [second, first] })).toBe(42n * 750n);
  expect(unsaid(wished, { ...nowhere, said: [second] })).toBe(42n * 1_000n);
  expect(unsaid(wished, { ...nowhere, said: [first] })).toBe(43n * 750n);
  expect(unsaid(schedule(day, 0n, 0n), { ...nowhere, said: [first] })).toBe(43n * 250n); // sold again, or cancelled
  expect(unsaid(wished, { day, now: deadlineOf(day), said: [] })).toBe(0n);
});

test('the same schedule in another order is the same', () => {
  const day = addDays('2026-11-24', 1);
  const [one, other] = [schedule(day, 1n, 2n), schedule(day, 1n, 2n, 'Example')];
  expect(isSameSchedule({ ...one, series: [...one.series, ...other.series] }, { ...one, series: [...other.series, ...one.series] })).toBe(true);
  expect(isSameSchedule(one, other)).toBe(false);
  expect(netOf({ ...one, series: [...one.series, { ...other.series[0]!, side: 'SELL' }] }).every((net) => net === 0n)).toBe(true);
});
