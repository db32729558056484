// Readings of counters held against each other, against their intervals, and against what is expected.
import { afterAll, beforeAll, expect, test } from 'vitest';
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
