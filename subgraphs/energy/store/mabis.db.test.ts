// What the database promises of reports, the market's sums and clearing cases: each is broken on purpose.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Db, transact } from '@stromgraph/kernel/database';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';

let database: TestDatabase;
let db: Db;
const AREA = idOf('grid-area', '11YSTROM-NORD--9');
const [GROUP, REPORT, CASE, CLOSED] = Array.from({ length: 4 }, () => newId()) as [string, string, string, string];
const OCTOBER = 2980;

const insert = (table: string, values: Record<string, string>) => `INSERT INTO energy.${table} (${Object.keys(values).join(', ')}) VALUES (${Object.values(values).join(', ')})`;
const flat = (wattHours: number, count = OCTOBER) => `array_fill(${wattHours}::bigint, ARRAY[${count}])`;
const whose = { balancing_group_id: `'${GROUP}'`, grid_area_id: `'${AREA}'`, month: `'2026-10-01'` };
const report = (change: Record<string, string> = {}) => insert('mabis_report', { id: `'${newId()}'`, ...whose, version: '2', deadline_at: `'2026-11-10T23:00Z'`, measured_watt_hours: flat(1), profiled_watt_hours: flat(2), missing_days: '0', made_at: `'2026-11-09T05:00Z'`, ...change });
const sum = (change: Record<string, string> = {}) => insert('market_sum', { ...whose, kind: `'MEASURED'`, formed_at: `'2026-11-12'`, watt_hours: flat(1), received_at: `'2026-11-12'`, ...change });
const clearing = (change: Record<string, string> = {}) => insert('clearing_case', { id: `'${newId()}'`, ...whose, kind: `'MEASURED'`, report_version: '1', formed_at: `'2026-11-11'`, quarter_hours: '1', difference_watt_hours: '-5', deviation_watt_hours: '5', opened_at: `'2026-11-11'`, ...change });
const state = (set: string) => `UPDATE energy.mabis_report SET ${set} WHERE id = '${REPORT}'`;
const move = (set: string, id = CASE) => `UPDATE energy.clearing_case SET ${set} WHERE id = '${id}'`;

beforeAll(async () => {
  database = await testDatabase();
  db = await database.open('energy');
  await database.owner.query(`
    INSERT INTO energy.grid_area VALUES ('${AREA}', '11YSTROM-NORD--9', 'Nord', '11YSTROM-NORD--9', NULL, 'SH');
    INSERT INTO energy.balancing_group VALUES ('${GROUP}', '11XSTROMGRAPH--B', '9999000900024', '9999000300018', true, '2026-11-01');
    ${report({ id: `'${REPORT}'`, version: '1' })}; ${sum({ formed_at: `'2026-11-11'` })}; ${sum({ kind: `'PROFILE'`, formed_at: `'2026-11-11'` })};
    ${clearing({ id: `'${CASE}'` })}; ${clearing({ id: `'${CLOSED}'`, kind: `'PROFILE'` })}; ${move(`status = 'CLOSED', closed_by = 'me', reason = 'x', ended_at = opened_at`, CLOSED)}; ${state(`status = 'SENT', sent_at = made_at`)}`);
});
afterAll(() => database.drop());

test.each([
  ['a report is of a month', report({ month: `'2026-10-02'`, version: '1' }), '23514', 'reports_are_of_a_month'],
  ['a month is over when it is reported', report({ made_at: `'2026-10-31T22:59Z'` }), '23514', 'months_are_over_when_reported'],
  ['versions follow one another', report({ version: '3' }), '23514', 'report_versions_follow_one_another'],
  ['a report begins as prepared', report({ status: `'SENT'`, sent_at: `'2026-11-09T05:00Z'` }), '23514', 'report_versions_follow_one_another'],
  ['October has its doubled hour', report({ measured_watt_hours: flat(1, 2976) }), '23514', 'reports_have_the_months_quarter_hours'],
  ['energy has no sign here', report({ profiled_watt_hours: flat(-1) }), '23514', 'reports_have_no_sign'],
  ['what is assumed has no sign', report({ assumed_watt_hours: '-1' }), '23514', 'what_is_assumed_has_no_sign'],
  ['what is assumed is a part of what is reported as measured', report({ assumed_watt_hours: `${OCTOBER + 1}` }), '23514', 'what_is_assumed_is_a_part'],
  ['every quarter hour is known', report({ measured_watt_hours: `array_fill(NULL::bigint, ARRAY[${OCTOBER}])` }), '23514', 'reports_have_no_sign'],
  ['what was reported stays', state(`measured_watt_hours = ${flat(3)}`), '23001', 'reports_stay_as_made'],
  ['a state does not go back', state(`status = 'PREPARED', sent_at = NULL`), '23001', 'report_states_follow_one_another'],
  ['a refusal has a reason', state(`status = 'REJECTED'`), '23514', 'refused_reports_have_a_reason'],
  ['nothing is sent before it is made', state(`sent_at = '2026-11-01'`), '23001', 'report_states_follow_one_another'],
  ['a sum is of a month', sum({ month: `'2026-10-15'` }), '23514', 'sums_are_of_a_month'],
  ['a sum has the quarter hours of its month', sum({ watt_hours: flat(1, 10) }), '23514', 'sums_have_the_months_quarter_hours'],
  ['a sum has no sign', sum({ watt_hours: flat(-1) }), '23514', 'sums_have_no_sign'],
  ['a sum is formed once at a time', sum({ formed_at: `'2026-11-11'` }), '23505', 'market_sum_pkey'],
  ['one case stands for each sum', clearing({}), '23505', 'one_case_stands'],
  ['a case begins open', clearing({ status: `'RESOLVED'`, ended_at: `'2026-11-11'` }), '23514', 'cases_begin_open'],
  ['a case is about a difference', clearing({ quarter_hours: '0' }), '23514', 'clearing_case_quarter_hours_check'],
  ['a difference is no greater than its deviation', clearing({ deviation_watt_hours: '4' }), '23514', 'clearing_case_check'],
  ['a case compares a report', move('report_version = 9'), '23503', 'cases_compare_a_report'],
  ['with a sum of the market', move(`formed_at = '2026-11-20'`), '23503', 'cases_compare_a_sum'],
  ['figures only get newer', move(`formed_at = '2026-11-10'`), '23001', 'ended_cases_stay'],
  ['a case stays what it is about', move(`kind = 'PROFILE'`), '23001', 'ended_cases_stay'],
  ['a person closes it for a reason', move(`status = 'CLOSED', ended_at = opened_at`), '23514', 'cases_are_closed_by_somebody_for_a_reason'],
  ['an end has its time', move(`status = 'RESOLVED'`), '23514', 'ended_cases_have_their_time'],
  ['what was closed stays', move(`reason = 'y'`, CLOSED), '23001', 'ended_cases_stay'],
])('%s', async (_, statement, code, constraint) => {
  await expect(transact(db, (tx) => tx.query(statement))).rejects.toMatchObject({ code, constraint });
});

test.each([
  ['a tolerance is of a known sum', `INSERT INTO energy.clearing_tolerance VALUES ('RUMOUR', 1, 0)`, 'clearing_tolerance_kind_check'],
  ['a tolerance has no sign', 'UPDATE energy.clearing_tolerance SET watt_hours = -1', 'clearing_tolerance_watt_hours_check'],
  ['a tolerance is a part', 'UPDATE energy.clearing_tolerance SET per_mille = 1001', 'clearing_tolerance_per_mille_check'],
])('%s; the domain only reads it', async (_, statement, constraint) => {
  await expect(db.query(statement)).rejects.toMatchObject({ code: '42501' });
  await expect(database.owner.query(statement)).rejects.toMatchObject({ code: '23514', constraint });
});

test.each(['mabis_report', 'market_sum', 'clearing_case'].flatMap((table) => [`DELETE FROM energy.${table}`, `TRUNCATE energy.${table} CASCADE`]))('%s is refused to the domain, and to everybody', async (statement) => {
  await expect(db.query(statement)).rejects.toMatchObject({ code: '42501' });
  await expect(database.owner.query(statement)).rejects.toMatchObject({ code: '23001', message: expect.stringMatching(/is append-only$/) });
});
