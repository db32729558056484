// What the database itself promises: each constraint is broken on purpose, as the domain's own role or as the owner.
import { afterAll, beforeAll, expect, test } from 'vitest';
import pg from 'pg';
import { type Db, transact } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';
import { int2Array, int4Array, int8Array, timestamptzArray } from './binary-arrays.ts';
import { ensureIntervalPartitions } from './partitions.ts';

let database: TestDatabase;
let db: Db;
const [METER, OTHER_METER, CONTRACT, CUSTOMER, BATCH, READING] = [newId(), newId(), newId(), newId(), newId(), newId()];
const MALO = '41373559241';

beforeAll(async () => {
  database = await testDatabase();
  db = await database.open('metering');
  await ensureIntervalPartitions(db, { first: '2026-03-15', last: '2026-11-01' });
  await database.owner.query(`
    INSERT INTO metering.meter VALUES ('${METER}', '1EMH1', NULL, 'SMART', NULL, 'INSTALLED', '2026-01-01'), ('${OTHER_METER}', '1EMH2', NULL, 'SMART', NULL, 'REGISTERED', '2026-01-01');
    INSERT INTO metering.meter_register (meter_id, obis, interval_minutes) VALUES ('${METER}', '1-0:1.29.0', 15), ('${METER}', '1-0:1.8.0', NULL), ('${OTHER_METER}', '1-0:1.8.0', NULL);
    INSERT INTO metering.supply VALUES ('${CONTRACT}', '${CUSTOMER}', '${newId()}', '${MALO}', '2026-01-01', '2026-12-01', 3500000);
    INSERT INTO metering.installation VALUES ('${newId()}', '${METER}', NULL, '${MALO}', NULL, '2026-01-01', '2026-11-20');
    INSERT INTO metering.batch VALUES ('${BATCH}', 'GRAPHQL', 'x', '2026-11-01', 'COMPLETE');
    INSERT INTO metering.reading VALUES ('${READING}', '${METER}', 2, '${CONTRACT}', '${CUSTOMER}', '2026-10-01', 5, 'UPLOAD', 'MEASURED', '2026-11-01', NULL);
    INSERT INTO metering.interval VALUES ('2026-10-01T10:00Z', 5, '2026-11-01', 1, 'TRUE', 15);
    INSERT INTO metering.usage_daily VALUES (1, '2026-10-01', '${CONTRACT}', '${CUSTOMER}', 15, 5, 1, 96, 0, 0, 1, '2026-11-01');
    INSERT INTO metering.usage_monthly VALUES (1, '2026-10-01', 5, 1);
    INSERT INTO metering.interval_superseded (register_id, start_at, watt_hours, status, known_from, known_until, cause) VALUES (1, '2026-10-01T10:00Z', 4, 'PROVISIONAL', '2026-10-02', '2026-11-01', 'x');
    INSERT INTO metering.reading_superseded (reading_id, watt_hours, quality, known_from, known_until, cause) VALUES ('${READING}', 4, 'PROVISIONAL', '2026-10-02', '2026-11-01', 'x');
    INSERT INTO metering.interval_working VALUES (1, '2026-10-01T10:00Z', 6, 'comparison day', 'spike', '2026-11-01', 'x');
    INSERT INTO metering.vee_result (register_id, rule, severity, action, detail, decided_at, decided_by) VALUES (1, 'R02', 'ERROR', 'REJECTED', 'x', '2026-11-01', 'x');
    INSERT INTO metering.meter_exchange VALUES ('${newId()}', '${METER}', 1, '${OTHER_METER}', 0, '2026-11-20');
    INSERT INTO metering.rejection VALUES ('${BATCH}', 1, NULL, NULL, NULL, NULL, 'R02', 'x')`);
});
afterAll(() => database.drop());

const insert = (table: string, values: Record<string, string>) => `INSERT INTO metering.${table} (${Object.keys(values).join(', ')}) VALUES (${Object.values(values).join(', ')})`;
const meter = (change: Record<string, string>) => insert('meter', { id: `'${newId()}'`, meter_number: `'1EMH3'`, kind: `'SMART'`, status: `'REGISTERED'`, registered_at: `'2026-01-01'`, ...change });
const register = (change: Record<string, string>) => insert('meter_register', { meter_id: `'${METER}'`, obis: `'1-0:2.8.0'`, ...change });
const supply = (change: Record<string, string>) => insert('supply', { contract_id: `'${newId()}'`, customer_id: `'${CUSTOMER}'`, market_location_id: `'${newId()}'`, malo_id: `'${MALO}'`, start_on: `'2027-01-01'`, expected_watt_hours: '1', ...change });
const installation = (change: Record<string, string>) => insert('installation', { id: `'${newId()}'`, meter_id: `'${METER}'`, malo_id: `'${MALO}'`, from_at: `'2026-12-01'`, ...change });
const exchange = (change: Record<string, string>) => insert('meter_exchange', { id: `'${newId()}'`, old_meter_id: `'${METER}'`, final_watt_hours: '1', new_meter_id: `'${OTHER_METER}'`, start_watt_hours: '0', exchanged_at: `'2026-11-21'`, ...change });
const interval = (change: Record<string, string>) => insert('interval', { start_at: `'2026-10-01T11:00Z'`, watt_hours: '5', known_from: `'2026-11-01'`, register_id: '1', status: `'TRUE'`, minutes: '15', ...change });
const reading = (change: Record<string, string>) => insert('reading', { id: `'${newId()}'`, meter_id: `'${METER}'`, register_id: '2', contract_id: `'${CONTRACT}'`, customer_id: `'${CUSTOMER}'`, read_at: `'2026-10-02'`, watt_hours: '5', source: `'UPLOAD'`, quality: `'MEASURED'`, imported_at: `'2026-11-01'`, ...change });
const daily = (change: Record<string, string>) => insert('usage_daily', { register_id: '1', day: `'2026-10-02'`, contract_id: `'${CONTRACT}'`, customer_id: `'${CUSTOMER}'`, minutes: '15', watt_hours: '5', known_values: '1', expected_values: '96', substitute_values: '0', provisional_values: '0', version: '1', known_at: `'2026-11-01'`, ...change });
const superseded = (change: Record<string, string>) => insert('interval_superseded', { register_id: '1', start_at: `'2026-10-01T10:00Z'`, watt_hours: '4', status: `'TRUE'`, known_from: `'2026-10-02'`, known_until: `'2026-11-01'`, cause: `'x'`, ...change });
const finding = (change: Record<string, string>) => insert('vee_result', { register_id: '1', rule: `'R02'`, severity: `'ERROR'`, action: `'REJECTED'`, detail: `'x'`, decided_at: `'2026-11-01'`, decided_by: `'x'`, ...change });
const batch = (change: Record<string, string>) => insert('batch', { id: `'${newId()}'`, source: `'GRAPHQL'`, actor: `'x'`, received_at: `'2026-11-01'`, state: `'STORING'`, ...change });

test.each([
  ['a meter number is there once', meter({ meter_number: `'1EMH1'` }), '23505'],
  ['a meter number has printable characters', meter({ meter_number: `E'1\\nE'` }), '23514'],
  ['a meter number has at most 35 characters', meter({ meter_number: `repeat('1', 36)` }), '23514'],
  ['a meter number has a character', meter({ meter_number: `''` }), '23514'],
  ['a meter is of a known kind', meter({ kind: `'CLEVER'` }), '23514'],
  ['a meter has a known status', meter({ status: `'LOST'` }), '23514'],
  ['a register is there once', register({ obis: `'1-0:1.8.0'` }), '23505'],
  ['a register has an OBIS code of electricity', register({ obis: `'7-0:3.8.0'` }), '23514'],
  ['a register has a tariff up to 63', register({ obis: `'1-0:1.8.64'` }), '23514'],
  ['a register has digits', register({ digits: '0' }), '23514'],
  ['a register has a factor above zero', register({ factor: '0' }), '23514'],
  ['a register has intervals of a known length', register({ interval_minutes: '10' }), '23514'],
  ['a register belongs to a meter', register({ meter_id: `'${newId()}'` }), '23503'],
  ['a register keeps the length of its intervals', 'UPDATE metering.meter_register SET interval_minutes = 30 WHERE id = 1', '23001'],
  ['a contract ends after it began', supply({ end_on: `'2027-01-01'` }), '23514'],
  ['a contract has a market location', supply({ malo_id: `'1234'` }), '23514'],
  ['a contract expects no negative energy', supply({ expected_watt_hours: '-1' }), '23514'],
  ['a contract is there once', supply({ contract_id: `'${CONTRACT}'` }), '23505'],
  ['a meter hangs in one place at a time', installation({ from_at: `'2026-11-19'`, malo_id: `'51238696781'` }), '23P01'],
  ['a meter hangs there once', installation({ from_at: `'2025-01-01'`, until_at: `'2026-01-02'` }), '23P01'],
  ['an installation ends after it began', installation({ until_at: `'2026-12-01'` }), '23514'],
  ['an installation is at a market location', installation({ malo_id: `'01373559241'` }), '23514'],
  ['an installation is at a metering location', installation({ melo_id: `'DE1'` }), '23514'],
  ['an installation is of a meter', installation({ meter_id: `'${newId()}'` }), '23503'],
  ['a meter is not exchanged for itself', exchange({ new_meter_id: `'${METER}'` }), '23514'],
  ['a meter is taken down once at a time', exchange({ exchanged_at: `'2026-11-20'` }), '23505'],
  ['a final reading is not negative', exchange({ final_watt_hours: '-1' }), '23514'],
  ['a start reading is not negative', exchange({ start_watt_hours: '-1' }), '23514'],
  ['an interval is there once', interval({ start_at: `'2026-10-01T10:00Z'` }), '23505'],
  ['an interval is not negative', interval({ watt_hours: '-1' }), '23514'],
  ['a quarter hour starts with a quarter hour', interval({ start_at: `'2026-10-01T11:05Z'` }), '23514'],
  ['an hour starts with an hour', interval({ start_at: `'2026-10-01T11:30Z'`, minutes: '60', register_id: '2' }), '23514'],
  ['an interval has a known length', interval({ minutes: '20' }), '23514'],
  ['an interval has the length of its register', interval({ minutes: '30' }), '23503'],
  ['an interval has a register that knows its length', interval({ register_id: '2' }), '23503'],
  ['an interval has a register', interval({ register_id: '99' }), '23503'],
  ['an interval does not change its register', 'UPDATE metering.interval SET register_id = 2', '23503'],
  ['an interval has a known status', interval({ status: `'GUESSED'` }), '22P02'],
  ['an interval has a month that was made', interval({ start_at: `'2026-12-01T00:00Z'` }), '23514'],
  ['a reading is there once', reading({ read_at: `'2026-10-01'` }), '23505'],
  ['a reading is not negative', reading({ watt_hours: '-1' }), '23514'],
  ['a reading has a known source', reading({ source: `'RUMOUR'` }), '23514'],
  ['a reading has a known quality', reading({ quality: `'FINE'` }), '23514'],
  ['a reading belongs to a register of its meter', reading({ register_id: '3' }), '23503'],
  ['a reading belongs to a meter that hung there', reading({ read_at: `'2026-11-20T00:00:01Z'` }), '23503'],
  ['a reading belongs to the time of its contract', reading({ read_at: `'2025-12-31T22:00Z'` }), '23503'],
  ['a reading belongs to the customer of its contract', reading({ customer_id: `'${newId()}'` }), '23503'],
  ['a reading belongs to a contract', reading({ contract_id: `'${newId()}'` }), '23503'],
  ['a reading does not move to another customer', `UPDATE metering.reading SET customer_id = '${newId()}'`, '23503'],
  ['a superseded reading was known before it was not', `INSERT INTO metering.reading_superseded (reading_id, watt_hours, quality, known_from, known_until, cause) VALUES ('${READING}', 4, 'PROVISIONAL', '2026-10-02', '2026-10-01', 'x')`, '23514'],
  ['a superseded value was known before it was not', superseded({ known_until: `'2026-10-01'` }), '23514'],
  ['a superseded value has a cause', superseded({ cause: `''` }), '23514'],
  ['a superseded value is not negative', superseded({ watt_hours: '-1' }), '23514'],
  ['a working value has a method', `INSERT INTO metering.interval_working VALUES (1, '2026-10-01T11:00Z', 6, '', 'spike', '2026-11-01', 'x')`, '23514'],
  ['a working value has a reason', `INSERT INTO metering.interval_working VALUES (1, '2026-10-01T11:00Z', 6, 'comparison day', '', '2026-11-01', 'x')`, '23514'],
  ['a working value is there once', `INSERT INTO metering.interval_working VALUES (1, '2026-10-01T10:00Z', 6, 'x', 'x', '2026-11-01', 'x')`, '23505'],
  ['a working value starts with a quarter hour', `INSERT INTO metering.interval_working VALUES (1, '2026-10-01T10:01Z', 6, 'x', 'x', '2026-11-01', 'x')`, '23514'],
  ['a finding names a rule', finding({ rule: `'R17'` }), '23514'],
  ['a finding is an error or a warning', finding({ severity: `'NOTE'` }), '23514'],
  ['a finding says what was done', finding({ action: `'FORGOTTEN'` }), '23514'],
  ['a finding is about a register', finding({ register_id: '99' }), '23503'],
  ['a day in spring has 92 quarter hours', daily({ day: `'2026-03-29'` }), '23514'],
  ['a day in autumn has 100 quarter hours', daily({ day: `'2026-10-25'` }), '23514'],
  ['a day in autumn has 25 hours', daily({ day: `'2026-10-25'`, minutes: '60', expected_values: '24' }), '23514'],
  ['a day holds no more values than it has', daily({ known_values: '97' }), '23514'],
  ['a day holds no more substitutes than values', daily({ substitute_values: '1', provisional_values: '1' }), '23514'],
  ['a day has a value', daily({ known_values: '0' }), '23514'],
  ['a day is summed once', daily({ day: `'2026-10-01'` }), '23505'],
  ['a day belongs to a contract', daily({ contract_id: `'${newId()}'` }), '23503'],
  ['a day has no negative energy', daily({ watt_hours: '-1' }), '23514'],
  ['a month is its first day', `INSERT INTO metering.usage_monthly VALUES (1, '2026-10-02', 5, 1)`, '23514'],
  ['a month is summed once', `INSERT INTO metering.usage_monthly VALUES (1, '2026-10-01', 5, 1)`, '23505'],
  ['a month belongs to a register', `INSERT INTO metering.usage_monthly VALUES (99, '2026-10-01', 5, 1)`, '23503'],
  ['a batch comes by a known way', batch({ source: `'PIGEON'` }), '23514'],
  ['a batch has a known state', batch({ state: `'LOST'` }), '23514'],
  ['a batch counts upwards', batch({ accepted: '-1' }), '23514'],
  ['a rejection names a rule', `INSERT INTO metering.rejection VALUES ('${BATCH}', 2, NULL, NULL, NULL, NULL, 'R99', 'x')`, '23514'],
  ['a rejection names its row', `INSERT INTO metering.rejection VALUES ('${BATCH}', 0, NULL, NULL, NULL, NULL, 'R01', 'x')`, '23514'],
  ['a row is rejected once', `INSERT INTO metering.rejection VALUES ('${BATCH}', 1, NULL, NULL, NULL, NULL, 'R01', 'x')`, '23505'],
  ['a day to tell of belongs to a batch', `INSERT INTO metering.batch_day VALUES ('${newId()}', 1, '2026-10-01', false)`, '23503'],
  ['a reading to tell of exists', `INSERT INTO metering.batch_reading VALUES ('${BATCH}', '${newId()}', false)`, '23503'],
])('%s', async (_, statement, code) => {
  await expect(transact(db, (tx) => tx.query(statement))).rejects.toMatchObject({ code });
});

test.each([['at the very end of the installation', { read_at: `'2026-11-20'` }], ['at the first instant of the contract', { read_at: `'2025-12-31T23:00Z'` }]])('a reading %s belongs', async (name, change) => {
  if (name.includes('contract')) await database.owner.query(`UPDATE metering.installation SET from_at = '2025-12-01'`);
  await expect(transact(db, (tx) => tx.query(reading(change)))).resolves.toMatchObject({ rowCount: 1 });
});

test.each(['interval_superseded', 'reading_superseded', 'vee_result'].flatMap((table) => [[table, `DELETE FROM metering.${table}`], [table, `TRUNCATE metering.${table}`], [table, `UPDATE metering.${table} SET ${table === 'vee_result' ? `detail = 'y'` : `cause = 'y'`}`]]))(
  '%s only grows: %s',
  async (_, statement) => {
    await expect(db.query(statement)).rejects.toMatchObject({ code: '42501' });
    await expect(database.owner.query(statement)).rejects.toMatchObject({ code: '23001' });
  },
);

test.each(['interval', 'reading', 'meter', 'supply', 'usage_daily', 'usage_monthly', 'batch'])('the domain does not delete from %s', async (table) => {
  await expect(db.query(`DELETE FROM metering.${table}`)).rejects.toMatchObject({ code: '42501' });
});

test('partitions are Berlin months, made once, reached through the parent only', async () => {
  expect(await ensureIntervalPartitions(db, { first: '2026-10-05', last: '2027-02-28' })).toBe(3);
  expect(await ensureIntervalPartitions(db, { first: '2026-10-05', last: '2027-02-28' })).toBe(0);
  await Promise.all([1, 2, 3].map(() => ensureIntervalPartitions(db, { first: '2028-01-01', last: '2028-06-30' }))); // at once
  const { rows } = await database.owner.query(`SELECT relname AS name, pg_get_expr(relpartbound, oid) AS bounds FROM pg_class WHERE relispartition AND relname ~ '^interval_[0-9]{6}$' ORDER BY 1`);
  expect(rows).toHaveLength(9 + 3 + 6);
  expect(rows.find(({ name }) => name === 'interval_202610').bounds).toBe(`FOR VALUES FROM ('2026-09-30 22:00:00+00') TO ('2026-10-31 23:00:00+00')`);
  await expect(db.query('SELECT FROM metering.interval_202610')).rejects.toMatchObject({ code: '42501' });
  await expect(db.query('CREATE TABLE metering.mine ()')).rejects.toMatchObject({ code: '42501' });
  await expect(ensureIntervalPartitions(db, { first: '2026-01-01', last: '2036-02-01' })).rejects.toMatchObject({ code: '22023' });
});

test('a customer’s session sees the own rows and writes none', async () => {
  const client = new pg.Client(await database.urlOf('metering', 'own'));
  await client.connect();
  const seen = async (customer: string) => {
    await client.query('BEGIN');
    await client.query(`SELECT set_config('stromgraph.customer', $1, true)`, [customer]);
    const counts: Record<string, number> = {};
    for (const table of ['supply', 'installation', 'meter', 'meter_register', 'reading', 'usage_daily', 'interval']) counts[table] = Number((await client.query(`SELECT count(*) FROM metering.${table}`)).rows[0].count);
    await client.query('ROLLBACK');
    return counts;
  };
  expect(await seen(CUSTOMER)).toEqual({ supply: 1, installation: 1, meter: 1, meter_register: 2, reading: expect.any(Number), usage_daily: 1, interval: 1 });
  expect(await seen(newId())).toEqual({ supply: 0, installation: 0, meter: 0, meter_register: 0, reading: 0, usage_daily: 0, interval: 0 });
  expect(await seen('')).toMatchObject({ supply: 0, interval: 0, usage_daily: 0 });
  for (const statement of [interval({}), 'SELECT FROM metering.batch', 'SELECT FROM metering.usage_monthly', 'SELECT FROM metering.interval_superseded', 'UPDATE metering.usage_daily SET watt_hours = 0'])
    await expect(client.query(statement), statement).rejects.toMatchObject({ code: '42501' });
  await client.end();
});

test('binary arrays arrive as they were', async () => {
  const { rows } = await db.query('SELECT $1::int2[] AS small, $2::int4[] AS middle, $3::int8[] AS large, $4::timestamptz[] AS times', [
    int2Array([-3, 0, 32_767]), int4Array([-3, 2_147_483_647]), int8Array([-3n, 9_007_199_254_740_993n]), timestamptzArray([0, Date.parse('1999-12-31T23:59:59.999Z'), Date.parse('2026-10-25T00:30:00Z')]),
  ]);
  expect(rows).toEqual([{ small: [-3, 0, 32_767], middle: [-3, 2_147_483_647], large: [-3n, 9_007_199_254_740_993n], times: [new Date(0), new Date('1999-12-31T23:59:59.999Z'), new Date('2026-10-25T00:30:00Z')] }]);
});
