// Readings of counters held against each other, against their intervals, and against what is expected.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MeterReadingIngested, ReadingCorrected } from '@stromgraph/events/metering';
import { newId } from '@stromgraph/kernel/ids';
import { addDays, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import type { Confirmed } from '../../tests/build/contract-confirmed.ts';
import { COUNTER, type Desk, openDesk, series, whole } from '../../tests/build/metering-desk.ts';

let desk: Desk;
beforeAll(async () => void (desk = await openDesk('2026-11-24T09:00:00Z')));
afterAll(() => desk.drop());

const read = ({ meterNumber }: Confirmed, day: string, wattHours: number, change: object = {}) => ({ meterNumber, obis: COUNTER, readAt: startOfDay(day).toISOString(), wattHours, ...change });
const open = async (contract: Confirmed) =>
  (await desk.query('{ openFindings(first: 100) { nodes { id rule severity day start detail meter { meterNumber } } } }')).openFindings.nodes.filter(({ meter }: any) => meter.meterNumber === contract.meterNumber.toUpperCase());
const rules = async (contract: Confirmed) => (await open(contract)).map(({ rule, severity }: any) => `${rule} ${severity}`);
const release = async (findingId: string, decision = 'RELEASE') => (await desk.query('mutation ($input: DecideFindingInput!) { decideFinding(input: $input) { __typename ... on InputInvalid { faults { path allowed } } } }', { input: { findingId, decision, reason: 'seen on site' } })).decideFinding;
const heldDays = async (contract: Confirmed) => (await desk.published(contract)).flatMap(({ payload }) => payload.days).map(({ day, version, held }: any) => [day, version, held ?? false]);

test('R09: intervals that are not what the counter says hold the day on which its reading ends, until either is right', async () => {
  const contract = await desk.confirm();
  const days = ['2026-11-01', '2026-11-02', '2026-11-03'];
  await desk.ingest({ intervals: days.map((day) => series(contract, day, whole(day, 100))) });
  await desk.ingest({ registers: [read(contract, '2026-11-01', 1_000), read(contract, '2026-11-04', 1_000 + 3 * 9_600 + 1_001)] });
  expect(await rules(contract)).toEqual(['R09 ERROR']);
  expect((await open(contract))[0]).toMatchObject({ day: '2026-11-03', detail: 'intervals say 28800 Wh, their counter 29801 Wh since its reading before' });
  expect((await heldDays(contract)).at(-1)).toEqual(['2026-11-03', 2, true]);
  // A value of the first day is corrected: the last one is held against the counter again.
  await desk.ingest({ intervals: [series(contract, '2026-11-01', Array(10).fill(200), { reason: 'device fault' })] });
  expect(await rules(contract)).toEqual([]);
  expect((await heldDays(contract)).slice(-2)).toEqual([['2026-11-01', 2, false], ['2026-11-03', 3, false]]);
  // Another reading, further off: released by a person, it is held no more.
  await desk.ingest({ registers: [read(contract, '2026-11-04', 35_000, { reason: 'read wrongly' })] });
  const [finding] = await open(contract);
  expect(finding).toMatchObject({ rule: 'R09', severity: 'ERROR' });
  expect(await release(finding.id)).toEqual({ __typename: 'DecideFindingSuccess' });
  expect((await heldDays(contract)).at(-1)).toEqual(['2026-11-03', 5, false]);
});

test('R09: a counter that goes over zero is held against its intervals with its transformer factor', async () => {
  const contract = await desk.confirm();
  const register = `register_id = (SELECT r.id FROM metering.meter_register r JOIN metering.meter m ON m.id = r.meter_id WHERE m.meter_number = '${contract.meterNumber.toUpperCase()}' AND r.obis = '${COUNTER}')`;
  await desk.database.owner.query(`UPDATE metering.meter_register SET digits = 5, factor = 2 WHERE ${register.replace('register_id', 'id')}`);
  await desk.ingest({ intervals: [series(contract, '2026-11-01', whole('2026-11-01', 100))] });
  await desk.ingest({ registers: [read(contract, '2026-11-01', 99_997_000), read(contract, '2026-11-02', 1_800)] }); // 99,997 to 00,001.8 kWh on the dial, times two
  expect(await rules(contract)).toEqual([]); // 9,600 Wh
  await desk.ingest({ registers: [read(contract, '2026-11-02', 2_400, { reason: 'read again' })] });
  expect(await open(contract)).toMatchObject([{ rule: 'R09', severity: 'ERROR', detail: 'intervals say 9600 Wh, their counter 10800 Wh since its reading before' }]);
});

test('R12: a counter that went down is held until somebody releases it or another reading comes', async () => {
  const contract = await desk.confirm({ meteringKind: 'PROFILE' });
  const heldReads = async () => (await desk.published(contract)).map(({ type, payload }) => [type, ...payload.registers.map(({ wattHours, held }: any) => `${wattHours}${held ? ' held' : ''}`)]);
  await desk.ingest({ registers: [read(contract, '2026-05-01', 2_000_000)] });
  await desk.ingest({ registers: [read(contract, '2026-11-01', 1_900_000)] });
  const [finding] = await open(contract);
  expect(finding).toMatchObject({ rule: 'R12', severity: 'ERROR', day: '2026-11-01', start: startOfDay('2026-11-01').toISOString() });
  expect(await release(finding.id, 'ESTIMATE')).toMatchObject({ faults: [{ path: 'decision' }] });
  expect(await release(finding.id)).toEqual({ __typename: 'DecideFindingSuccess' });
  expect(await rules(contract)).toEqual([]);
  expect(await release(finding.id)).toEqual({ __typename: 'FindingNotFound' });
  await desk.ingest({ registers: [read(contract, '2026-11-01', 1_800_000, { reason: 'read again' })] });
  expect(await rules(contract)).toEqual(['R12 ERROR']);
  await desk.ingest({ registers: [read(contract, '2026-11-01', 3_700_000, { reason: 'read again' })] });
  expect(await rules(contract)).toEqual([]);
  expect(await heldReads()).toEqual([[MeterReadingIngested.name, '2000000'], [MeterReadingIngested.name, '1900000 held'], [ReadingCorrected.name, '1900000'], [ReadingCorrected.name, '1800000 held'], [ReadingCorrected.name, '3700000']]);
});

test('R12: over zero within what is expected is an advance', async () => {
  const contract = await desk.confirm({ meteringKind: 'PROFILE' });
  await desk.ingest({ registers: [read(contract, '2026-05-01', 999_000_000), read(contract, '2026-11-01', 700_000)] });
  expect(await rules(contract)).toEqual([]);
});

test('a meter with tariff counters only: what both advanced is its usage, and each can be asked for', async () => {
  const contract = await desk.confirm({ meteringKind: 'PROFILE' });
  const meterNumber = `1TAR${newId().slice(-8)}`.toUpperCase();
  const { registerMeter } = await desk.query(`mutation ($input: RegisterMeterInput!) { registerMeter(input: $input) { ... on RegisterMeterSuccess { meter { id } } } }`, { input: { meterNumber, kind: 'DIGITAL', registers: ['1-0:1.8.1', '1-0:1.8.2'].map((obis) => ({ obis })) } });
  const exchanged = { oldMeterId: await desk.meterIdOf(contract), newMeterId: registerMeter.meter.id, finalWattHours: 0, startWattHours: 0, at: '2026-10-01T10:00:00Z' };
  await desk.query('mutation ($input: ExchangeMeterInput!) { exchangeMeter(input: $input) { __typename } }', { input: exchanged });
  const counted = (obis: string, day: string, wattHours: number) => ({ ...read(contract, day, wattHours), meterNumber, obis });
  expect(await desk.ingest({ registers: [counted('1-0:1.8.1', '2026-11-01', 200_000), counted('1-0:1.8.2', '2026-11-01', 88_000), counted('1-0:1.8.1', '2026-11-04', 215_000)] })).toMatchObject({ accepted: 3, rejected: 0 });
  const usage = async (obis: string) => (await desk.query('query ($id: ID!, $obis: String!) { usage(meterId: $id, obis: $obis, from: "2026-11-01", until: "2026-11-05", resolution: DAY) { source wattHours totalWattHours } }', { id: registerMeter.meter.id, obis })).usage;
  expect(await usage('1-0:1.8.0')).toMatchObject({ totalWattHours: 0 }); // the low tariff is not read yet
  await desk.ingest({ registers: [counted('1-0:1.8.2', '2026-11-03', 92_001)] });
  expect(await usage('1-0:1.8.0')).toEqual({ source: 'READINGS', wattHours: [7_001, 7_000, null, null], totalWattHours: 14_001 });
  expect(await usage('1-0:1.29.0')).toMatchObject({ source: 'READINGS', totalWattHours: 14_001 });
  expect(await usage('1-0:1.8.1')).toMatchObject({ wattHours: [5_000, 5_000, 5_000, null] });
  expect((await desk.query('{ openFindings(rule: "R13") { nodes { meter { meterNumber } } } }')).openFindings.nodes.filter(({ meter }: any) => meter.meterNumber === meterNumber)).toEqual([]);
});

test('R13, R14 and R15: tariffs against the total, a second meter, an exchange without readings', async () => {
  const contract = await desk.confirm({ meteringKind: 'PROFILE', maloId: '51238696781' });
  const meterNumber = `1TAR${newId().slice(-8)}`.toUpperCase();
  const { registerMeter } = await desk.query(`mutation ($input: RegisterMeterInput!) { registerMeter(input: $input) { ... on RegisterMeterSuccess { meter { id } } } }`, { input: { meterNumber, kind: 'DIGITAL', registers: ['1-0:1.8.0', '1-0:1.8.1', '1-0:1.8.2'].map((obis) => ({ obis })) } });
  const exchanged = { oldMeterId: await desk.meterIdOf(contract), newMeterId: registerMeter.meter.id, finalWattHours: 500_000, startWattHours: 0, at: '2026-10-01T10:00:00Z' };
  await desk.query('mutation ($input: ExchangeMeterInput!) { exchangeMeter(input: $input) { __typename } }', { input: exchanged });
  const tariff = (obis: string, wattHours: number) => ({ ...read(contract, '2026-11-01', wattHours), meterNumber, obis });
  await desk.ingest({ registers: [tariff('1-0:1.8.0', 300_000), tariff('1-0:1.8.1', 200_000), tariff('1-0:1.8.2', 88_000)] });
  const found = await desk.query('{ openFindings(first: 100) { nodes { rule severity detail meter { meterNumber } } } }');
  const ofNew = found.openFindings.nodes.filter(({ meter }: any) => meter.meterNumber === meterNumber).map(({ rule, severity, detail }: any) => `${rule} ${severity} ${detail}`);
  expect(new Set(ofNew)).toEqual(new Set(['R13 ERROR the tariff counters show 288000 Wh together, the total 300000 Wh', 'R15 ERROR 2 counters have no reading at the exchange of their meter']));
  const { registerMeter: second } = await desk.query(`mutation ($input: RegisterMeterInput!) { registerMeter(input: $input) { ... on RegisterMeterSuccess { meter { id } } } }`, { input: { meterNumber: `${meterNumber}X`, kind: 'DIGITAL', registers: [{ obis: '1-0:1.8.1' }] } });
  await desk.query('mutation ($input: InstallMeterInput!) { installMeter(input: $input) { __typename } }', { input: { meterId: second.meter.id, maloId: contract.maloId, from: '2026-11-02T10:00:00Z' } });
  await desk.ingest({ registers: [{ ...tariff('1-0:1.8.1', 220_000), readAt: '2026-11-10T10:00:00Z' }] });
  const [other] = (await desk.query('{ openFindings(rule: "R14") { nodes { rule severity detail } } }')).openFindings.nodes;
  expect(other).toEqual({ rule: 'R14', severity: 'WARNING', detail: expect.stringContaining('1 other meters') });
});

test('R16: a day of watt-hours for kilowatt-hours is far from the weeks before, and held', async () => {
  const contract = await desk.confirm({ expectedWattHours: '3504000' });
  const day = '2026-11-15';
  await desk.ingest({ intervals: Array.from({ length: 8 }, (_, nth) => series(contract, addDays(day, nth - 8), whole(addDays(day, nth - 8), 1_000))) });
  await desk.ingest({ intervals: [series(contract, day, quarterHoursOf(day).map(() => 1))] });
  expect((await open(contract)).filter(({ rule }: any) => rule === 'R16')).toMatchObject([{ severity: 'ERROR', day, detail: expect.stringContaining('96000 Wh are usual') }]);
});

test('R16: a transformer factor that is missing is held where connections are measured by transformers, and megawatt-hours for kilowatt-hours from the first day on', async () => {
  const contract = await desk.confirm({ expectedWattHours: '350400000' });
  const shop = (day: string, factor = 1) => series(contract, day, whole(day, (nth) => (new Date(`${day}T12:00Z`).getUTCDay() === 0 ? 1_000 : 6_000 + 100 * (nth % 40)) * factor));
  await desk.ingest({ intervals: Array.from({ length: 22 }, (_, nth) => shop(addDays('2026-10-25', nth))) });
  expect((await open(contract)).filter(({ rule }: any) => rule.startsWith('R16'))).toEqual([]); // closed on Sundays: no factor
  await desk.ingest({ intervals: [shop('2026-11-16', 0.1), shop('2026-11-22', 1)] });
  expect((await open(contract)).filter(({ rule }: any) => rule.startsWith('R16'))).toMatchObject([{ rule: 'R16_FACTOR', severity: 'ERROR', day: '2026-11-16', detail: expect.stringContaining('usual on this weekday') }]);
  const newcomer = await desk.confirm({ expectedWattHours: '350400000' });
  await desk.ingest({ intervals: [series(newcomer, '2026-11-16', whole('2026-11-16', 10))] });
  expect((await open(newcomer)).filter(({ rule }: any) => rule.startsWith('R16'))).toMatchObject([{ rule: 'R16_UNIT', severity: 'ERROR' }]);
});

test('a reading beyond the digits of its counter is refused, and one that a connection cannot reach in a day is held', async () => {
  const contract = await desk.confirm({ meteringKind: 'PROFILE' });
  await desk.ingest({ registers: [read(contract, '2026-11-01', 1_000_000)] });
  for (const wattHours of [1_000_000_000, Number.MAX_SAFE_INTEGER])
    expect(await desk.ingest({ registers: [read(contract, '2026-11-02', wattHours)] })).toMatchObject({ accepted: 0, rejected: 1, rejections: { nodes: [{ rule: 'R16', reason: expect.stringContaining('6 digits') }] } });
  await desk.ingest({ registers: [read(contract, '2026-11-02', 999_999_999)] });
  expect(await rules(contract)).toEqual(['R11 ERROR']);
  expect((await desk.published(contract)).at(-1)!.payload.registers).toMatchObject([{ wattHours: '999999999', held: true }]);
});

test('thousands of readings in one go are stored, looked at and told within the time of a transaction; of two of one instant the first stands, however often they come', async () => {
  const contracts = await Promise.all(Array.from({ length: 5 }, () => desk.confirm({ meteringKind: 'PROFILE' })));
  const hourly = contracts.flatMap((contract) => Array.from({ length: 1_000 }, (_, nth) => ({ ...read(contract, '2026-06-01', 400 * nth), readAt: new Date(Date.UTC(2026, 5, 1) + nth * 3_600_000).toISOString() })));
  const twice = [{ ...hourly[0]!, wattHours: 7 }, { ...hourly[0]!, wattHours: 8, reason: 'read again' }, { ...hourly[0]!, wattHours: 8 }];
  const registers = [...hourly.slice(0, -twice.length), ...twice];
  const answer = { rejected: 3, rejections: { nodes: [1, 2, 3].map(() => ({ rule: 'R02', reason: 'row 1 says something else of the same instant' })) } };
  expect(await desk.ingest({ registers })).toMatchObject({ accepted: 4_997, unchanged: 0, ...answer });
  expect(await desk.ingest({ registers })).toMatchObject({ accepted: 0, unchanged: 4_997, ...answer });
  const told = (await Promise.all(contracts.map((contract) => desk.published(contract)))).map((events) => events.map(({ type, payload }) => [type, payload.registers.length]));
  expect(told).toEqual([...Array(4).fill([[MeterReadingIngested.name, 1_000]]), [[MeterReadingIngested.name, 997]]]);
});

describe('the readings of an exchange', () => {
  const EXCHANGE = 'mutation ($input: ExchangeMeterInput!) { exchangeMeter(input: $input) { __typename ... on InputInvalid { faults { path fault allowed } } } }';
  async function anExchange(finalWattHours: number) {
    const contract = await desk.confirm({ meteringKind: 'PROFILE' });
    const meterNumber = `1NEU${newId().slice(-8)}`.toUpperCase();
    const { registerMeter } = await desk.query('mutation ($input: RegisterMeterInput!) { registerMeter(input: $input) { ... on RegisterMeterSuccess { meter { id } } } }', { input: { meterNumber, kind: 'DIGITAL', registers: [{ obis: COUNTER }] } });
    await desk.ingest({ registers: [read(contract, '2026-09-01', 999_900_000), read(contract, '2026-10-01', 999_990_000)] });
    const input = { oldMeterId: await desk.meterIdOf(contract), newMeterId: registerMeter.meter.id, finalWattHours, startWattHours: 7_000, at: startOfDay('2026-10-11').toISOString() };
    return { contract, meterNumber, exchange: async (change: object = {}) => (await desk.query(EXCHANGE, { input: { ...input, ...change } })).exchangeMeter };
  }
  const told = async (contract: Confirmed) => (await desk.published(contract)).map(({ payload: { meterNumber, registers } }) => [meterNumber, ...registers.map(({ readAt, wattHours, held }: any) => [readAt.slice(0, 10), wattHours, held ?? false])]);

  test('are told as those of their meters, over zero as well', async () => {
    const { contract, meterNumber, exchange } = await anExchange(90_000); // 100 kWh since the last reading
    expect(await exchange()).toEqual({ __typename: 'ExchangeMeterSuccess' });
    const old = contract.meterNumber.toUpperCase();
    expect(new Set((await told(contract)).slice(-2))).toEqual(new Set([[old, ['2026-10-10', '90000', false]], [meterNumber, ['2026-10-10', '7000', false]]]));
    expect((await desk.query('query ($c: ID!) { usage(contractId: $c, from: "2026-10-01", until: "2026-10-11", resolution: MONTH) { totalWattHours source } }', { c: contract.contractId })).usage).toEqual({ totalWattHours: 100_000, source: 'READINGS' });
    const events = (await desk.database.owner.query(`SELECT type FROM metering.outbox WHERE payload ->> 'maloId' = $1 ORDER BY position DESC LIMIT 4`, [contract.maloId])).rows.map(({ type }) => type);
    expect(events).toEqual([MeterReadingIngested.name, MeterReadingIngested.name, 'metering.MeterInstalled', 'metering.MeterExchanged']);
  });

  test('are looked at like others: one that nobody can believe is held', async () => {
    const { contract, exchange } = await anExchange(500_000_000);
    expect(await exchange()).toEqual({ __typename: 'ExchangeMeterSuccess' });
    expect(await rules(contract)).toEqual(['R12 ERROR']);
    expect((await told(contract)).slice(-2)).toContainEqual([contract.meterNumber.toUpperCase(), ['2026-10-10', '500000000', true]]);
  });

  test('are never dropped in silence: a new meter without this counter, or a reading beyond its digits', async () => {
    const { exchange } = await anExchange(90_000);
    const { registerMeter } = await desk.query('mutation ($input: RegisterMeterInput!) { registerMeter(input: $input) { ... on RegisterMeterSuccess { meter { id } } } }', { input: { meterNumber: `1OHNE${newId().slice(-8)}`.toUpperCase(), kind: 'DIGITAL', registers: [{ obis: '1-0:2.8.0' }] } });
    expect(await exchange({ newMeterId: registerMeter.meter.id })).toMatchObject({ __typename: 'InputInvalid', faults: [{ path: 'startWattHours', fault: expect.stringContaining('no counter 1-0:1.8.0') }] });
    expect(await exchange({ startWattHours: 1_000_000_000 })).toMatchObject({ __typename: 'InputInvalid', faults: [{ path: 'startWattHours', fault: expect.stringContaining('6 digits') }] });
    expect(await exchange()).toEqual({ __typename: 'ExchangeMeterSuccess' });
  });

  test('do not contradict one that is known of the same instant; nothing is exchanged then', async () => {
    const { contract, exchange } = await anExchange(90_000);
    await desk.ingest({ registers: [read(contract, '2026-10-11', 80_000)] });
    expect(await exchange()).toMatchObject({ __typename: 'InputInvalid', faults: [{ path: 'finalWattHours', fault: expect.stringContaining('another reading of 2026-10-10T22:00:00.000Z is known') }] });
    expect((await desk.database.owner.query('SELECT count(*)::int AS n FROM metering.meter_exchange x JOIN metering.meter m ON m.id = x.old_meter_id WHERE m.meter_number = $1', [contract.meterNumber.toUpperCase()])).rows).toEqual([{ n: 0 }]);
    expect(await exchange({ finalWattHours: 80_000 })).toEqual({ __typename: 'ExchangeMeterSuccess' });
    expect((await told(contract)).filter(([number]) => number === contract.meterNumber.toUpperCase())).toHaveLength(2); // told when it was read, not again
  });
});
