// Gaps of days that are over: held, estimated when the market's time is over, replaced when the real value comes.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MeterReadingIngested, ReadingCorrected } from '@stromgraph/events/metering';
import { transact } from '@stromgraph/kernel/database';
import { addDays, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import type { Confirmed } from '../../tests/build/contract-confirmed.ts';
import { aMaloId } from '../../tests/build/contract-import.ts';
import { COUNTER, type Desk, openDesk, series, whole } from '../../tests/build/metering-desk.ts';
import { watchSilence } from './actions/find-silence.ts';

const NOW = '2026-11-24T09:00:00Z';
let desk: Desk;
beforeAll(async () => void (desk = await openDesk(NOW)));
afterAll(() => desk.drop());

const told = async (contract: Confirmed, day: string) =>
  (await desk.published(contract)).flatMap(({ type, payload }) => payload.days.filter((each: any) => each.day === day).map((each: any) => ({ type, cause: payload.cause, ...each })));
const rowsOf = async (table: string, contract: Confirmed) =>
  (await desk.database.owner.query(`SELECT t.*, t.watt_hours::int AS wh FROM metering.${table} t JOIN metering.meter_register r ON r.id = t.register_id JOIN metering.meter m ON m.id = r.meter_id WHERE m.meter_number = $1 ORDER BY t.start_at`, [contract.meterNumber.toUpperCase()])).rows;
const [lacks, lackedDay] = [(from: number, count: number) => (nth: number) => (nth >= from && nth < from + count ? null : 100), '2026-10-20'];
const weeksBefore = (contract: Confirmed, day: string) => [21, 14, 7].map((back) => series(contract, addDays(day, -back), whole(addDays(day, -back), 100 + back)));

test('a gap is held, estimated when the market had its time, and the estimate gives way to the real value', async () => {
  await desk.database.setClock(NOW);
  const contract = await desk.confirm();
  await desk.ingest({ intervals: [...weeksBefore(contract, lackedDay), series(contract, lackedDay, whole(lackedDay, lacks(40, 4)))] });
  expect(await told(contract, lackedDay)).toMatchObject([{ type: MeterReadingIngested.name, version: 1, held: true, wattHours: { 40: null } }]);
  await desk.doWhatIsDue();
  expect(await told(contract, lackedDay)).toHaveLength(1); // its sender has a day to complete it

  await desk.database.setClock('2026-11-25T23:00:00Z');
  await desk.doWhatIsDue();
  const [, corrected] = await told(contract, lackedDay);
  expect(corrected).toMatchObject({ type: ReadingCorrected.name, version: 2, cause: '4 values were estimated: LIKE_DAYS', ours: [40, 41, 42, 43] });
  expect(corrected.held).toBeUndefined();
  expect(corrected.wattHours.slice(39, 45)).toEqual([100, 114, 114, 114, 114, 100]);
  expect(corrected.statuses.slice(39, 45)).toEqual(['TRUE', 'SUBSTITUTE', 'SUBSTITUTE', 'SUBSTITUTE', 'SUBSTITUTE', 'TRUE']);
  expect(await rowsOf('interval_working', contract)).toMatchObject(Array(4).fill({ wh: 114, method: 'LIKE_DAYS', reason: expect.stringContaining('no value'), inputs: { days: ['2026-09-29', '2026-10-06', '2026-10-13'] }, set_by: 'validation' }));
  expect(await rowsOf('interval', contract)).toHaveLength(4 * 96 - 4); // the market's own stay what they are
  await desk.doWhatIsDue();
  expect(await told(contract, lackedDay)).toHaveLength(2);

  // A provisional value takes no substitute's place; a true one does, and only its own.
  const from = quarterHoursOf(lackedDay)[40]!.toISOString();
  await desk.ingest({ intervals: [series(contract, lackedDay, [90], { start: from, status: 'PROVISIONAL' })] });
  expect((await told(contract, lackedDay)).at(-1)).toMatchObject({ ours: [40, 41, 42, 43], wattHours: { 40: 114 }, statuses: { 40: 'SUBSTITUTE' } });
  await desk.ingest({ intervals: [series(contract, lackedDay, [95, 96], { start: from })] });
  expect((await told(contract, lackedDay)).at(-1)).toMatchObject({ type: ReadingCorrected.name, ours: [42, 43], wattHours: { 40: 95, 41: 96, 42: 114 }, statuses: { 40: 'TRUE', 41: 'TRUE', 42: 'SUBSTITUTE' } });
  await desk.ingest({ intervals: [series(contract, lackedDay, [97, 98], { start: quarterHoursOf(lackedDay)[42]!.toISOString() })] });
  const last = (await told(contract, lackedDay)).at(-1);
  expect(last).toMatchObject({ type: ReadingCorrected.name, cause: 'the value of the market has come', wattHours: { 42: 97, 43: 98 } });
  expect(last.ours).toBeUndefined();
  expect(await rowsOf('interval_working', contract)).toEqual([]);
  expect(await rowsOf('interval_working_superseded', contract)).toMatchObject(Array(4).fill({ wh: 114, method: 'LIKE_DAYS', known_from: new Date('2026-11-25T23:00Z'), known_until: new Date('2026-11-25T23:00Z') }));
  expect((await desk.database.owner.query(`SELECT register_id, day FROM metering.usage_faults('2026-01-01', '2026-12-01') UNION ALL SELECT register_id, month FROM metering.usage_month_faults('2026-01-01', '2026-12-01')`)).rows).toEqual([]);
});

test('what a contract is expected to use fills no gap of a register that measures a part of it: two tariffs, two meters, what is fed in', async () => {
  await desk.database.setClock(NOW);
  const register = async (meterNumber: string, ...registers: string[]): Promise<string> =>
    (await desk.query('mutation ($input: RegisterMeterInput!) { registerMeter(input: $input) { ... on RegisterMeterSuccess { meter { id } } } }', { input: { meterNumber, kind: 'SMART', registers: registers.map((obis) => ({ obis })) } })).registerMeter.meter.id;
  await register('1TAR0001', '1-0:1.29.1', '1-0:1.29.2', '1-0:2.29.0');
  const tariffs = await desk.confirm({ meterNumber: '1TAR0001', startOn: '2026-10-01' });
  const [alone, two] = [await desk.confirm({ startOn: '2026-10-01' }), await desk.confirm({ startOn: '2026-10-01', maloId: aMaloId() })];
  const input = { meterId: await register('1BES0001', '1-0:1.29.0'), maloId: two.maloId, from: startOfDay('2026-10-01').toISOString() };
  expect((await desk.query('mutation ($input: InstallMeterInput!) { installMeter(input: $input) { __typename } }', { input })).installMeter.__typename).toBe('InstallMeterSuccess');
  const beside = { ...two, meterNumber: '1BES0001' };
  const day = '2026-10-07';
  const one = (contract: Confirmed, obis = '1-0:1.29.0') => series(contract, day, whole(day, (nth) => (nth === 0 ? 50 : null)), { obis });
  await desk.ingest({ intervals: [one(tariffs, '1-0:1.29.1'), one(tariffs, '1-0:1.29.2'), one(tariffs, '1-0:2.29.0'), one(alone), one(two), one(beside)] });
  await desk.database.setClock('2026-11-26T10:00:00Z');
  await desk.doWhatIsDue();
  const estimated = async (contract: Confirmed) => (await told(contract, day)).filter(({ ours }) => ours).map(({ obis, ours, wattHours }) => [obis, ours.length, wattHours[1]]);
  expect(await estimated(alone)).toEqual([['1-0:1.29.0', 95, 100]]);
  for (const contract of [tariffs, two]) expect(await estimated(contract)).toEqual([]);
  const { openFindings } = await desk.query('{ openFindings(first: 500, rule: "R01") { nodes { day meter { meterNumber } } } }');
  for (const { meterNumber } of [tariffs, two, beside]) expect(openFindings.nodes).toContainEqual({ day, meter: { meterNumber: meterNumber.toUpperCase() } }); // a person decides
});

test('readings of the counter around a gap decide how much it held', async () => {
  await desk.database.setClock(NOW);
  const contract = await desk.confirm();
  const day = '2026-10-25'; // of 100 quarter hours
  const read = (at: string, wattHours: number) => ({ meterNumber: contract.meterNumber, obis: COUNTER, readAt: at, wattHours });
  await desk.ingest({
    intervals: [...weeksBefore(contract, day), series(contract, day, whole(day, lacks(10, 50)))],
    registers: [read('2026-10-24T22:00:00Z', 999_998_000), read('2026-10-25T23:00:00Z', 10_345)], // over zero: 12,345 Wh
  });
  await desk.database.setClock('2026-11-26T10:00:00Z');
  await desk.doWhatIsDue();
  const corrected = (await told(contract, day)).at(-1);
  expect(corrected.ours).toHaveLength(50);
  expect(corrected.wattHours.reduce((a: number, b: number) => a + b)).toBe(12_345);
  expect((await rowsOf('interval_working', contract))[0].inputs.counter).toEqual({ from: '2026-10-24T22:00:00.000Z', until: '2026-10-25T23:00:00.000Z', wattHours: '12345' });
});

test('more days than fit in one transaction are all estimated, and none twice', async () => {
  await desk.database.setClock(NOW);
  const contract = await desk.confirm();
  const days = Array.from({ length: 40 }, (_, nth) => addDays('2026-09-01', nth));
  await desk.ingest({ intervals: days.map((day) => series(contract, day, whole(day, lacks(40, 2)))) });
  await desk.database.setClock('2026-11-26T10:00:00Z');
  await desk.doWhatIsDue();
  const working = await rowsOf('interval_working', contract);
  expect(working).toHaveLength(80);
  expect(new Set(working.map(({ method, wh }) => `${method} ${wh}`))).toEqual(new Set(['INTERPOLATION 100']));
  expect((await desk.published(contract)).flatMap(({ payload }) => payload.days).filter(({ ours }: any) => ours)).toHaveLength(40);
});

test('silence is found: a day of which nothing came, and the rest of days that were delivered in part before they were over, are held, estimated, and give way to the real value', async () => {
  const until = async (instant: string) => {
    await desk.database.setClock(instant);
    await desk.doWhatIsDue();
  };
  await desk.database.setClock('2026-12-13T08:00:00Z');
  const contract = await desk.confirm();
  await transact(desk.db, watchSilence);
  await desk.ingest({ intervals: [series(contract, '2026-12-12', whole('2026-12-12', 100))] });
  await until('2026-12-14T13:00:00Z'); // of the 13th nothing comes
  expect(await told(contract, '2026-12-13')).toMatchObject([{ type: MeterReadingIngested.name, version: 1, held: true, wattHours: Array(96).fill(null), missing: Array.from({ length: 96 }, (_, nth) => nth) }]);
  for (const day of ['2026-12-14', '2026-12-15']) {
    await until(`${day}T13:00:00Z`);
    await desk.ingest({ intervals: [series(contract, day, Array(40).fill(100))] });
    expect((await told(contract, day)).at(-1).held).toBeUndefined(); // it is not over
  }
  await until('2026-12-16T13:00:00Z');
  expect(await told(contract, '2026-12-15')).toMatchObject([{ version: 1 }, { type: ReadingCorrected.name, version: 2, held: true, wattHours: { 39: 100, 40: null }, missing: Array.from({ length: 56 }, (_, nth) => 40 + nth) }]);
  await desk.ingest({ intervals: [series(contract, '2026-12-16', whole('2026-12-16', (nth) => (nth < 52 ? 100 : null)))] });
  await until('2026-12-17T13:00:00Z');
  await desk.ingest({ intervals: [series(contract, '2026-12-16', Array(44).fill(100), { start: quarterHoursOf('2026-12-16')[52]!.toISOString() })] });
  expect((await told(contract, '2026-12-16')).at(-1)).toMatchObject({ type: MeterReadingIngested.name, wattHours: { 95: 100 } });
  const late = await desk.confirm(); // its first value comes when its days are long over
  await until('2026-12-31T13:00:00Z');
  await desk.ingest({ intervals: [series(late, '2026-12-30', whole('2026-12-30', 50))] });
  await until('2027-01-06T13:00:00Z');
  expect(await told(late, '2026-12-03')).toMatchObject([{ held: true }]);
  await until('2027-01-08T13:00:00Z');
  const [nothing, rest] = [(await told(contract, '2026-12-13')).at(-1), (await told(contract, '2026-12-15')).at(-1)];
  expect([nothing.held, rest.held, nothing.missing, nothing.ours.length, rest.ours.length]).toEqual([undefined, undefined, undefined, 96, 56]);
  expect(await rowsOf('interval_working', contract)).toMatchObject(expect.arrayContaining([expect.objectContaining({ wh: 100 })]));
  const { usage } = await desk.query('query ($id: ID!) { usage(meterId: $id, from: "2026-12-12", until: "2026-12-17", resolution: QUARTER_HOUR) { complete missing { from } estimates { from until method } totalWattHours } }', { id: await desk.meterIdOf(contract) });
  expect(usage).toMatchObject({ complete: true, missing: [], totalWattHours: 5 * 9_600 });
  await desk.ingest({ intervals: [series(contract, '2026-12-13', whole('2026-12-13', 90))] });
  expect((await told(contract, '2026-12-13')).at(-1)).toMatchObject({ type: ReadingCorrected.name, wattHours: Array(96).fill(90), statuses: Array(96).fill('TRUE') });
  expect((await desk.database.owner.query(`SELECT count(*)::int AS rows FROM metering.due WHERE kind = 'FIND_SILENCE'`)).rows).toEqual([{ rows: 1 }]);
  expect((await desk.database.owner.query(`SELECT register_id, day FROM metering.usage_faults('2026-11-01', '2027-02-01') UNION ALL SELECT register_id, month FROM metering.usage_month_faults('2026-11-01', '2027-02-01')`)).rows).toEqual([]);
});
