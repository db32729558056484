// GraphQL, files and events in; rows, sums and events out.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MeterReadingIngested, ReadingCorrected } from '@stromgraph/events/metering';
import { encodeCursor } from '@stromgraph/kernel/connection';
import { newId } from '@stromgraph/kernel/ids';
import { addDays, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { actorWith, ask, sendSigned, streamSigned } from '../../tests/ask.ts';
import type { Confirmed } from '../../tests/build/contract-confirmed.ts';
import { agent, type Desk, openDesk, PROFILE, series, whole } from '../../tests/build/metering-desk.ts';
import type { TestDatabase } from '../../tests/database.ts';

const NOW = '2026-11-24T09:00:00Z';
let desk: Desk;
let database: TestDatabase;
beforeAll(async () => {
  desk = await openDesk(NOW);
  ({ database } = desk);
});
afterAll(() => desk.drop());

const confirm = (change: Partial<Confirmed> = {}) => desk.confirm(change);
const INGEST = `mutation ($input: IngestReadingsInput!) { ingestReadings(input: $input) { __typename
  ... on IngestReadingsSuccess { batchId accepted unchanged rejected rejections(first: 5) { nodes { row path rule reason start } pageInfo { hasNextPage endCursor } } }
  ... on InputInvalid { faults { path fault allowed } } ... on IdempotencyKeyReused { idempotencyKey } } }`;
async function ingest(input: object) {
  const { data, errors } = await ask(desk.url, agent, INGEST, { input: { idempotencyKey: newId(), ...input } });
  expect(errors).toBeUndefined();
  return data.ingestReadings;
}

const USAGE = 'resolution starts wattHours statuses totalWattHours complete';
async function usage(of: object, from: string, until: string, resolution = 'DAY') {
  const { data, errors } = await ask(desk.url, agent, `query ($meterId: ID, $contractId: ID, $from: LocalDate!, $until: LocalDate!, $resolution: UsageResolution!) {
    usage(meterId: $meterId, contractId: $contractId, from: $from, until: $until, resolution: $resolution) { ${USAGE} } }`, { ...of, from, until, resolution });
  expect(errors).toBeUndefined();
  return data.usage;
}

const published = async (contract: Confirmed): Promise<any[]> => desk.published(contract);
const meterIdOf = (contract: Confirmed) => desk.meterIdOf(contract);

const HEADER = 'meter_number,obis,start,end,kwh,status';
const line = (meterNumber: string, start: Date, kwh: string, status = 'TRUE') => `${meterNumber},${PROFILE},${start.toISOString()},${new Date(start.getTime() + 900_000).toISOString()},${kwh},${status}`;
const linesOf = (contract: Confirmed, day: string, kwh = '0.125') => quarterHoursOf(day).map((start) => line(contract.meterNumber, start, kwh));
const file = (lines: string[]) => [HEADER, ...lines].join('\n');
const restUrl = () => desk.url.replace('/graphql', '/metering/readings');
async function send(body: string, { type = 'text/csv', actor = agent, key }: { type?: string; actor?: typeof agent | null; key?: string } = {}) {
  const response = await sendSigned(restUrl(), 'POST', body, { actor, streamed: true, headers: { 'content-type': type, ...(key === undefined ? {} : { 'idempotency-key': key }) } });
  return { status: response.status, type: response.headers.get('content-type'), retryAfter: response.headers.get('retry-after'), body: (await response.json()) as any };
}
const sumFaults = async () => (await database.owner.query(`SELECT register_id, day FROM metering.usage_faults('2026-01-01', '2026-12-01') UNION ALL SELECT register_id, month FROM metering.usage_month_faults('2026-01-01', '2026-12-01')`)).rows;
const count = async (sql: string, values: unknown[] = []) => Number((await database.owner.query(`SELECT count(*) FROM metering.${sql}`, values)).rows[0].count);

test('a confirmed contract brings its meter, installed from the start of supply, and is told of', async () => {
  const contract = await confirm();
  const meterId = await meterIdOf(contract);
  const METER = 'meterNumber kind status registers { obis intervalMinutes } installations { maloId from until }';
  const { data } = await ask(desk.url, agent, `query ($id: ID!, $c: [_Any!]!) { meter(id: $id) { ${METER} } _entities(representations: $c) { ... on Contract { meters { nodes { id } } } ... on Customer { meters { nodes { id } } } ... on Meter { meterNumber } } }`, {
    id: meterId, c: [{ __typename: 'Contract', id: contract.contractId }, { __typename: 'Customer', id: contract.customerId }, { __typename: 'Meter', id: meterId }, { __typename: 'Contract', id: newId() }],
  });
  expect(data.meter).toEqual({
    meterNumber: contract.meterNumber.toUpperCase(), kind: 'SMART', status: 'INSTALLED', registers: [{ obis: PROFILE, intervalMinutes: null }, { obis: '1-0:1.8.0', intervalMinutes: null }],
    installations: [{ maloId: contract.maloId, from: '2025-12-31T23:00:00.000Z', until: null }],
  });
  expect(data._entities).toEqual([{ meters: { nodes: [{ id: meterId }] } }, { meters: { nodes: [{ id: meterId }] } }, { meterNumber: contract.meterNumber.toUpperCase() }, { meters: { nodes: [] } }]);
  const { rows } = await database.owner.query(`SELECT payload FROM metering.outbox WHERE type = 'metering.MeterInstalled' AND payload ->> 'contractId' = $1`, [contract.contractId]);
  expect(rows[0].payload).toMatchObject({ meterId, maloId: contract.maloId, from: '2026-01-01', registers: [PROFILE, '1-0:1.8.0'] });
  // The next contract at the same place goes on with the same meter.
  const next = await confirm({ maloId: contract.maloId, meterNumber: contract.meterNumber, startOn: '2027-01-01' });
  expect(await meterIdOf(next)).toBe(meterId);
  expect(await count('installation WHERE meter_id = $1', [meterId])).toBe(1);
});

test('a month of quarter hours is stored once, summed by day and month, and told as whole days', async () => {
  const contract = await confirm();
  const days = Array.from({ length: 31 }, (_, nth) => addDays('2026-10-01', nth)); // with a day of 100 quarter hours
  const input = { idempotencyKey: newId(), intervals: days.map((day, nth) => series(contract, day, whole(day, 100 + nth))) };
  const stored = await ingest(input);
  expect(stored).toMatchObject({ accepted: 31 * 96 + 4, unchanged: 0, rejected: 0, rejections: { nodes: [] } });
  expect(await ingest(input)).toEqual(stored); // the same key
  expect(await ingest({ intervals: input.intervals })).toMatchObject({ accepted: 0, unchanged: 31 * 96 + 4 }); // the same values
  expect(await ingest({ ...input, intervals: input.intervals.slice(1) })).toEqual({ __typename: 'IdempotencyKeyReused', idempotencyKey: input.idempotencyKey });
  const total = days.reduce((sum, day, nth) => sum + quarterHoursOf(day).length * (100 + nth), 0);
  const meterId = await meterIdOf(contract);
  for (const of of [{ meterId }, { contractId: contract.contractId }])
    for (const [resolution, steps] of [['QUARTER_HOUR', 31 * 96 + 4], ['DAY', 31], ['MONTH', 1]] as const) {
      const found = await usage(of, '2026-10-01', '2026-11-01', resolution);
      expect(found).toMatchObject({ totalWattHours: total, complete: true, starts: { length: steps }, wattHours: { length: steps } });
      expect(found.wattHours.reduce((a: number, b: number) => a + b, 0)).toBe(total);
    }
  expect((await usage({ meterId }, '2026-10-25', '2026-10-26')).wattHours).toEqual([100 * 124]);
  expect(await usage({ meterId }, '2026-10-31', '2026-11-02')).toMatchObject({ wattHours: [96 * 130, null], complete: false, totalWattHours: 96 * 130 });
  expect(await usage({ meterId }, '2026-10-31', '2026-11-02', 'MONTH')).toMatchObject({ wattHours: [96 * 130, null] });
  const events = await published(contract);
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({ type: 'metering.MeterReadingIngested', payload: { meterId, maloId: contract.maloId, registers: [], days: { length: 31 } } });
  expect(events[0].payload.days[24]).toMatchObject({ obis: PROFILE, day: '2026-10-25', version: 1, wattHours: Array(100).fill(124), statuses: Array(100).fill('TRUE') });
});

test('values are replaced by the rules of their status; what was known is kept, the correction is told', async () => {
  const contract = await confirm();
  const put = (wattHours: (number | null)[], change: object = {}) => ingest({ intervals: [series(contract, '2026-11-01', wattHours, change)] });
  expect(await put([10, 20], { status: 'PROVISIONAL' })).toMatchObject({ accepted: 2 });
  expect(await put([11, 20], { status: 'PROVISIONAL' })).toMatchObject({ unchanged: 1, rejected: 1, rejections: { nodes: [{ row: 1, rule: 'R02', path: 'intervals.0.wattHours.0', reason: expect.stringContaining('provisional') }] } });
  expect(await put([15], { status: 'SUBSTITUTE' })).toMatchObject({ rejected: 1 });
  expect(await put([15], { status: 'SUBSTITUTE', reason: 'no access', method: 'interpolation' })).toMatchObject({ accepted: 1 });
  expect(await put([12, 20])).toMatchObject({ accepted: 2 });
  expect(await put([13])).toMatchObject({ rejected: 1 });
  expect(await put([13], { reason: 'transformer factor' })).toMatchObject({ accepted: 1 });
  expect(await usage({ contractId: contract.contractId }, '2026-11-01', '2026-11-02')).toMatchObject({ totalWattHours: 33 });
  expect((await usage({ contractId: contract.contractId }, '2026-11-01', '2026-11-02', 'QUARTER_HOUR')).statuses.slice(0, 3)).toEqual(['TRUE', 'TRUE', null]);
  const { rows } = await database.owner.query('SELECT s.watt_hours::int AS wh, s.status, s.cause FROM metering.interval_superseded s JOIN metering.meter_register r ON r.id = s.register_id JOIN metering.meter m ON m.id = r.meter_id WHERE m.meter_number = $1 ORDER BY s.id', [contract.meterNumber.toUpperCase()]);
  expect(rows).toEqual([
    { wh: 10, status: 'PROVISIONAL', cause: 'no access' }, { wh: 15, status: 'SUBSTITUTE', cause: 'SUBSTITUTE became TRUE' }, { wh: 20, status: 'PROVISIONAL', cause: 'PROVISIONAL became TRUE' }, { wh: 12, status: 'TRUE', cause: 'transformer factor' },
  ]);
  const events = await published(contract);
  expect(events.map(({ type, payload }) => [type, payload.days[0].version, payload.days[0].wattHours[0], payload.cause])).toEqual([
    ['metering.MeterReadingIngested', 1, 10, undefined], ['metering.ReadingCorrected', 2, 15, 'no access'], ['metering.ReadingCorrected', 3, 12, expect.any(String)], ['metering.ReadingCorrected', 4, 13, 'transformer factor'],
  ]);
  const daily = await database.owner.query('SELECT known_values, substitute_values, provisional_values FROM metering.usage_daily WHERE contract_id = $1', [contract.contractId]);
  expect(daily.rows).toEqual([{ known_values: 2, substitute_values: 0, provisional_values: 0 }]);
  expect(await sumFaults()).toEqual([]);
});

test('what is wrong is refused value by value, the rest is stored, and the counts are those of the tables', async () => {
  const contract = await confirm({ startOn: '2026-10-01' });
  const answer = await ingest({
    intervals: [
      series(contract, '2026-11-02', [1, -2, 3]),
      series(contract, '2026-11-03', [40_000]), // 160 kW at a home
      { ...series(contract, '2026-11-02', [7]), meterNumber: 'NOBODYS' },
      series(contract, '2026-09-30', [7]), // before the contract
      series(contract, '2026-11-04', [7, 8], { minutes: 30 }),
      { ...series(contract, '2026-11-24', [7]), start: NOW }, // still running
      series(contract, '2026-11-02', [9]), // row 1 again
      series(contract, '2026-03-29', whole('2026-06-01', 5)), // 96 values on a day of 92
    ],
    registers: [{ meterNumber: contract.meterNumber, obis: '1-0:1.8.0', readAt: '2026-11-01T10:00:00Z', wattHours: 500_000 }, { meterNumber: contract.meterNumber, obis: '1-0:1.8.0', readAt: '2027-11-01T10:00:00Z', wattHours: 500_000 }],
  });
  expect(answer).toMatchObject({ accepted: 3, unchanged: 0, rejected: 96 + 9, rejections: { pageInfo: { hasNextPage: true } } });
  const { rows } = await database.owner.query('SELECT row_number, rule FROM metering.rejection WHERE batch_id = $1 AND rule IS DISTINCT FROM $2 ORDER BY 1', [answer.batchId, 'R07']);
  expect(rows.map((row) => [row.row_number, row.rule])).toEqual([[2, 'R03'], [4, 'R16'], [5, 'R14'], [6, 'R14'], [7, 'R06'], [8, 'R06'], [9, 'R08'], [10, 'R02'], [108, 'R08']]);
  expect(await count('rejection WHERE batch_id = $1', [answer.batchId])).toBe(105);
  expect(await count(`vee_result WHERE batch_id = $1 AND action = 'REJECTED'`, [answer.batchId])).toBe(8); // all but the unknown meter and the day of the wrong length
  expect(await count('interval i JOIN metering.meter_register r ON r.id = i.register_id JOIN metering.meter m ON m.id = r.meter_id WHERE m.meter_number = $1', [contract.meterNumber.toUpperCase()])).toBe(2);
  const page = await ask(desk.url, agent, 'query ($id: ID!, $after: String) { readingBatch(id: $id) { state accepted rejections(first: 3, after: $after) { nodes { row } pageInfo { endCursor } } } }', { id: answer.batchId, after: answer.rejections.pageInfo.endCursor });
  expect(page.data.readingBatch).toMatchObject({ state: 'COMPLETE', accepted: 3, rejections: { nodes: [{ row: 8 }, { row: 9 }, { row: 10 }] } });
});

test.each([
  [{}, ['intervals']],
  [{ idempotencyKey: '', intervals: [] }, ['idempotencyKey']],
  [{ intervals: [{ meterNumber: 'X', obis: PROFILE, start: NOW, minutes: 15, wattHours: Array(10_001).fill(1), status: 'TRUE' }] }, ['intervals']],
  [{ intervals: [{ meterNumber: 'X', obis: 'energy', start: NOW, minutes: 10, wattHours: [1], status: 'TRUE' }] }, ['intervals.0.minutes', 'intervals.0.obis']],
])('input %# is invalid as a whole', async (input, paths) => {
  const answer = await ingest(input);
  expect(answer.faults.map(({ path }: { path: string }) => path)).toEqual(paths);
});

test('register reads are kept once, replaced by their rules, and told', async () => {
  const contract = await confirm({ meteringKind: 'PROFILE' });
  const read = (wattHours: number, change: object = {}) => ingest({ registers: [{ meterNumber: contract.meterNumber, obis: '1.8.0', readAt: '2026-11-01T10:00:00Z', wattHours, ...change }] });
  const estimate = { quality: 'SUBSTITUTED', source: 'ESTIMATE', reason: 'no access', method: 'comparison' };
  expect(await read(900_000, estimate)).toMatchObject({ accepted: 1 });
  expect(await read(900_000, estimate)).toMatchObject({ unchanged: 1 });
  expect(await read(905_000)).toMatchObject({ accepted: 1 });
  expect(await read(906_000)).toMatchObject({ rejected: 1 });
  expect((await published(contract)).map(({ type, payload }) => [type, payload.registers])).toEqual([
    ['metering.MeterReadingIngested', [{ obis: '1-0:1.8.0', readAt: '2026-11-01T10:00:00.000Z', wattHours: '900000', quality: 'SUBSTITUTED', counter: { digits: 6, factor: '1' } }]],
    ['metering.ReadingCorrected', [{ obis: '1-0:1.8.0', readAt: '2026-11-01T10:00:00.000Z', wattHours: '905000', quality: 'MEASURED', counter: { digits: 6, factor: '1' } }]],
  ]);
  expect(await read(700_000, { ...estimate, readAt: '2026-10-01T10:00:00Z' })).toMatchObject({ accepted: 1 });
  const { data } = await ask(desk.url, agent, 'query ($id: ID!) { meter(id: $id) { readings { nodes { obis wattHours quality source readAt reason method } } } }', { id: await meterIdOf(contract) });
  expect(data.meter.readings.nodes).toEqual([
    { obis: '1-0:1.8.0', wattHours: 905_000, quality: 'MEASURED', source: 'UPLOAD', readAt: '2026-11-01T10:00:00.000Z', reason: null, method: null },
    { obis: '1-0:1.8.0', wattHours: 700_000, quality: 'SUBSTITUTED', source: 'ESTIMATE', readAt: '2026-10-01T10:00:00.000Z', reason: 'no access', method: 'comparison' },
  ]);
  const { rows: replaced } = await database.owner.query('SELECT s.watt_hours::int AS wh, s.reason, s.method FROM metering.reading_superseded s JOIN metering.reading v ON v.id = s.reading_id WHERE v.contract_id = $1', [contract.contractId]);
  expect(replaced).toEqual([{ wh: 900_000, reason: 'no access', method: 'comparison' }]);
});

test('a cursor of another list is refused', async () => {
  const contract = await confirm();
  const { batchId } = await ingest({ intervals: [series(contract, '2026-11-01', [1])] });
  const other = (...keys: string[]) => encodeCursor(keys);
  for (const [list, id] of [[`meter(id: $id) { readings(after: "${other('1EMH', newId())}") { nodes { id } } }`, await meterIdOf(contract)], [`readingBatch(id: $id) { rejections(after: "${other('99999999999999999999')}") { nodes { row } } }`, batchId]]) {
    const { errors } = await ask(desk.url, agent, `query ($id: ID!) { ${list} }`, { id });
    expect(errors).toMatchObject([{ message: 'after: is not a cursor of this list', extensions: { code: 'BAD_USER_INPUT' } }]);
  }
});

test('a file is stored, and the same file twice changes nothing', async () => {
  const [one, two] = [await confirm(), await confirm()];
  const days = ['2026-03-28', '2026-03-29', '2026-03-30'];
  const lines = days.flatMap((day) => [...linesOf(one, day), ...linesOf(two, day, '0.250')]);
  const before = await count('outbox');
  expect(await send(file(lines))).toMatchObject({ status: 200, body: { state: 'COMPLETE', accepted: 2 * 284, unchanged: 0, rejected: 0, rejections: [], moreRejections: false } });
  expect((await usage({ contractId: one.contractId }, '2026-03-29', '2026-03-30')).wattHours).toEqual([92 * 125]);
  expect(await count('outbox')).toBe(before + 2);
  const tables = async () => (await database.owner.query('SELECT (SELECT sum(watt_hours) FROM metering.interval) AS energy, (SELECT sum(version) FROM metering.usage_daily) AS versions, (SELECT count(*) FROM metering.interval_superseded) AS replaced, (SELECT count(*) FROM metering.outbox) AS events')).rows[0];
  const held = await tables();
  expect(await send(`\ufeff${file(lines).replaceAll('\n', '\r\n')}\r\n`)).toMatchObject({ body: { accepted: 0, unchanged: 2 * 284, rejected: 0 } });
  expect(await tables()).toEqual(held);
});

test('rows of a file that are wrong are named with their number and reason; a file cut off in the middle says so', async () => {
  const contract = await confirm();
  const good = linesOf(contract, '2026-11-05');
  const whole = file([good[0]!, 'X1,1-0:1.29.0,yesterday,today,1,TRUE', good[1]!.replace('0.125', '0,125'), line('NOBODYS', startOfDay('2026-11-05'), '1'), good[2]!, good[2]!.replace('0.125', '0.126'), good[3]!.slice(0, -10)]);
  const { body } = await send(whole);
  expect(body).toMatchObject({ state: 'CUT_OFF', accepted: 2, unchanged: 0, rejected: 5 });
  expect(body.rejections.map(({ row, rule, reason }: any) => [row, rule, reason])).toEqual([
    [2, null, expect.stringContaining('start "yesterday"')],
    [3, null, expect.stringContaining('7 of 6 fields')],
    [4, 'R14', expect.stringContaining('NOBODYS')],
    [6, 'R02', expect.stringContaining('row 5')],
    [7, null, expect.stringMatching(/the file ends in this row: .*of 6 fields/)],
  ]);
  const empty = await send(file([good[20]!, '', '  ', 'X1,1-0:1.29.0,yesterday,today,1,TRUE', good[21]!, '']));
  expect(empty.body).toMatchObject({ state: 'COMPLETE', accepted: 2, rejected: 1, rejections: [{ row: 4 }] }); // as an editor counts lines, and empty ones are no rows that fail
  const quoted = await send(`${file([good[10]!, `"${good[11]!}`, 'x'.repeat(20_000), good[12]!.replace(PROFILE, `"${PROFILE}"`)])}\n`);
  expect(quoted.body).toMatchObject({ state: 'COMPLETE', accepted: 2, rejected: 2, rejections: [{ row: 2, rule: 'R14' }, { row: 3, reason: 'the line is too long' }] });
});

test.each([
  ['text/csv', '', 400, /empty/],
  ['text/csv', 'meter;obis', 400, /separated by ";" \(allowed: commas/],
  ['text/csv', 'x'.repeat(20_000), 400, /first line is no header: .*too long/],
  ['text/csv', `meter,obis\n${'1,2\n'.repeat(1_000_000)}`, 400, /lacks meter_number/], // answered before its end
  ['application/json', '{', 400, /no JSON/],
  ['application/json', '[]', 400, /input/],
  ['application/json', JSON.stringify({ idempotencyKey: 'k', intervals: [{ meterNumber: 'X\0', obis: PROFILE }] }), 400, /body\.intervals\.0\.meterNumber: the character U\+0000/],
  ['application/json', JSON.stringify({ idempotencyKey: 'k', intervals: [{ meterNumber: 'X', obis: PROFILE, start: 5, minutes: 15, wattHours: [1], status: 'TRUE' }] }), 400, /intervals\.0\.start: .*expected string/],
  ['application/json', JSON.stringify({ idempotencyKey: 'k', intervals: [{ meterNumber: 'X', obis: PROFILE, start: NOW, minutes: 15, wattHours: [1.5], status: 'TRUE' }] }), 400, /intervals\.0\.wattHours\.0/],
  ['application/json', `{"idempotencyKey":"${'x'.repeat(4_100_000)}"}`, 413, /4000000 bytes/],
  ['application/xml', '<x/>', 415, /text\/csv or application\/json/],
])('a body of %s %# is answered with one clear problem', async (type, content, status, title) => {
  const answer = await send(content, { type });
  expect(answer).toMatchObject({ status, type: expect.stringContaining('application/problem+json'), body: { status, title: expect.stringMatching(title) } });
});

test('JSON by REST is the mutation in other clothes', async () => {
  const contract = await confirm();
  const body = { idempotencyKey: newId(), intervals: [series(contract, '2026-11-06', [1, null, 3])], registers: [{ meterNumber: contract.meterNumber, obis: '1-0:1.8.0', readAt: '2026-11-06T12:00:00+01:00', wattHours: 5_000 }] };
  const first = await send(JSON.stringify(body), { type: 'application/json; charset=utf-8' });
  expect(first).toMatchObject({ status: 200, body: { state: 'COMPLETE', accepted: 3, rejected: 0 } });
  expect((await send(JSON.stringify(body), { type: 'application/json' })).body).toEqual(first.body);
  expect(await send(JSON.stringify({ ...body, registers: [] }), { type: 'application/json' })).toMatchObject({ status: 422, body: { problem: 'IdempotencyKeyReused' } });
});

test('the key of JSON may come as a header, and means the same as in the mutation', async () => {
  const contract = await confirm();
  const key = newId();
  const body = (wattHours: number, more: object = {}) => JSON.stringify({ intervals: [series(contract, '2026-11-06', [wattHours])], ...more });
  const type = 'application/json';
  const first = await send(body(1), { type, key });
  expect(first).toMatchObject({ status: 200, body: { accepted: 1 } });
  expect((await send(body(1), { type, key })).body).toEqual(first.body);
  expect((await send(body(1, { idempotencyKey: key }), { type })).body).toEqual(first.body);
  expect(await send(body(2), { type, key })).toMatchObject({ status: 422, type: expect.stringContaining('application/problem+json'), body: { problem: 'IdempotencyKeyReused', idempotencyKey: key } });
  expect(await ingest({ idempotencyKey: key, intervals: [series(contract, '2026-11-06', [2])] })).toEqual({ __typename: 'IdempotencyKeyReused', idempotencyKey: key });
  expect(await send(file(linesOf(contract, '2026-11-06')), { key })).toMatchObject({ status: 422, body: { idempotencyKey: key } });
  expect(await send(body(1), { type })).toMatchObject({ status: 400, body: { faults: [{ path: 'idempotencyKey', allowed: expect.stringContaining('Idempotency-Key') }] } });
  expect(await send(body(1, { idempotencyKey: 'other' }), { type, key })).toMatchObject({ status: 400, body: { faults: [{ path: 'idempotencyKey' }] } });
  expect(await send(body(1), { type, key: 'k'.repeat(256) })).toMatchObject({ status: 400, body: { faults: [{ allowed: '1 to 255 characters' }] } });
});

test('a file is stored once per key: again it is answered as before, another content stores nothing', async () => {
  const contract = await confirm();
  const key = newId();
  const content = file(linesOf(contract, '2026-11-07'));
  const first = await send(content, { key });
  expect(first).toMatchObject({ status: 200, body: { state: 'COMPLETE', accepted: 96 } });
  expect((await send(content, { key })).body).toEqual(first.body);
  const [batches, intervals] = [await count('batch'), await count('interval')];
  for (const other of [file(linesOf(contract, '2026-11-08')), `${content}\n`, ''])
    expect(await send(other, { key })).toMatchObject({ status: 422, type: expect.stringContaining('application/problem+json'), body: { status: 422, problem: 'IdempotencyKeyReused', idempotencyKey: key, title: expect.stringContaining(key) } });
  expect(await send(JSON.stringify({ intervals: [series(contract, '2026-11-08', [1])] }), { type: 'application/json', key })).toMatchObject({ status: 422 });
  expect([await count('batch'), await count('interval')]).toEqual([batches, intervals]);
  const another = { ...agent, id: newId() };
  expect(await send(content, { key, actor: another })).toMatchObject({ status: 200, body: { accepted: 0, unchanged: 96 } }); // keys are of their sender
  expect(await send(content, { key: '' })).toMatchObject({ status: 400, body: { faults: [{ path: 'Idempotency-Key', allowed: '1 to 255 characters' }] } });
  const unusable = newId();
  expect(await send('meter', { key: unusable })).toMatchObject({ status: 400 });
  expect(await send(content, { key: unusable })).toMatchObject({ status: 200, body: { unchanged: 96 } }); // what failed is not remembered
});

test('of two files at once with one key the second is told to come back; a key whose sender died is free again', async () => {
  const contract = await confirm();
  const key = newId();
  const content = file(linesOf(contract, '2026-11-09'));
  const body = streamSigned(restUrl(), 'POST', { actor: agent, headers: { 'content-type': 'text/csv', 'idempotency-key': key } });
  body.call.on('error', () => {});
  body.write(`${HEADER}\n`);
  const held = async () => (await database.owner.query('SELECT state FROM metering.batch WHERE idempotency_key = $1', [key])).rows;
  await expect.poll(held, { timeout: 10_000 }).toEqual([{ state: 'STORING' }]);
  const refused = await send(content, { key });
  expect(refused).toMatchObject({ status: 409, retryAfter: '5', type: expect.stringContaining('application/problem+json'), body: { problem: 'KeyInUse', idempotencyKey: key } });
  const { data } = await ask(desk.url, agent, 'query ($id: ID!) { readingBatch(id: $id) { state accepted } }', { id: refused.body.batchId });
  expect(data.readingBatch).toEqual({ state: 'STORING', accepted: 0 });
  await database.owner.query(`UPDATE metering.batch SET claimed_until = clock_timestamp() - interval '1 second' WHERE idempotency_key = $1`, [key]);
  const taken = await send(content, { key });
  expect(taken).toMatchObject({ status: 200, body: { state: 'COMPLETE', accepted: 96 } });
  body.call.destroy();
  await expect.poll(() => count(`batch WHERE state = 'STORING'`), { timeout: 10_000 }).toBe(0);
  expect((await send(content, { key })).body).toEqual(taken.body);
});

test('nobody reads or writes without the scope, by any door', async () => {
  const reader = actorWith('metering:read');
  expect(await send(file([]), { actor: reader })).toMatchObject({ status: 403 });
  expect(await send(file([]), { actor: null })).toMatchObject({ status: 401 });
  expect((await ask(desk.url, reader, INGEST, { input: { idempotencyKey: 'k' } })).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  const stolen = await ask(desk.url, actorWith(), 'query ($c: [_Any!]!) { _entities(representations: $c) { ... on Contract { meters { nodes { id } } } ... on Customer { meters { nodes { id } } } ... on Meter { meterNumber } } }', {
    c: [{ __typename: 'Contract', id: newId() }, { __typename: 'Customer', id: newId() }, { __typename: 'Meter', id: newId() }],
  });
  expect(stolen).toMatchObject({ data: null, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
});

test('a customer sees the own meters and values, of the own time, and nothing else', async () => {
  const mine = await confirm({ startOn: '2026-11-10' });
  const before = await confirm({ startOn: '2026-01-01', endOn: '2026-11-10', maloId: mine.maloId, meterNumber: mine.meterNumber });
  const foreign = await confirm();
  for (const [contract, day] of [[before, '2026-11-09'], [mine, '2026-11-10'], [foreign, '2026-11-10']] as const) await ingest({ intervals: [series(contract, day, whole(day, 50))] });
  const customer = { ...actorWith('metering:read'), customerId: mine.customerId };
  const see = async (meterId: string, resolution: string) =>
    (await ask(desk.url, customer, `query ($id: ID!) { meter(id: $id) { meterNumber } usage(meterId: $id, from: "2026-11-01", until: "2026-12-01", resolution: ${resolution}) { totalWattHours } }`, { id: meterId })).data;
  for (const resolution of ['QUARTER_HOUR', 'DAY', 'MONTH']) {
    expect(await see(await meterIdOf(mine), resolution)).toEqual({ meter: { meterNumber: mine.meterNumber.toUpperCase() }, usage: { totalWattHours: 4_800 } });
    expect(await see(await meterIdOf(foreign), resolution)).toEqual({ meter: null, usage: null });
  }
  const others = await ask(desk.url, customer, `query ($c: [_Any!]!) { _entities(representations: $c) { ... on Contract { usage(from: "2026-11-01", until: "2026-12-01", resolution: DAY) { totalWattHours } } } }`, { c: [before, mine, foreign].map(({ contractId }) => ({ __typename: 'Contract', id: contractId })) });
  expect(others.data._entities).toEqual([{ usage: null }, { usage: { totalWattHours: 4_800 } }, { usage: null }]);
});

test('meters are registered, hung up once, and exchanged with their readings', async () => {
  const contract = await confirm({ meteringKind: 'PROFILE' });
  const REGISTER = 'mutation ($input: RegisterMeterInput!) { registerMeter(input: $input) { __typename ... on RegisterMeterSuccess { meter { id meterNumber status registers { obis factor digits } } } ... on MeterAlreadyRegistered { meterId } ... on InputInvalid { faults { path } } } }';
  const input = { meterNumber: '1itr0012345678', kind: 'DIGITAL', registers: [{ obis: '1.8.0' }, { obis: '1-0:2.8.0', factor: '40' }] };
  const { data } = await ask(desk.url, agent, REGISTER, { input });
  expect(data.registerMeter.meter).toMatchObject({ meterNumber: '1ITR0012345678', status: 'REGISTERED', registers: [{ obis: '1-0:1.8.0', factor: '1', digits: 6 }, { obis: '1-0:2.8.0', factor: '40' }] });
  const newMeterId = data.registerMeter.meter.id;
  expect((await ask(desk.url, agent, REGISTER, { input })).data.registerMeter).toEqual({ __typename: 'MeterAlreadyRegistered', meterId: newMeterId });
  expect((await ask(desk.url, agent, REGISTER, { input: { meterNumber: '', kind: 'SMART', registers: [{ obis: '1.8.0', digits: 13 }, { obis: '1-0:1.8.0', factor: '0' }] } })).data.registerMeter.faults.map(({ path }: { path: string }) => path)).toEqual(['meterNumber', 'registers.1.obis', 'registers.0.digits', 'registers.1.factor']);

  const oldMeterId = await meterIdOf(contract);
  const EXCHANGE = 'mutation ($input: ExchangeMeterInput!) { exchangeMeter(input: $input) { __typename ... on ExchangeMeterSuccess { oldMeter { status installations { until } readings { nodes { wattHours } } } newMeter { status installations { maloId from } readings { nodes { wattHours } } } } ... on MeterNotFound { meterId } ... on MeterNotInstalled { meterId } ... on MeterInstalledElsewhere { maloId } ... on InputInvalid { faults { path } } } }';
  const exchange = async (change: object) => (await ask(desk.url, agent, EXCHANGE, { input: { oldMeterId, newMeterId, finalWattHours: 812_000, startWattHours: 0, at: '2026-11-20T10:00:00Z', ...change } })).data.exchangeMeter;
  expect(await exchange({ newMeterId: newId() })).toMatchObject({ __typename: 'MeterNotFound' });
  expect(await exchange({ newMeterId: oldMeterId, at: '2027-01-01T00:00:00Z', finalWattHours: -1 })).toMatchObject({ faults: [{ path: 'finalWattHours' }, { path: 'newMeterId' }, { path: 'at' }] });
  expect(await exchange({ newMeterId: await meterIdOf(await confirm()) })).toMatchObject({ __typename: 'MeterInstalledElsewhere' });
  await ingest({ registers: [{ meterNumber: contract.meterNumber, obis: '1-0:1.8.0', readAt: '2026-11-19T10:00:00Z', wattHours: 811_000 }] });
  expect(await exchange({ at: '2026-11-18T10:00:00Z' })).toMatchObject({ faults: [{ path: 'at' }] }); // values after it would have no place
  expect(await exchange({})).toEqual({
    __typename: 'ExchangeMeterSuccess',
    oldMeter: { status: 'REMOVED', installations: [{ until: '2026-11-20T10:00:00.000Z' }], readings: { nodes: [{ wattHours: 812_000 }, { wattHours: 811_000 }] } },
    newMeter: { status: 'INSTALLED', installations: [{ maloId: contract.maloId, from: '2026-11-20T10:00:00.000Z' }], readings: { nodes: [{ wattHours: 0 }] } },
  });
  expect(await exchange({})).toMatchObject({ __typename: 'MeterNotInstalled' });
  const INSTALL = 'mutation ($input: InstallMeterInput!) { installMeter(input: $input) { __typename ... on InstallMeterSuccess { meter { status } } ... on MeterInstalledElsewhere { maloId from } ... on InputInvalid { faults { path } } } }';
  const install = async (change: object) => (await ask(desk.url, agent, INSTALL, { input: { meterId: oldMeterId, maloId: '51238696781', from: '2026-11-21T00:00:00Z', ...change } })).data.installMeter;
  expect(await install({ maloId: '51238696780', meloId: 'DE1' })).toMatchObject({ faults: [{ path: 'maloId' }, { path: 'meloId' }] });
  expect(await install({ from: '2026-11-19T00:00:00Z' })).toMatchObject({ __typename: 'MeterInstalledElsewhere', maloId: contract.maloId });
  expect(await install({})).toEqual({ __typename: 'InstallMeterSuccess', meter: { status: 'INSTALLED' } });
  const told = await database.owner.query(`SELECT type, payload ->> 'meterNumber' AS number FROM metering.outbox WHERE type IN ('metering.MeterExchanged', 'metering.MeterInstalled') AND payload ->> 'maloId' = $1 ORDER BY position`, [contract.maloId]);
  expect(told.rows).toEqual([{ type: 'metering.MeterInstalled', number: contract.meterNumber.toUpperCase() }, { type: 'metering.MeterExchanged', number: null }, { type: 'metering.MeterInstalled', number: '1ITR0012345678' }]);
});

test.each([
  ['{ usage(from: "2026-11-01", until: "2026-11-02", resolution: DAY) { complete } }', /exactly one/],
  [`{ usage(meterId: "${newId()}", from: "2026-11-02", until: "2026-11-02", resolution: DAY) { complete } }`, /allowed: 1 to 3700/],
  [`{ usage(meterId: "${newId()}", from: "2025-01-01", until: "2026-11-02", resolution: QUARTER_HOUR) { complete } }`, /allowed: 1 to 400/],
  [`{ usage(meterId: "${newId()}", from: "2026-11-01", until: "2026-11-02", resolution: DAY, obis: "x") { complete } }`, /obis/],
])('%s is refused', async (query, message) => {
  expect((await ask(desk.url, agent, query)).errors).toMatchObject([{ message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } }]);
});

test('what nobody knows is null', async () => {
  const { data } = await ask(desk.url, agent, `query ($id: ID!) { meter(id: $id) { id } a: usage(meterId: $id, from: "2026-11-01", until: "2026-11-02", resolution: DAY) { complete } b: usage(contractId: "x", from: "2026-11-01", until: "2026-11-02", resolution: DAY) { complete } readingBatch(id: $id) { id } }`, { id: newId() });
  expect(data).toEqual({ meter: null, a: null, b: null, readingBatch: null });
});

const FINDINGS = 'nodes { id rule severity day start detail meter { meterNumber } } pageInfo { hasNextPage endCursor }';
async function openFindings(contract: Confirmed) {
  const { data, errors } = await ask(desk.url, agent, `{ openFindings(first: 100) { ${FINDINGS} } }`);
  expect(errors).toBeUndefined();
  return data.openFindings.nodes.filter(({ meter }: any) => meter.meterNumber === contract.meterNumber.toUpperCase());
}
async function releaseFinding(findingId: string, reason = 'read again on site') {
  const { data, errors } = await ask(desk.url, agent, `mutation ($input: ReleaseFindingInput!) { releaseFinding(input: $input) { __typename ... on ReleaseFindingSuccess { finding { rule } } ... on InputInvalid { faults { path allowed } } } }`, { input: { findingId, reason } });
  expect(errors).toBeUndefined();
  return data.releaseFinding;
}

test('a day with an error of validation is held until somebody releases it or its values change', async () => {
  const contract = await confirm({ expectedWattHours: '3504000' });
  const day = '2026-11-10';
  await ingest({ intervals: [series(contract, day, quarterHoursOf(day).map((_, nth) => (nth === 40 ? 20_000 : 1_500)))] }); // 80 kW in one quarter hour, the day fifteen times the expected
  const heldOf = async () => (await published(contract)).map(({ type, payload }) => [type, payload.days[0].version, payload.days[0].held === true && payload.days[0].doubted === true]);
  expect(await heldOf()).toEqual([[MeterReadingIngested.name, 1, true]]);
  const found = await openFindings(contract);
  expect(found.map(({ rule, severity, day: of }: any) => [rule, severity, of]).toSorted()).toEqual([['R04', 'ERROR', day], ['R10_HIGH', 'WARNING', day], ['R11', 'WARNING', day]]);
  const spike = found.find(({ rule }: any) => rule === 'R04');
  expect(spike).toMatchObject({ start: quarterHoursOf(day)[40]!.toISOString(), detail: expect.stringContaining('20000 Wh') });

  expect(await releaseFinding(spike.id, ' ')).toMatchObject({ __typename: 'InputInvalid', faults: [{ path: 'reason', allowed: '1 to 500 characters' }] });
  for (const id of ['0', 'nobody', '99999999999999999999']) expect(await releaseFinding(id)).toEqual({ __typename: 'FindingNotFound' });
  expect(await releaseFinding(spike.id)).toEqual({ __typename: 'ReleaseFindingSuccess', finding: { rule: 'R04' } });
  expect(await releaseFinding(spike.id)).toEqual({ __typename: 'FindingNotFound' });
  expect(await heldOf()).toEqual([[MeterReadingIngested.name, 1, true], [ReadingCorrected.name, 2, false]]);
  expect((await openFindings(contract)).map(({ rule }: any) => rule).toSorted()).toEqual(['R10_HIGH', 'R11']);
  expect((await database.owner.query(`SELECT decided_by, detail FROM metering.vee_result WHERE action = 'RELEASED'`)).rows).toEqual([{ decided_by: agent.name, detail: 'read again on site' }]);

  // Other values are looked at anew: what was released for the old ones says nothing about these.
  await ingest({ intervals: [series(contract, day, [24_000], { start: quarterHoursOf(day)[50]!.toISOString(), reason: 'device fault' })] });
  expect((await heldOf()).at(-1)).toEqual([ReadingCorrected.name, 3, true]);
  await ingest({ intervals: [series(contract, day, whole(day, 100), { reason: 'device fault' })] });
  expect((await heldOf()).at(-1)).toEqual([ReadingCorrected.name, 4, false]);
  expect(await openFindings(contract)).toEqual([]);
});

test('thresholds are data: what blocks for one retailer warns for another', async () => {
  const contract = await confirm({ expectedWattHours: '3504000' });
  await database.owner.query(`UPDATE metering.vee_rule SET blocks_above = 3 WHERE rule = 'R10_HIGH'`);
  await ingest({ intervals: [series(contract, '2026-11-11', whole('2026-11-11', 400))] });
  expect((await openFindings(contract)).map(({ rule, severity }: any) => [rule, severity])).toEqual([['R10_HIGH', 'ERROR']]);
  await database.owner.query(`UPDATE metering.vee_rule SET blocks_above = 20 WHERE rule = 'R10_HIGH'`);
});

test('a gap of a day that is over is found, and closes with its values', async () => {
  const contract = await confirm();
  await ingest({ intervals: [series(contract, '2026-11-12', whole('2026-11-12', 100).with(10, null as never))] });
  expect((await published(contract)).map(({ payload }) => [payload.days[0].held, payload.days[0].doubted])).toEqual([[true, undefined]]); // the values that are there are right
  expect((await openFindings(contract)).map(({ rule, severity, start }: any) => [rule, severity, start])).toEqual([['R01', 'ERROR', quarterHoursOf('2026-11-12')[10]!.toISOString()]]);
  await ingest({ intervals: [series(contract, '2026-11-12', [100], { start: quarterHoursOf('2026-11-12')[10]!.toISOString() })] });
  expect(await openFindings(contract)).toEqual([]);
});
