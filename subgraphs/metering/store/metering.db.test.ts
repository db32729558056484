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
  await database.setClock('2026-12-01T12:00Z');
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
    INSERT INTO metering.interval_working VALUES (1, '2026-10-01T10:00Z', 6, 'LIKE_DAYS', 'spike', '2026-11-01', 'x', 15, 5, 'TRUE');
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
const explanation = (change: Record<string, string>) => insert('interval_substitute', { register_id: '1', start_at: `'2026-10-01T11:00Z'`, watt_hours: '5', reason: `'Z75'`, method: `'Z92'`, known_from: `'2026-11-01'`, batch_id: `'${BATCH}'`, ...change });
const finding = (change: Record<string, string>) => insert('vee_result', { register_id: '1', rule: `'R02'`, severity: `'ERROR'`, action: `'REJECTED'`, detail: `'x'`, decided_at: `'2026-11-01'`, decided_by: `'x'`, ...change });
const batch = (change: Record<string, string>) => insert('batch', { id: `'${newId()}'`, source: `'GRAPHQL'`, actor: `'x'`, received_at: `'2026-11-01'`, state: `'STORING'`, ...change });

const broken = (code: string, by: string | RegExp) => (typeof by === 'string' ? { code, constraint: by } : { code, message: expect.stringMatching(by) });

test.each([
  ['a meter number is there once', meter({ meter_number: `'1EMH1'` }), '23505', 'meter_meter_number_key'],
  ['a meter number has printable characters', meter({ meter_number: `E'1\\nE'` }), '23514', 'meter_meter_number_check'],
  ['a meter number has at most 35 characters', meter({ meter_number: `repeat('1', 36)` }), '23514', 'meter_meter_number_check'],
  ['a meter number has a character', meter({ meter_number: `''` }), '23514', 'meter_meter_number_check'],
  ['a meter is of a known kind', meter({ kind: `'CLEVER'` }), '23514', 'meter_kind_check'],
  ['a meter has a known status', meter({ status: `'LOST'` }), '23514', 'meter_status_check'],
  ['a register is there once', register({ obis: `'1-0:1.8.0'` }), '23505', 'meter_register_meter_id_obis_key'],
  ['a register has an OBIS code of electricity', register({ obis: `'7-0:3.8.0'` }), '23514', 'meter_register_obis_check'],
  ['a register has a tariff up to 63', register({ obis: `'1-0:1.8.64'` }), '23514', 'meter_register_obis_check'],
  ['a register has digits', register({ digits: '0' }), '23514', 'meter_register_digits_check'],
  ['a register has a factor above zero', register({ factor: '0' }), '23514', 'meter_register_factor_check'],
  ['a register has intervals of a known length', register({ interval_minutes: '10' }), '23514', 'meter_register_interval_minutes_check'],
  ['a register belongs to a meter', register({ meter_id: `'${newId()}'` }), '23503', 'meter_register_meter_id_fkey'],
  ['a register keeps the length of its intervals', 'UPDATE metering.meter_register SET interval_minutes = 30 WHERE id = 1', '23001', 'interval_lengths_stay'],
  ['a contract ends after it began', supply({ end_on: `'2027-01-01'` }), '23514', 'supply_check'],
  ['what was cancelled has no time', supply({ end_on: `'2027-01-02'`, cancelled: 'true' }), '23514', 'supply_check'],
  ['a contract has a market location', supply({ malo_id: `'1234'` }), '23514', 'supply_malo_id_check'],
  ['a contract expects no negative energy', supply({ expected_watt_hours: '-1' }), '23514', 'supply_expected_watt_hours_check'],
  ['a contract is there once', supply({ contract_id: `'${CONTRACT}'` }), '23505', 'supply_pkey'],
  ['a meter hangs in one place at a time', installation({ from_at: `'2026-11-19'`, malo_id: `'51238696781'` }), '23P01', 'a_meter_hangs_in_one_place'],
  ['a meter hangs there once', installation({ from_at: `'2025-01-01'`, until_at: `'2026-01-02'` }), '23P01', 'a_meter_hangs_in_one_place'],
  ['an installation ends after it began', installation({ until_at: `'2026-12-01'` }), '23514', 'installation_check'],
  ['an installation is at a market location', installation({ malo_id: `'01373559241'` }), '23514', 'installation_malo_id_check'],
  ['an installation is at a metering location', installation({ melo_id: `'DE1'` }), '23514', 'installation_melo_id_check'],
  ['an installation is of a meter', installation({ meter_id: `'${newId()}'` }), '23503', 'installation_meter_id_fkey'],
  ['a meter is not exchanged for itself', exchange({ new_meter_id: `'${METER}'` }), '23514', 'meter_exchange_check'],
  ['a meter is taken down once at a time', exchange({ exchanged_at: `'2026-11-20'` }), '23505', 'meter_exchange_old_meter_id_exchanged_at_key'],
  ['a final reading is not negative', exchange({ final_watt_hours: '-1' }), '23514', 'meter_exchange_final_watt_hours_check'],
  ['a start reading is not negative', exchange({ start_watt_hours: '-1' }), '23514', 'meter_exchange_start_watt_hours_check'],
  ['an interval is there once', interval({ start_at: `'2026-10-01T10:00Z'` }), '23505', 'interval_202610_pkey'],
  ['an interval is not negative', interval({ watt_hours: '-1' }), '23514', 'interval_watt_hours_check'],
  ['a quarter hour starts with a quarter hour', interval({ start_at: `'2026-10-01T11:05Z'` }), '23514', 'intervals_start_on_their_grid'],
  ['an hour starts with an hour', interval({ start_at: `'2026-10-01T11:30Z'`, minutes: '60', register_id: '2' }), '23514', 'intervals_start_on_their_grid'],
  ['an interval has a known length', interval({ minutes: '20' }), '23514', 'interval_minutes_check'],
  ['an interval has the length of its register', interval({ minutes: '30' }), '23503', 'intervals_fit_their_register'],
  ['an interval has a register that knows its length', interval({ register_id: '2' }), '23503', 'intervals_fit_their_register'],
  ['an interval has a register', interval({ register_id: '99' }), '23503', 'intervals_fit_their_register'],
  ['an interval does not change its register', 'UPDATE metering.interval SET register_id = 2', '23001', 'values_keep_their_place'],
  ['a substitute that is the first in its place has a reason and a method', interval({ status: `'SUBSTITUTE'` }), '23514', 'substitutes_are_explained'],
  ['none of many substitutes goes without', `${explanation({})}; INSERT INTO metering.interval SELECT '2026-10-01T11:00Z'::timestamptz + n * interval '15 minutes', 5, '2026-11-01', 1, 'SUBSTITUTE', 15 FROM generate_series(0, 3) n`, '23514', 'substitutes_are_explained'],
  ['a substitute is not explained by what was said of another value', `${explanation({ watt_hours: '6' })}; ${interval({ status: `'SUBSTITUTE'` })}`, '23514', 'substitutes_are_explained'],
  ['a substitute is not explained by what was said at another time', `${explanation({ known_from: `'2026-10-31'` })}; ${interval({ status: `'SUBSTITUTE'` })}`, '23514', 'substitutes_are_explained'],
  ['a substitute is not explained by what was said of another register', `${explanation({ register_id: '3' })}; ${interval({ status: `'SUBSTITUTE'` })}`, '23514', 'substitutes_are_explained'],
  ['a blank explains no substitute', explanation({ reason: `' '` }), '23514', 'interval_substitute_reason_check'],
  ['a blank is no method of a substitute', explanation({ method: `E'\t'` }), '23514', 'interval_substitute_method_check'],
  ['an explanation is of a value', explanation({ watt_hours: 'NULL' }), '23514', 'explanations_are_of_a_value'],
  ['a blank explains no substituted reading', reading({ quality: `'SUBSTITUTED'`, reason: `' '`, method: `'x'` }), '23514', 'reading_reason_check'],
  ['a blank is no method of a substituted reading', reading({ quality: `'SUBSTITUTED'`, reason: `'x'`, method: `' '` }), '23514', 'reading_method_check'],
  ['a blank explains no working value', `INSERT INTO metering.interval_working VALUES (1, '2026-10-01T11:00Z', 6, 'LIKE_DAYS', ' ', '2026-11-01', 'x')`, '23514', 'interval_working_reason_check'],
  ['an interval has a known status', interval({ status: `'GUESSED'` }), '22P02', /invalid input value for enum metering.value_status/],
  ['an interval has a month that was made', interval({ start_at: `'2026-12-01T00:00Z'` }), '23514', /no partition of relation "interval"/],
  ['a reading is there once', reading({ read_at: `'2026-10-01'` }), '23505', 'reading_meter_id_register_id_read_at_key'],
  ['a reading is not negative', reading({ watt_hours: '-1' }), '23514', 'reading_watt_hours_check'],
  ['a reading has a known source', reading({ source: `'RUMOUR'` }), '23514', 'reading_source_check'],
  ['a reading has a known quality', reading({ quality: `'FINE'` }), '23514', 'reading_quality_check'],
  ['a reading belongs to a register of its meter', reading({ register_id: '3' }), '23503', 'readings_belong_to_the_contract_of_their_time'],
  ['a reading belongs to a meter that hung there', reading({ read_at: `'2026-11-20T00:00:01Z'` }), '23503', 'readings_belong_to_the_contract_of_their_time'],
  ['a reading belongs to the time of its contract', reading({ read_at: `'2025-12-31T22:00Z'` }), '23503', 'readings_belong_to_the_contract_of_their_time'],
  ['a reading belongs to the customer of its contract', reading({ customer_id: `'${newId()}'` }), '23503', 'readings_belong_to_the_contract_of_their_time'],
  ['a reading belongs to a contract', reading({ contract_id: `'${newId()}'` }), '23503', 'reading_contract_id_fkey'],
  ['a reading does not move to another customer', `UPDATE metering.reading SET customer_id = '${newId()}'`, '23001', 'readings_keep_their_place'],
  ['a working value has a method', `INSERT INTO metering.interval_working VALUES (1, '2026-10-01T11:00Z', 6, '', 'spike', '2026-11-01', 'x')`, '23514', 'interval_working_method_check'],
  ['a working value has a reason', `INSERT INTO metering.interval_working VALUES (1, '2026-10-01T11:00Z', 6, 'LIKE_DAYS', '', '2026-11-01', 'x')`, '23514', 'interval_working_reason_check'],
  ['a working value is there once', `INSERT INTO metering.interval_working VALUES (1, '2026-10-01T10:00Z', 6, 'LIKE_DAYS', 'x', '2026-11-01', 'x')`, '23505', 'interval_working_pkey'],
  ['a working value starts with a quarter hour', `INSERT INTO metering.interval_working VALUES (1, '2026-10-01T10:01Z', 6, 'LIKE_DAYS', 'x', '2026-11-01', 'x')`, '23514', 'interval_working_start_at_check'],
  ['a finding names a rule', finding({ rule: `'R17'` }), '23514', 'vee_result_rule_check'],
  ['a finding is an error or a warning', finding({ severity: `'NOTE'` }), '23514', 'vee_result_severity_check'],
  ['a finding says what was done', finding({ action: `'FORGOTTEN'` }), '23514', 'vee_result_action_check'],
  ['whoever finds something has a name', finding({ decided_by: `' '` }), '23514', 'decisions_have_a_name'],
  ['a release has a reason', finding({ action: `'RELEASED'`, detail: `' '`, day: `'2026-11-01'`, day_version: '1' }), '23514', 'releases_have_a_reason'],
  ['a finding is about a register', finding({ register_id: '99' }), '23503', 'vee_result_register_id_fkey'],
  ['a day in spring has 92 quarter hours', daily({ day: `'2026-03-29'` }), '23514', 'days_have_the_hours_of_the_calendar'],
  ['a day in autumn has 100 quarter hours', daily({ day: `'2026-10-25'` }), '23514', 'days_have_the_hours_of_the_calendar'],
  ['a day in autumn has 25 hours', daily({ day: `'2026-10-25'`, minutes: '60', expected_values: '24' }), '23514', 'days_have_the_hours_of_the_calendar'],
  ['a day holds no more values than it has', daily({ known_values: '97' }), '23514', 'days_hold_no_more_than_they_have'],
  ['a day holds no more substitutes than values', daily({ substitute_values: '1', provisional_values: '1' }), '23514', 'days_hold_no_more_than_they_have'],
  ['a day without a value has no energy', daily({ known_values: '0' }), '23514', 'days_without_values_have_no_energy'],
  ['a day is summed once', daily({ day: `'2026-10-01'` }), '23505', 'usage_daily_pkey'],
  ['a day belongs to a contract', daily({ contract_id: `'${newId()}'` }), '23503', 'usage_daily_contract_id_fkey'],
  ['a day has no negative energy', daily({ watt_hours: '-1' }), '23514', 'usage_daily_watt_hours_check'],
  ['a month is its first day', `INSERT INTO metering.usage_monthly VALUES (1, '2026-10-02', 5, 1)`, '23514', 'usage_monthly_month_check'],
  ['a month is summed once', `INSERT INTO metering.usage_monthly VALUES (1, '2026-10-01', 5, 1)`, '23505', 'usage_monthly_pkey'],
  ['a month belongs to a register', `INSERT INTO metering.usage_monthly VALUES (99, '2026-10-01', 5, 1)`, '23503', 'usage_monthly_register_id_fkey'],
  ['a batch comes by a known way', batch({ source: `'PIGEON'` }), '23514', 'batch_source_check'],
  ['a batch has a known state', batch({ state: `'LOST'` }), '23514', 'batch_state_check'],
  ['a batch counts upwards', batch({ accepted: '-1' }), '23514', 'batch_accepted_check'],
  ['a rejection names a rule', `INSERT INTO metering.rejection VALUES ('${BATCH}', 2, NULL, NULL, NULL, NULL, 'R99', 'x')`, '23514', 'rejection_rule_check'],
  ['a rejection names its row', `INSERT INTO metering.rejection VALUES ('${BATCH}', 0, NULL, NULL, NULL, NULL, 'R01', 'x')`, '23514', 'rejection_row_number_check'],
  ['a row is rejected once', `INSERT INTO metering.rejection VALUES ('${BATCH}', 1, NULL, NULL, NULL, NULL, 'R01', 'x')`, '23505', 'rejection_pkey'],
  ['a day to tell of belongs to a batch', `INSERT INTO metering.batch_day VALUES ('${newId()}', 1, '2026-10-01', false)`, '23503', 'batch_day_batch_id_fkey'],
  ['a reading to tell of exists', `INSERT INTO metering.batch_reading VALUES ('${BATCH}', '${newId()}', false)`, '23503', 'batch_reading_reading_id_fkey'],
])('%s', async (_, statement, code, by) => {
  await expect(transact(db, (tx) => tx.query(statement))).rejects.toMatchObject(broken(code, by));
});

// The domain does not write these at all: even the owner is held to their constraints.
test.each([
  ['a superseded value was known before it was not', superseded({ known_until: `'2026-10-01'` }), '23514', 'interval_superseded_check'],
  ['a superseded value has a cause', superseded({ cause: `''` }), '23514', 'interval_superseded_cause_check'],
  ['a superseded reading was known before it was not', `INSERT INTO metering.reading_superseded (reading_id, watt_hours, quality, known_from, known_until, cause) VALUES ('${READING}', 4, 'PROVISIONAL', '2026-10-02', '2026-10-01', 'x')`, '23514', 'reading_superseded_check'],
  ['a superseded value is not negative', superseded({ watt_hours: '-1' }), '23514', 'interval_superseded_watt_hours_check'],
])('%s', async (_, statement, code, by) => {
  await expect(db.query(statement)).rejects.toMatchObject({ code: '42501', message: expect.stringMatching(/^permission denied for table (interval|reading)_superseded$/) });
  await expect(database.owner.query(statement)).rejects.toMatchObject(broken(code, by));
});

// A meter with a day of values of its own, so that what is tried here leaves the others alone.
const [PLACED, ITS_CONTRACT, ITS_CUSTOMER] = [newId(), newId(), newId()];
const ITS_MALO = '51238696781';
const values = (register: number, starts: string[], status: string) => starts.map((at, nth) => `('${at}', ${10 + nth}, '2026-11-01', ${register}, '${status}', 15)`).join(', ');
let itsRegister: number;
async function placeMeter(): Promise<void> {
  await database.owner.query(`
    INSERT INTO metering.meter VALUES ('${PLACED}', '1EMH9', NULL, 'SMART', NULL, 'INSTALLED', '2026-01-01');
    INSERT INTO metering.meter_register (meter_id, obis, interval_minutes) VALUES ('${PLACED}', '1-0:1.29.0', 15), ('${PLACED}', '1-0:1.8.0', NULL);
    INSERT INTO metering.supply VALUES ('${ITS_CONTRACT}', '${ITS_CUSTOMER}', '${newId()}', '${ITS_MALO}', '2026-01-01', NULL, 3500000);
    INSERT INTO metering.installation VALUES ('${newId()}', '${PLACED}', NULL, '${ITS_MALO}', NULL, '2025-12-31T23:00Z', NULL);
    INSERT INTO metering.reading SELECT '${newId()}', '${PLACED}', id, '${ITS_CONTRACT}', '${ITS_CUSTOMER}', '2026-10-10', 5, 'UPLOAD', 'MEASURED', '2026-11-01', NULL FROM metering.meter_register WHERE meter_id = '${PLACED}' AND obis = '1-0:1.8.0'`);
  itsRegister = (await database.owner.query(`SELECT id FROM metering.meter_register WHERE meter_id = '${PLACED}' AND obis = '1-0:1.29.0'`)).rows[0].id;
  await database.owner.query(`
    ${explanation({ register_id: String(itsRegister), start_at: `'2026-10-05T10:30Z'`, watt_hours: '10' })};
    INSERT INTO metering.interval VALUES ${values(itsRegister, ['2026-10-05T10:00Z', '2026-10-05T10:15Z'], 'TRUE')}, ${values(itsRegister, ['2026-10-05T10:30Z'], 'SUBSTITUTE')}, ${values(itsRegister, ['2026-10-05T10:45Z'], 'PROVISIONAL')};
    INSERT INTO metering.usage_daily VALUES (${itsRegister}, '2026-10-05', '${ITS_CONTRACT}', '${ITS_CUSTOMER}', 15, 41, 4, 96, 1, 1, 1, '2026-11-01')`);
}

test.each([
  ['a true value without a reason', `watt_hours = 7`, `10:00`, '23514', 'values_are_replaced_by_the_matrix'],
  ['a true value by a provisional one', `status = 'PROVISIONAL'`, `10:00`, '23514', 'values_are_replaced_by_the_matrix'],
  ['a substitute by a provisional value', `status = 'PROVISIONAL'`, `10:30`, '23514', 'values_are_replaced_by_the_matrix'],
  ['a provisional value by another', `watt_hours = 7`, `10:45`, '23514', 'values_are_replaced_by_the_matrix'],
  ['a provisional value by a substitute without a reason', `status = 'SUBSTITUTE'`, `10:45`, '23514', 'values_are_replaced_by_the_matrix'],
  ['when a true value became known', `known_from = '2026-11-02'`, `10:00`, '23514', 'values_are_replaced_by_the_matrix'],
  ['a value by one that was known before it', `status = 'TRUE', known_from = '2026-10-30'`, `10:45`, '23514', 'interval_superseded_check'],
  ['the start of a value', `start_at = '2026-10-05T12:00Z'`, `10:45`, '23001', 'values_keep_their_place'],
])('the domain does not replace %s', async (_, set, at, code, constraint) => {
  if (itsRegister === undefined) await placeMeter();
  await expect(db.query(`UPDATE metering.interval SET ${set} WHERE register_id = ${itsRegister} AND start_at = '2026-10-05T${at}Z'`)).rejects.toMatchObject({ code, constraint });
});

test('whatever is replaced by a substitute, it needs the reason, and the explanation of this very value', async () => {
  const to = (status: string, { wattHours, at, reason, first = 'SELECT' }: { wattHours: number; at: string; reason: string | null; first?: string }) =>
    transact(db, async (tx) => {
      await tx.query(`SELECT set_config('stromgraph.replacement', $1, true)`, [JSON.stringify({ batchId: BATCH, reasons: [{ register_id: itsRegister, start_at: `2026-10-05T${at}Z`, reason }] })]);
      await tx.query(first);
      await tx.query(`UPDATE metering.interval SET watt_hours = ${wattHours}, status = '${status}', known_from = '2026-11-02' WHERE register_id = ${itsRegister} AND start_at = '2026-10-05T${at}Z'`);
      throw new Error('taken');
    });
  const explained = (at: string, change: Record<string, string> = {}) => explanation({ register_id: String(itsRegister), start_at: `'2026-10-05T${at}Z'`, watt_hours: '7', known_from: `'2026-11-02'`, ...change });
  for (const at of ['10:00', '10:30', '10:45']) {
    await expect(to('SUBSTITUTE', { wattHours: 7, at, reason: 'Z75' })).rejects.toMatchObject({ code: '23514', constraint: 'substitutes_are_explained' });
    await expect(to('SUBSTITUTE', { wattHours: 7, at, reason: ' ', first: explained(at) })).rejects.toMatchObject({ code: '23514', constraint: 'values_are_replaced_by_the_matrix' });
    await expect(to('SUBSTITUTE', { wattHours: 8, at, reason: 'Z75', first: explained(at) })).rejects.toMatchObject({ constraint: 'substitutes_are_explained' });
    await expect(to('SUBSTITUTE', { wattHours: 7, at, reason: 'Z75', first: explained(at, { known_from: `'2026-11-01'` }) })).rejects.toMatchObject({ constraint: 'substitutes_are_explained' });
    await expect(to('SUBSTITUTE', { wattHours: 7, at, reason: 'Z75', first: explained(at) })).rejects.toThrow('taken');
  }
  await expect(to('TRUE', { wattHours: 7, at: '10:00', reason: ' ' })).rejects.toMatchObject({ code: '23514', constraint: 'values_are_replaced_by_the_matrix' });
  await expect(to('TRUE', { wattHours: 7, at: '10:30', reason: null })).rejects.toThrow('taken');
});

test('what is replaced is kept by the database, with the batch and the reason of the next statement only', async () => {
  const replace = (wattHours: number, at: string, status: string) => `UPDATE metering.interval SET watt_hours = ${wattHours}, status = '${status}', known_from = '2026-11-02' WHERE register_id = ${itsRegister} AND start_at = '2026-10-05T${at}Z'`;
  const told = JSON.stringify({ batchId: BATCH, reasons: [{ register_id: itsRegister, start_at: '2026-10-05T10:00Z', reason: 'transformer factor' }] });
  const history = async () => (await db.query('SELECT start_at, watt_hours::int AS wh, status, known_from, known_until, cause, batch_id FROM metering.interval_superseded WHERE register_id = $1 ORDER BY id', [itsRegister])).rows;
  const refused = transact(db, async (tx) => {
    await tx.query(`SELECT set_config('stromgraph.replacement', $1, true)`, [told]);
    await tx.query(replace(20, '10:00', 'TRUE'));
    await tx.query(replace(21, '10:00', 'TRUE')); // the reason was for the first
  });
  await expect(refused).rejects.toMatchObject({ constraint: 'values_are_replaced_by_the_matrix', message: expect.stringContaining('TRUE may not become TRUE') });
  expect(await history()).toEqual([]);
  await transact(db, async (tx) => {
    await tx.query(`SELECT set_config('stromgraph.replacement', $1, true)`, [told]);
    await tx.query(replace(20, '10:00', 'TRUE'));
    await tx.query(replace(21, '10:45', 'TRUE'));
    await tx.query(replace(21, '10:45', 'TRUE')); // says the same
  });
  const known = { known_from: new Date('2026-11-01'), known_until: new Date('2026-11-02') };
  expect(await history()).toEqual([
    { start_at: new Date('2026-10-05T10:00Z'), wh: 10, status: 'TRUE', cause: 'transformer factor', batch_id: BATCH, ...known },
    { start_at: new Date('2026-10-05T10:45Z'), wh: 10, status: 'PROVISIONAL', cause: 'PROVISIONAL became TRUE', batch_id: null, ...known },
  ]);
});

test('days whose kept sum is not that of the intervals are found', async () => {
  const faults = async () => (await db.query(`SELECT day, summed_watt_hours::int AS summed, kept_watt_hours::int AS kept FROM metering.usage_faults('2026-10-05', '2026-10-07') WHERE register_id = $1`, [itsRegister])).rows;
  expect(await faults()).toEqual([{ day: '2026-10-05', summed: 62, kept: 41 }]); // the test before wrote past ingest
  await db.query(`UPDATE metering.usage_daily SET version = version + 1, watt_hours = 62, provisional_values = 0 WHERE register_id = ${itsRegister}`);
  expect(await faults()).toEqual([]);
  await db.query(`UPDATE metering.usage_daily SET version = version + 1, substitute_values = 0 WHERE register_id = ${itsRegister}`);
  expect(await faults()).toHaveLength(1);
  await db.query(`UPDATE metering.usage_daily SET version = version + 1, substitute_values = 1 WHERE register_id = ${itsRegister}`);
  await db.query(daily({ register_id: String(itsRegister), day: `'2026-10-06'`, contract_id: `'${ITS_CONTRACT}'`, customer_id: `'${ITS_CUSTOMER}'` }));
  expect(await faults()).toEqual([{ day: '2026-10-06', summed: null, kept: 5 }]);
});

test('months whose kept sum is not that of their days are found', async () => {
  const faults = async () => (await db.query(`SELECT month, summed_watt_hours::int AS summed, kept_watt_hours::int AS kept FROM metering.usage_month_faults('2026-10-15', '2026-10-31')`)).rows;
  expect(await faults()).toEqual([{ month: '2026-10-01', summed: 67, kept: null }]); // of the register of the tests before; the first one's month is right
  await db.query(`INSERT INTO metering.usage_monthly VALUES (${itsRegister}, '2026-10-01', 67, 9)`);
  expect(await faults()).toEqual([{ month: '2026-10-01', summed: 67, kept: 67 }]); // as many watt-hours, of another number of values
  await db.query(`UPDATE metering.usage_monthly SET known_values = (SELECT sum(known_values) FROM metering.usage_daily WHERE register_id = ${itsRegister}) WHERE register_id = ${itsRegister}`);
  expect(await faults()).toEqual([]);
  await db.query(`UPDATE metering.usage_monthly SET watt_hours = 68 WHERE register_id = ${itsRegister}`);
  expect(await faults()).toHaveLength(1);
});

const itsInstallation = `WHERE meter_id = '${PLACED}'`;
const itsSupply = `WHERE contract_id = '${ITS_CONTRACT}'`;
test.each([
  ['an installation does not end before its intervals', `UPDATE metering.installation SET until_at = '2026-10-05T10:50Z' ${itsInstallation}`, 'installations_hold_their_values'],
  ['an installation does not end before its readings', `UPDATE metering.installation SET until_at = '2026-10-09' ${itsInstallation}`, 'installations_hold_their_values'],
  ['an installation does not begin after its values', `UPDATE metering.installation SET from_at = '2026-10-05T10:15Z' ${itsInstallation}`, 'installations_hold_their_values'],
  ['an installation does not move to another place', `UPDATE metering.installation SET malo_id = '${MALO}' ${itsInstallation}`, 'installations_hold_their_values'],
  ['an installation does not go to another meter', `UPDATE metering.installation SET meter_id = '${OTHER_METER}' ${itsInstallation}`, 'installations_hold_their_values'],
  ['a contract keeps its customer', `UPDATE metering.supply SET customer_id = '${CUSTOMER}' ${itsSupply}`, 'contracts_hold_their_values'],
  ['a contract keeps its place', `UPDATE metering.supply SET malo_id = '${MALO}' ${itsSupply}`, 'contracts_hold_their_values'],
  ['a contract keeps its market location', `UPDATE metering.supply SET market_location_id = '${CUSTOMER}' ${itsSupply}`, 'contracts_hold_their_values'],
  ['a contract does not end before its values', `UPDATE metering.supply SET end_on = '2026-10-05' ${itsSupply}`, 'contracts_hold_their_values'],
  ['a contract does not begin after its values', `UPDATE metering.supply SET start_on = '2026-10-06' ${itsSupply}`, 'contracts_hold_their_values'],
  ['a contract with values stays that contract', `UPDATE metering.supply SET contract_id = '${newId()}' ${itsSupply}`, 'reading_contract_id_fkey'],
])('%s', async (_, statement, constraint) => {
  await expect(transact(db, (tx) => tx.query(statement))).rejects.toMatchObject({ code: '23503', constraint });
});

test('an installation and a contract end where their last value does', async () => {
  await transact(db, (tx) => tx.query(`UPDATE metering.installation SET until_at = '2026-10-10' ${itsInstallation}`));
  await transact(db, (tx) => tx.query(`UPDATE metering.supply SET end_on = '2026-10-11' ${itsSupply}`));
});

test.each([
  ['a key is of one file', `INSERT INTO metering.batch (id, source, actor, received_at, state, key_holder, idempotency_key, claimed_until) SELECT gen_random_uuid(), 'REST_CSV', 'x', now(), 'STORING', 'a', 'k', now() FROM generate_series(1, 2)`, '23505', 'a_key_is_of_one_file'],
  ['a key has a holder', batch({ idempotency_key: `'k'`, claimed_until: 'now()' }), '23514', 'keys_have_a_holder'],
  ['a key has a character', batch({ idempotency_key: `''`, key_holder: `'a'`, claimed_until: 'now()' }), '23514', 'batch_idempotency_key_check'],
  ['a key has at most 255 characters', batch({ idempotency_key: `repeat('k', 256)`, key_holder: `'a'`, claimed_until: 'now()' }), '23514', 'batch_idempotency_key_check'],
  ['a keyed file that is being stored is claimed for a time', batch({ idempotency_key: `'k'`, key_holder: `'a'` }), '23514', 'keyed_files_being_stored_are_claimed'],
  ['a keyed file that ended has a digest', batch({ idempotency_key: `'k'`, key_holder: `'a'`, state: `'COMPLETE'` }), '23514', 'keyed_files_that_ended_have_a_digest'],
  ['a digest is a SHA-256', batch({ digest: `'abc'` }), '23514', 'batch_digest_check'],
])('%s', async (_, statement, code, constraint) => {
  await expect(db.query(statement)).rejects.toMatchObject({ code, constraint });
});

test.each([['at the very end of the installation', { read_at: `'2026-11-20'` }], ['at the first instant of the contract', { read_at: `'2025-12-31T23:00Z'` }]])('a reading %s belongs', async (name, change) => {
  if (name.includes('contract')) await database.owner.query(`UPDATE metering.installation SET from_at = '2025-12-01'`);
  await expect(transact(db, (tx) => tx.query(reading(change)))).resolves.toMatchObject({ rowCount: 1 });
});

test.each(['interval_superseded', 'reading_superseded', 'vee_result'].flatMap((table) => [[table, `DELETE FROM metering.${table}`], [table, `TRUNCATE metering.${table} CASCADE`], [table, `UPDATE metering.${table} SET ${table === 'vee_result' ? `detail = 'y'` : `cause = 'y'`}`]]))(
  '%s only grows: %s',
  async (table, statement) => {
    await expect(db.query(statement)).rejects.toMatchObject({ code: '42501' });
    await expect(database.owner.query(statement)).rejects.toMatchObject({ code: '23001', message: `metering.${table} is append-only` });
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
    int2Array([-3, 0, 32_767]), int4Array([-3, 2_147_483_647]), int8Array([-3, 9_007_199_254_740_991, -9_007_199_254_740_991]), timestamptzArray([0, Date.parse('1999-12-31T23:59:59.999Z'), Date.parse('2026-10-25T00:30:00Z')]),
  ]);
  expect(rows).toEqual([{ small: [-3, 0, 32_767], middle: [-3, 2_147_483_647], large: [-3n, 9_007_199_254_740_991n, -9_007_199_254_740_991n], times: [new Date(0), new Date('1999-12-31T23:59:59.999Z'), new Date('2026-10-25T00:30:00Z')] }]);
});
