// What senders get wrong, in one file: an answer per row, the good rows stored once, and counts that are those of the tables.
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { transact } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { contextOn } from '@stromgraph/kernel/runtime';
import { addDays, quarterHoursOf } from '@stromgraph/kernel/time';
import { ask, sendSigned } from '../../tests/ask.ts';
import type { Confirmed } from '../../tests/build/contract-confirmed.ts';
import { agent, type Desk, openDesk, PROFILE } from '../../tests/build/metering-desk.ts';
import type { TestDatabase } from '../../tests/database.ts';
import { waitFor } from '../../tests/wait.ts';
import { MOST_CHUNK_ROWS } from './actions/ingest-file.ts';
import { takeFile } from './actions/take-file.ts';
import { createPartitionsAhead } from './jobs/due.ts';
import { makeLoaders } from './loaders.ts';

const NOW = '2026-11-24T09:00:00Z';
let desk: Desk;
let database: TestDatabase;
beforeAll(async () => {
  desk = await openDesk(NOW);
  ({ database } = desk);
});
afterAll(() => desk.drop());

const confirm = (change: Partial<Confirmed> = {}) => desk.confirm(change);
const HEADER = 'meter_number,obis,start,end,kwh,status';
async function send(body: string | Buffer, { key, type = 'text/csv' }: { key?: string; type?: string } = {}) {
  const response = await sendSigned(desk.url.replace('/graphql', '/metering/readings'), 'POST', body as string, { actor: agent, streamed: true, headers: { 'content-type': type, ...(key && { 'idempotency-key': key }) } });
  return { status: response.status, body: (await response.json()) as any };
}
const count = async (sql: string, values: unknown[] = []) => Number((await database.owner.query(`SELECT count(*) FROM metering.${sql}`, values)).rows[0].count);
const INTERVALS = 'interval i JOIN metering.meter_register r ON r.id = i.register_id JOIN metering.meter m ON m.id = r.meter_id WHERE m.meter_number = $1';
const READINGS = 'reading v JOIN metering.meter m ON m.id = v.meter_id WHERE m.meter_number = $1';
const numberOf = ({ meterNumber }: Confirmed) => meterNumber.toUpperCase();
const sumFaults = async () => (await database.owner.query(`SELECT register_id, day FROM metering.usage_faults('2023-11-01', '2028-12-01') UNION ALL SELECT register_id, month FROM metering.usage_month_faults('2023-11-01', '2028-12-01')`)).rows;

test('a file of everything that goes wrong: each row has its reason, the good ones are stored once', async () => {
  const [contract, ended] = [await confirm({ expectedWattHours: '3504000' }), await confirm({ startOn: '2026-01-01', endOn: '2026-10-01' })];
  const m = contract.meterNumber;
  const rows: [line: string, rule: string | null, reason: RegExp | null][] = [
    [`${m},${PROFILE},2026-11-02T00:00:00+01:00,2026-11-02T00:15:00+01:00,0.125,TRUE`, null, null],
    [`${m},${PROFILE},2026-11-02T00:15:00+01:00,2026-11-02T00:30:00+01:00,0.125,TRUE`, null, null],
    [`${m},${PROFILE},2026-11-02T00:00:00+01:00,2026-11-02T00:30:00+01:00,0.250,TRUE`, 'R06', /intervals of 15 minutes, not 30/], // overlaps both
    [`${m},${PROFILE},2026-11-02T00:20:00+01:00,2026-11-02T00:35:00+01:00,0.125,TRUE`, 'R06', /starts on a multiple/], // overlaps the second
    [`${m},${PROFILE},2026-11-02T00:15:00+01:00,2026-11-02T00:30:00+01:00,0.126,TRUE`, 'R02', /row 2 says something else/],
    [`${m},${PROFILE},2026-11-02T00:30:00+01:00,2026-11-02T00:45:00+01:00,125,TRUE`, 'R16', /wrong unit or transformer factor\? \(allowed: 0 to 25000 Wh in 15 minutes/],
    [`${m},${PROFILE},2026-11-02T00:30:00+01:00,2026-11-02T00:45:00+01:00,-0.125,TRUE`, 'R03', /not negative/],
    [`${m},${PROFILE},2026-11-02T00:30:00,2026-11-02T00:45:00,0.125,TRUE`, null, /the offset is missing/],
    [`${m},${PROFILE},2026-03-29T02:30:00,2026-03-29T02:45:00,0.125,TRUE`, null, /does not exist, clocks go forward/],
    [`${m},${PROFILE},2026-10-25T02:30:00,2026-10-25T02:45:00,0.125,TRUE`, null, /comes twice, as \+02:00 and \+01:00/],
    [`${m},${PROFILE},2026-10-25T02:30:00+02:00,2026-10-25T02:45:00+02:00,0.125,TRUE`, null, null],
    [`${m},${PROFILE},2026-10-25T02:30:00+01:00,2026-10-25T02:45:00+01:00,0.126,TRUE`, null, null],
    [`NOBODYS,${PROFILE},2026-11-02T00:00:00+01:00,2026-11-02T00:15:00+01:00,0.125,TRUE`, 'R14', /no meter NOBODYS is known/],
    [`${ended.meterNumber},${PROFILE},2026-11-02T00:00:00+01:00,2026-11-02T00:15:00+01:00,0.125,TRUE`, 'R14', /no contract of ours/], // another supplier's customer by then
    [`${m},${PROFILE},2026-11-24T10:00:00+01:00,2026-11-24T10:15:00+01:00,0.125,TRUE`, 'R08', /not over yet/],
    [`${m},${PROFILE},2026-11-02T00:45:00+01:00,2026-11-02T01:00:00+01:00,0,TRUE`, null, null],
    [`${m},1-0:1.8.0,2026-11-02T00:00:00+01:00,,8120.5,TRUE`, null, null],
    [`${m},1-0:1.8.0,2026-11-03T00:00:00+01:00,2026-11-03T00:00:00+01:00,8130.5,TRUE`, null, null],
    [`${m},1-0:1.8.0,2026-11-03T00:00:00+01:00,2026-11-03T00:15:00+01:00,1,TRUE`, 'R14', /is a counter/],
    [`${m},${PROFILE},2026-11-03T00:00:00+01:00,,1,TRUE`, null, /end "" is no instant/],
    [`${m},${PROFILE},2026-11-02T01:30:00+01:00,2026-11-02T01:45:00+01:00,20,TRUE`, null, null], // 80 kW once: it may be, so it is taken and the day held
    [`${m},${PROFILE},2026-11-02T01:00:00+01:00,2026-11-02T01:15`, null, /ends in this row.*4 of 6 fields/],
  ];
  const file = [HEADER, ...rows.map(([line]) => line)].join('\n');
  const good = rows.filter(([, , reason]) => reason === null).length;
  const { status, body } = await send(file);
  expect([status, body.state, body.accepted, body.unchanged, body.rejected]).toEqual([200, 'CUT_OFF', good, 0, rows.length - good]);
  const wrong = rows.flatMap(([, rule, reason], nth) => (reason ? [{ row: nth + 1, rule, reason: expect.stringMatching(reason) }] : []));
  expect(body.rejections.map(({ row, rule, reason }: any) => ({ row, rule, reason }))).toEqual(wrong);
  expect(await count('rejection WHERE batch_id = $1', [body.batchId])).toBe(body.rejected);
  expect((await count(INTERVALS, [numberOf(contract)])) + (await count(READINGS, [numberOf(contract)]))).toBe(body.accepted);
  expect((await send(file)).body).toMatchObject({ accepted: 0, unchanged: good, rejected: rows.length - good });
  expect((await count(INTERVALS, [numberOf(contract)])) + (await count(READINGS, [numberOf(contract)]))).toBe(good);
  expect((await database.owner.query(`SELECT v.watt_hours::int AS wh FROM metering.${READINGS} ORDER BY v.read_at`, [numberOf(contract)])).rows).toEqual([{ wh: 8_120_500 }, { wh: 8_130_500 }]);
  expect(await sumFaults()).toEqual([]);
  const { rows: spikes } = await database.owner.query(`SELECT severity, start_at, count(*)::int AS times FROM metering.vee_result WHERE rule = 'R04' AND action = 'FLAGGED' GROUP BY 1, 2`);
  expect(spikes).toEqual([{ severity: 'ERROR', start_at: new Date('2026-11-02T01:30:00+01:00'), times: 1 }]);
});

test('the same file twice changes nothing, whatever it contradicts itself about', async () => {
  const { meterNumber, contractId } = await confirm();
  const interval = (kwh: string, end: string) => `${meterNumber},${PROFILE},2026-11-10T00:00:00Z,2026-11-10T00:15:00Z,${kwh},${end}`;
  const read = (kwh: string, end: string) => `${meterNumber},1-0:1.8.0,2026-11-10T00:00:00Z,,${kwh},${end}`;
  const file = [`${HEADER},reason,method`, interval('0.1', 'PROVISIONAL,,'), interval('0.2', 'TRUE,,'), interval('0.3', 'SUBSTITUTE,Z74,Z92'), read('100', 'TRUE,,'), read('110', 'TRUE,read again,'), ''].join('\n');
  const state = async () => (await database.owner.query(`
    SELECT (SELECT array_agg(watt_hours::int) FROM metering.interval i WHERE i.register_id = ANY (o.ids)) AS intervals, (SELECT array_agg(watt_hours::int) FROM metering.reading v WHERE v.register_id = ANY (o.ids)) AS readings,
      (SELECT count(*)::int FROM metering.interval_superseded s WHERE s.register_id = ANY (o.ids)) + (SELECT count(*)::int FROM metering.reading_superseded s JOIN metering.reading v ON v.id = s.reading_id WHERE v.register_id = ANY (o.ids)) AS replaced,
      (SELECT count(*)::int FROM metering.outbox WHERE payload ->> 'contractId' = $2) AS told
    FROM (SELECT array_agg(r.id) AS ids FROM metering.meter_register r JOIN metering.meter m ON m.id = r.meter_id WHERE m.meter_number = $1) o`, [meterNumber.toUpperCase(), contractId])).rows[0];
  expect((await send(file)).body).toMatchObject({ accepted: 2, unchanged: 0, rejected: 3 });
  const first = await state();
  expect(first).toMatchObject({ intervals: [100], readings: [100_000], replaced: 0 });
  for (let nth = 0; nth < 2; nth += 1) {
    expect((await send(file)).body).toMatchObject({ accepted: 0, unchanged: 2, rejected: 3 });
    expect(await state()).toEqual(first);
  }
});

test('of two rows of a file that contradict each other the first stands, however many parts of the file lie between them; another file may correct it', async () => {
  const [a, filler] = [await confirm({ startOn: '2026-01-01' }), await confirm({ startOn: '2026-01-01' })];
  const interval = ({ meterNumber }: Confirmed, at: number, kwh: string, rest: string) => `${meterNumber},${PROFILE},${new Date(at).toISOString()},${new Date(at + 900_000).toISOString()},${kwh},${rest}`;
  const read = (kwh: string, rest: string) => `${a.meterNumber},1-0:1.8.0,2026-11-10T00:00:00Z,,${kwh},${rest}`;
  const start = Date.parse('2026-11-10T00:00:00Z');
  const between = Array.from({ length: 3 * MOST_CHUNK_ROWS }, (_, nth) => interval(filler, Date.parse('2026-01-02T00:00:00Z') + (nth % 25_000) * 900_000, '0.1', 'TRUE,,'));
  const state = async () => (await database.owner.query(`SELECT i.start_at, i.watt_hours::int AS wh, i.status FROM metering.${INTERVALS} ORDER BY 1`, [numberOf(a)])).rows.map(({ wh, status }) => [wh, status]);
  await send([`${HEADER},reason,method`, interval(a, start + 900_000, '0.2', 'TRUE,,'), ''].join('\n')); // known before, and said again
  const first = [interval(a, start, '0.1', 'TRUE,,'), interval(a, start + 900_000, '0.2', 'TRUE,,'), interval(a, start + 1_800_000, '0.3', 'PROVISIONAL,,'), read('100', 'TRUE,,')];
  const last = [interval(a, start, '0.9', 'TRUE,read again,'), interval(a, start + 900_000, '0.9', 'TRUE,read again,'), interval(a, start + 1_800_000, '0.9', 'SUBSTITUTE,Z75,Z92'), interval(a, start + 2_700_000, '0.4', 'TRUE,,'), read('190', 'TRUE,read again,')];
  const rejected = [1, 2, 3, 4].map((row) => ({ row: first.length + between.length + row + (row === 4 ? 1 : 0), rule: 'R02', reason: `row ${row} of this file was of the same ${row === 4 ? 'instant' : 'interval'}, and what stands since is another value` }));
  const file = [`${HEADER},reason,method`, ...first, ...between, ...last, ''].join('\n');
  for (const accepted of [3 + 25_000 + 1, 0]) {
    const { body } = await send(file);
    expect(body).toMatchObject({ state: 'COMPLETE', accepted, rejected: 4 });
    expect(body.rejections.map(({ row, rule, reason }: any) => ({ row, rule, reason }))).toEqual(rejected);
    expect(await state()).toEqual([[100, 'TRUE'], [200, 'TRUE'], [300, 'PROVISIONAL'], [400, 'TRUE']]);
    expect(await count('batch_stretch')).toBe(0);
  }
  expect((await send([`${HEADER},reason,method`, ...last, ''].join('\n'))).body).toMatchObject({ accepted: 4, unchanged: 1, rejected: 0 });
  expect(await state()).toEqual([[900, 'TRUE'], [900, 'TRUE'], [900, 'SUBSTITUTE'], [400, 'TRUE']]);
  expect(await sumFaults()).toEqual([]);
});

test('a file in order of time is remembered as short as one in order of meters, and knows its rows as well', async () => {
  const meters = [await confirm(), await confirm(), await confirm()];
  const line = ({ meterNumber }: Confirmed, at: Date, kwh: string) => `${meterNumber},${PROFILE},${at.toISOString()},${new Date(at.getTime() + 900_000).toISOString()},${kwh},SUBSTITUTE,Z74,Z92`;
  const starts = Array.from({ length: 60 }, (_, ahead) => quarterHoursOf(addDays('2026-09-01', ahead))).flat();
  const rows = starts.flatMap((start) => meters.map((meter) => line(meter, start, '0.1')));
  const ctx = contextOn(desk.runtime, desk.db, { actor: agent, requestId: newId(), deadlineAt: Number.MAX_SAFE_INTEGER }, makeLoaders);
  let stretches = 0;
  const batch = await takeFile(ctx, (async function* () {
    yield Buffer.from([`${HEADER},reason,method`, ...rows, ''].join('\n'));
    stretches = await waitFor('the first part', async () => (await count('batch_stretch')) || false);
    // Another delivery corrects it meanwhile: the row that says once more what this file has said differs from what stands, not from its own row.
    await send([`${HEADER},reason,method`, line(meters[2]!, starts[100]!, '0.3'), ''].join('\n'));
    yield Buffer.from([line(meters[1]!, starts[100]!, '0.2'), line(meters[2]!, starts[100]!, '0.1'), ''].join('\n'));
  })(), undefined);
  expect(stretches).toBeLessThan(3 * 60 * 2);
  expect(batch).toMatchObject({ accepted: rows.length, unchanged: 0, rejected: 2 });
  const { rows: refused } = await database.owner.query('SELECT row_number, reason FROM metering.rejection WHERE batch_id = $1 ORDER BY 1', [(batch as { id: string }).id]);
  expect(refused).toEqual([2, 3].map((meter) => ({ row_number: rows.length + meter - 1, reason: `row ${100 * 3 + meter} of this file was of the same interval, and what stands since is another value` })));
});

test('a file of thousands of register reads of one meter is stored whole and told of as one batch', async () => {
  const contract = await confirm({ meteringKind: 'PROFILE' });
  const rows = Array.from({ length: 6_000 }, (_, nth) => `${contract.meterNumber},1-0:1.8.0,${new Date(Date.UTC(2026, 0, 2) + nth * 1_800_000).toISOString()},,${nth}.5,TRUE`);
  expect((await send([HEADER, ...rows, ''].join('\n'))).body).toMatchObject({ state: 'COMPLETE', accepted: 6_000, rejected: 0 });
  expect(await count(READINGS, [numberOf(contract)])).toBe(6_000);
  const { rows: told } = await database.owner.query(`SELECT jsonb_array_length(payload -> 'registers') AS readings FROM metering.outbox WHERE payload ->> 'contractId' = $1 AND type = 'metering.MeterReadingIngested' ORDER BY position`, [contract.contractId]);
  expect(told).toEqual([{ readings: 5_000 }, { readings: 1_000 }]);
});

test('in JSON an instant that cannot be read spoils its own values, a substitute without reason and method is refused, and so is an estimate that says it was measured', async () => {
  const { meterNumber } = await confirm();
  const series = (start: string, wattHours: (number | null)[], change: object = {}) => ({ meterNumber, obis: PROFILE, start, minutes: 15, wattHours, status: 'TRUE', ...change });
  const read = (readAt: string, change: object) => ({ meterNumber, obis: '1-0:1.8.0', readAt, wattHours: 1_000, ...change });
  const { status, body } = await send(JSON.stringify({
    idempotencyKey: newId(),
    intervals: [series('2026-11-11T00:00:00', [1, 2]), series('2026-11-10T00:00:00Z', [1, 2]), series('2026-11-12T00:00:00Z', [3], { status: 'SUBSTITUTE' }), series('2026-11-13T00:00:00Z', [3], { status: 'SUBSTITUTE', reason: 'Z74', method: 'Z92' })],
    registers: [read('2026-10-25T02:30:00', {}), read('2026-11-01T00:00:00Z', { source: 'ESTIMATE' }), read('2026-11-02T00:00:00Z', { quality: 'SUBSTITUTED' }), read('2026-11-03T00:00:00Z', { quality: 'SUBSTITUTED', source: 'ESTIMATE', reason: 'Z74', method: 'ZJ2' })],
  }), { type: 'application/json' });
  expect([status, body.accepted, body.rejected]).toEqual([200, 4, 6]);
  expect(body.rejections.map(({ row, path, reason }: any) => [row, path, reason])).toEqual([
    [1, 'intervals.0.start', expect.stringContaining('the offset is missing')], [2, 'intervals.0.start', expect.stringContaining('the offset is missing')], [5, 'intervals.2.wattHours.0', expect.stringContaining('needs a reason and the method')],
    [7, 'registers.0.readAt', expect.stringContaining('comes twice')], [8, 'registers.1', expect.stringContaining('no measured reading')], [9, 'registers.2', expect.stringContaining('needs a reason and the method')],
  ]);
});

test('the last number of a file that may be cut off in it is not taken for whole', async () => {
  const { meterNumber } = await confirm();
  const row = (start: string, kwh: string) => `${meterNumber},${PROFILE},${start},${start.replace(':00:00Z', ':15:00Z')},TRUE,${kwh}`;
  const file = ['meter_number,obis,start,end,status,kwh', row('2026-11-01T00:00:00Z', '0.125'), row('2026-11-01T01:00:00Z', '1.250')].join('\n');
  expect((await send(file.slice(0, -4))).body).toMatchObject({ state: 'CUT_OFF', accepted: 1, rejected: 1, rejections: [{ row: 2, reason: expect.stringContaining('its last field may be cut off') }] });
  expect((await send(`${file}\n`)).body).toMatchObject({ state: 'COMPLETE', accepted: 1, unchanged: 1 });
  expect((await database.owner.query(`SELECT i.watt_hours::int AS wh FROM metering.${INTERVALS} ORDER BY i.start_at`, [meterNumber.toUpperCase()])).rows).toEqual([{ wh: 125 }, { wh: 1_250 }]);
});

test('a file of another encoding gets its name said; rows that can be read are stored', async () => {
  const contract = await confirm();
  const line = `${contract.meterNumber},${PROFILE},2026-11-02T00:00:00+01:00,2026-11-02T00:15:00+01:00,0.125,TRUE,`;
  const header = `${HEADER},reason`;
  const { body } = await send(Buffer.from(`${header}\n${line}\n${line}Zähler geprüft\n`, 'latin1'));
  expect(body).toMatchObject({ accepted: 1, rejected: 1, rejections: [{ row: 2, reason: expect.stringMatching(/not UTF-8.*ISO 8859-1 \(Latin-1\), Windows-1252/) }] });
  for (const encoded of [Buffer.from(`${header},Zählpunkt\n`, 'latin1'), Buffer.from(`\ufeff${header}\n${line}\n`, 'utf16le')])
    expect(await send(encoded)).toMatchObject({ status: 400, body: { problem: 'FileUnusable', title: expect.stringMatching(/no header: it is not UTF-8.*UTF-16/) } });
  expect((await send(`\ufeff${header}\n${line}Zähler geprüft\n`)).body).toMatchObject({ unchanged: 1, rejected: 0 });
});

test('thresholds of the rules at the door are data: within them a value is taken, flagged, and the database agrees', async () => {
  const contract = await confirm();
  const rows = [`${contract.meterNumber},${PROFILE},2026-11-24T09:45:03+01:00,2026-11-24T10:00:03+01:00,0.125,TRUE`, `${contract.meterNumber},${PROFILE},2026-11-23T10:00:00+01:00,2026-11-23T10:15:00+01:00,-0.001,TRUE`];
  await database.setClock('2026-11-24T08:59:58Z');
  expect((await send([HEADER, ...rows, ''].join('\n'))).body).toMatchObject({ accepted: 0, rejected: 2, rejections: [{ rule: 'R06' }, { rule: 'R03' }] });
  await database.owner.query(`UPDATE metering.vee_rule SET blocks_above = 5 WHERE rule IN ('R03', 'R06', 'R08')`);
  const { body } = await send([HEADER, ...rows, ''].join('\n'));
  expect(body).toMatchObject({ accepted: 2, rejected: 0 });
  await database.owner.query(`UPDATE metering.vee_rule SET blocks_above = 0 WHERE rule IN ('R03', 'R06', 'R08')`);
  const { rows: found } = await database.owner.query(`SELECT rule, severity, action FROM metering.vee_result WHERE batch_id = $1 AND rule IN ('R03', 'R06', 'R08') ORDER BY rule`, [body.batchId]);
  expect(found).toEqual(['R03', 'R06', 'R08'].map((rule) => ({ rule, severity: 'WARNING', action: 'FLAGGED' })));
  await expect(database.owner.query(`UPDATE metering.vee_rule SET blocks_above = NULL WHERE rule = 'R08'`)).rejects.toThrow(/rules_at_the_door_block/);

  // Staff see them, and may only say that the value is right; one that was replaced since is nobody's any more.
  const open = async () => {
    const { data } = await ask(desk.url, agent, '{ openFindings(severity: WARNING, first: 50) { nodes { id rule severity day start detail meter { meterNumber } } } }');
    return data.openFindings.nodes.filter(({ rule, meter }: any) => ['R03', 'R06', 'R08'].includes(rule) && meter.meterNumber === numberOf(contract));
  };
  const warned = await open();
  expect(warned.map(({ rule, day }: any) => [rule, day]).toSorted()).toEqual([['R03', '2026-11-23'], ['R06', '2026-11-24'], ['R08', '2026-11-24']]);
  const of = (rule: string) => warned.find((each: any) => each.rule === rule).id;
  const decide = async (findingId: string, decision: string) =>
    (await ask(desk.url, agent, 'mutation ($input: DecideFindingInput!) { decideFinding(input: $input) { __typename ... on InputInvalid { faults { allowed } } } }', { input: { findingId, decision, reason: 'the clock of the meter' } })).data.decideFinding;
  expect(await decide(of('R06'), 'ESTIMATE')).toMatchObject({ faults: [{ allowed: 'RELEASE, or another value by ingestReadings' }] });
  expect(await decide(of('R06'), 'RELEASE')).toEqual({ __typename: 'DecideFindingSuccess' });
  expect(await decide(of('R06'), 'RELEASE')).toEqual({ __typename: 'FindingNotFound' });
  await expect(database.owner.query(`INSERT INTO metering.vee_result (register_id, rule, severity, action, detail, decided_at, decided_by, released_finding)
    SELECT register_id, rule, severity, 'RELEASED', 'twice', decided_at, 'x', id FROM metering.vee_result WHERE id = $1`, [of('R06')])).rejects.toMatchObject({ constraint: 'a_warning_is_released_once' });
  await database.setClock('2026-11-24T09:30:00Z');
  await send([`${HEADER},reason`, `${contract.meterNumber},${PROFILE},2026-11-23T10:00:00+01:00,2026-11-23T10:15:00+01:00,0.001,TRUE,read again`, ''].join('\n'));
  expect((await open()).map(({ rule }: any) => rule)).toEqual(['R08']);
  await database.setClock(NOW);
});

const stateOf = async (id: string) => (await ask(desk.url, agent, 'query ($id: ID!) { readingBatch(id: $id) { state accepted } }', { id })).data.readingBatch;

test('a file that fails says so at once and lets go of its key; one whose process died is cut off when its claim has ended', async () => {
  const contract = await confirm();
  const key = newId();
  const ctx = contextOn(desk.runtime, desk.db, { actor: agent, requestId: newId(), deadlineAt: Number.MAX_SAFE_INTEGER }, makeLoaders);
  const failing = (async function* () {
    yield Buffer.from(`${HEADER}\n${contract.meterNumber},${PROFILE},2026-11-02T00:00:00+01:00,2026-11-02T00:15:00+01:00,0.125,TRUE\n`);
    throw new Error('the disk is on fire');
  })();
  await expect(takeFile(ctx, failing, key)).rejects.toThrow('on fire');
  const [failed] = (await database.owner.query(`SELECT id, idempotency_key FROM metering.batch WHERE source = 'REST_CSV' ORDER BY id DESC LIMIT 1`)).rows;
  expect([failed.idempotency_key, await stateOf(failed.id)]).toEqual([null, { state: 'CUT_OFF', accepted: 0 }]);
  const died = newId();
  await database.owner.query(`INSERT INTO metering.batch (id, source, actor, received_at, state, claimed_until) VALUES ($1, 'REST_CSV', 'x', $2, 'STORING', clock_timestamp() + interval '1 minute')`, [died, NOW]);
  expect(await stateOf(died)).toMatchObject({ state: 'STORING' });
  await database.owner.query(`UPDATE metering.batch SET claimed_until = clock_timestamp() - interval '1 second' WHERE id = $1`, [died]);
  expect(await stateOf(died)).toMatchObject({ state: 'CUT_OFF' });
});

test('the answer to a COMMIT is lost: the part of the file is stored and counted once, and the file goes on', async () => {
  const { meterNumber } = await confirm();
  const isOfAChunk = (text: string) => text.includes('metering.batch SET accepted = accepted +') && text.includes('claimed_until');
  let lost = 0;
  const deaf = (client: pg.PoolClient) => {
    let counts = false;
    const query = async (...given: unknown[]) => {
      const text = typeof given[0] === 'string' ? given[0] : ((given[0] as { text?: string } | undefined)?.text ?? '');
      counts ||= isOfAChunk(text);
      const outcome = await (client.query as (...all: unknown[]) => Promise<unknown>)(...given);
      if (text === 'COMMIT' && counts && (lost += 1) === 1) throw new Error('Connection terminated unexpectedly');
      return outcome;
    };
    return new Proxy(client, { get: (target, name) => (name === 'query' ? query : name === 'release' ? target.release.bind(target) : Reflect.get(target, name)) });
  };
  const pool = new Proxy(desk.db.pool, { get: (target, name) => (name === 'connect' ? async () => deaf(await target.connect()) : Reflect.get(target, name)) });
  const ctx = contextOn(desk.runtime, { ...desk.db, pool }, { actor: agent, requestId: newId(), deadlineAt: Number.MAX_SAFE_INTEGER }, makeLoaders);
  const rows = quarterHoursOf('2026-11-02').map((start) => `${meterNumber},${PROFILE},${start.toISOString()},${new Date(start.getTime() + 900_000).toISOString()},0.125,TRUE`);
  const batch = await takeFile(ctx, (async function* () { yield Buffer.from([HEADER, ...rows, 'no row', ''].join('\n')); })(), newId());
  expect(lost).toBe(1);
  expect(batch).toMatchObject({ state: 'COMPLETE', accepted: 96, unchanged: 0, rejected: 1 });
  expect(await count(INTERVALS, [meterNumber.toUpperCase()])).toBe(96);
});

test('partitions are made months ahead by what is due, and values of a month that nobody prepared find theirs', async () => {
  const contract = await confirm();
  const hasMonth = async (month: string) => (await database.owner.query(`SELECT to_regclass('metering.interval_${month}') IS NOT NULL AS there`)).rows[0].there;
  await transact(desk.db, createPartitionsAhead);
  expect([await hasMonth('202702'), await hasMonth('202703')]).toEqual([true, false]);
  expect((await database.owner.query(`SELECT due_at FROM metering.due WHERE kind = 'CREATE_PARTITIONS'`)).rows).toEqual([{ due_at: new Date('2026-11-30T23:00:00Z') }]);
  await database.setClock('2026-11-30T23:00:00Z');
  await transact(desk.db, createPartitionsAhead);
  expect([await hasMonth('202703'), await hasMonth('202704')]).toEqual([true, false]);
  await database.setClock('2028-04-02T00:00:00Z'); // far beyond, and the due work has not run
  const lines = ['2028-03-26', '2028-03-31'].flatMap((day) => quarterHoursOf(day)).map((start) => `${contract.meterNumber},${PROFILE},${start.toISOString()},${new Date(start.getTime() + 900_000).toISOString()},0.125,TRUE`);
  expect((await send([HEADER, ...lines, ''].join('\n'))).body).toMatchObject({ state: 'COMPLETE', accepted: 92 + 96, rejected: 0 });
  expect(await sumFaults()).toEqual([]);
});
