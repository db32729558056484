// What the database promises of balancing groups and schedules: each is broken on purpose.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Db, transact } from '@stromgraph/kernel/database';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';

let database: TestDatabase;
let db: Db;
const AREA = idOf('grid-area', '11YSTROM-NORD--9');
const [GROUP, MADE, REFUSED, NEXT] = Array.from({ length: 4 }, () => newId()) as [string, string, string, string];

const insert = (table: string, values: Record<string, string>) => `INSERT INTO energy.${table} (${Object.keys(values).join(', ')}) VALUES (${Object.values(values).join(', ')})`;
const flat = (wattHours: number, count = 96) => `array_fill(${wattHours}::bigint, ARRAY[${count}])`;
const group = (change: Record<string, string>) => insert('balancing_group', { id: `'${newId()}'`, code: `'11XOTHERGROUP--D'`, responsible_code: `'9999000900024'`, coordinator_code: `'9999000300018'`, takes_the_rest: 'false', opened_at: `'2026-11-24'`, ...change });
const area = (change: Record<string, string>) => insert('balancing_group_area', { balancing_group_id: `'${GROUP}'`, grid_area_id: `'${AREA}'`, from_day: `'2026-11-26'`, assigned_at: `'2026-11-24'`, assigned_by: `'me'`, ...change });
const nomination = (change: Record<string, string> = {}) =>
  insert('nomination', { id: `'${newId()}'`, balancing_group_id: `'${GROUP}'`, delivery_day: `'2026-11-25'`, version: '2', path: `'DAY_AHEAD'`, deadline_at: `'2026-11-24T13:30Z'`, net_watt_hours: flat(0), consumption_watt_hours: flat(500), made_at: `'2026-11-24T12:00Z'`, made_by: `'me'`, ...change });
const series = (change: Record<string, string> = {}) => insert('nomination_series', { nomination_id: `'${MADE}'`, side: `'BUY'`, counterparty: `'EEX'`, watt_hours: flat(250), ...change });
const part = (change: Record<string, string> = {}) => insert('nomination_area', { nomination_id: `'${MADE}'`, grid_area_id: `'${AREA}'`, net_watt_hours: flat(250), ...change });
const state = (set: string, id = MADE) => `UPDATE energy.nomination SET ${set} WHERE id = '${id}'`;

beforeAll(async () => {
  database = await testDatabase();
  db = await database.open('energy');
  await database.owner.query(`
    INSERT INTO energy.grid_area VALUES ('${AREA}', '11YSTROM-NORD--9', 'Nord', '11YSTROM-NORD--9', NULL, 'SH');
    ${group({ id: `'${GROUP}'`, code: `'11XSTROMGRAPH--B'`, takes_the_rest: 'true' })}; ${area({})};
    ${nomination({ id: `'${MADE}'`, version: '1' })};
    ${nomination({ id: `'${REFUSED}'`, delivery_day: `'2026-11-24'`, deadline_at: `'2026-11-23T13:30Z'`, made_at: `'2026-11-23T12:00Z'`, version: '1' })};
    ${state(`status = 'SENT', sent_at = '2026-11-24T12:01Z'`)}; ${state(`status = 'REJECTED', reason = 'x', answered_at = '2026-11-23T12:01Z'`, REFUSED)}`);
});
afterAll(() => database.drop());

const counterparty = (name: string, eic: string) => `INSERT INTO energy.counterparty VALUES ('${name}', '${eic}', '2026-11-24', 'me')`;

test.each([
  ['a group has an EIC of type X', group({ code: `'11YSTROM-NORD--9'` }), '23514', 'balancing_groups_have_an_eic'],
  ['its check character is right', group({ code: `'11XSTROMGRAPH--C'` }), '23514', 'balancing_groups_have_an_eic'],
  ['a group is opened once', group({ code: `'11XSTROMGRAPH--B'` }), '23505', 'balancing_group_code_key'],
  ['one group takes the rest', group({ takes_the_rest: 'true' }), '23505', 'one_group_takes_the_rest'],
  ['who answers for it has a code', group({ responsible_code: `'us'` }), '23514', 'balancing_group_responsible_code_check'],
  ['an area is in one group at a time', area({ from_day: `'2026-12-01'` }), '23P01', 'an_area_is_in_one_group'],
  ['an area is in a group for a day at least', area({ from_day: `'2026-11-20'`, until_day: `'2026-11-20'` }), '23514', 'balancing_group_area_check'],
  ['where an area was stays', `UPDATE energy.balancing_group_area SET from_day = '2026-11-27'`, '23001', 'memberships_stay'],
  ['versions follow one another', nomination({ version: '3' }), '23514', 'schedule_versions_follow_one_another'],
  ['a version is made once', nomination({ version: '1' }), '23514', 'schedule_versions_follow_one_another'],
  ['a schedule begins as prepared', nomination({ status: `'SENT'`, sent_at: `'2026-11-24T12:01Z'` }), '23514', 'schedules_begin_as_prepared'],
  ['the deadline is 14:30 in Berlin', nomination({ deadline_at: `'2026-11-24T14:30Z'` }), '23514', 'the_deadline_is_half_past_two_of_the_day_before'],
  ['late is intraday', nomination({ made_at: `'2026-11-24T13:30:01Z'` }), '23514', 'late_schedules_are_intraday'],
  ['in time is day-ahead', nomination({ path: `'INTRADAY'` }), '23514', 'late_schedules_are_intraday'],
  ['a day has 96 quarter hours', nomination({ consumption_watt_hours: flat(500, 95) }), '23514', 'schedules_have_the_days_quarter_hours'],
  ['a spring day has 92', nomination({ version: '1', delivery_day: `'2027-03-28'`, deadline_at: `'2027-03-27T13:30Z'` }), '23514', 'schedules_have_the_days_quarter_hours'],
  ['an autumn day has 100', nomination({ version: '1', delivery_day: `'2026-10-25'`, deadline_at: `'2026-10-24T12:30Z'`, made_at: `'2026-10-24T12:00Z'` }), '23514', 'schedules_have_the_days_quarter_hours'],
  ['schedules know whole kilowatts', nomination({ consumption_watt_hours: flat(501) }), '23514', 'schedules_are_in_kilowatts'],
  ['nobody uses less than nothing', nomination({ consumption_watt_hours: flat(-250) }), '23514', 'nobody_uses_less_than_nothing'],
  ['a net is made of its series', nomination({ net_watt_hours: flat(250) }), '23514', 'schedules_are_the_net_of_their_series'],
  ['no series is added later', series(), '23514', 'schedules_are_the_net_of_their_series'],
  ['nor two that cancel out at another length', `${series({ watt_hours: flat(250, 97) })}; ${series({ side: `'SELL'`, watt_hours: flat(250, 97) })}`, '23514', 'schedules_are_the_net_of_their_series'],
  ['a series has no sign', series({ watt_hours: flat(-250) }), '23514', 'a_side_has_no_sign'],
  ['a series names an EIC of type X', series({ counterparty_eic: `'11YSTROM-NORD--9'` }), '23514', 'series_name_an_eic'],
  ['a counterparty has an EIC of type X', counterparty('EEX', '10YDE-EON------1'), '23514', 'counterparties_have_an_eic'],
  ['with its check character', counterparty('EEX', '11XSWKIEL------H'), '23514', 'counterparties_have_an_eic'],
  ['a counterparty has one EIC', `${counterparty('EEX', '11XSWKIEL------G')}; ${counterparty('EEX', '11XSTROMGRAPH--B')}`, '23505', 'counterparty_pkey'],
  ['an EIC is that of one counterparty', `${counterparty('EEX', '11XSWKIEL------G')}; ${counterparty('Kiel', '11XSWKIEL------G')}`, '23505', 'a_balancing_group_is_one_counterparty'],
  ['a counterparty has a name', counterparty(' EEX', '11XSWKIEL------G'), '23514', 'counterparty_name_check'],
  ['a counterparty keeps its EIC', `${counterparty('EEX', '11XSWKIEL------G')}; UPDATE energy.counterparty SET eic = '11XSTROMGRAPH--B'`, '42501', undefined],
  ['a series is in whole kilowatts', series({ watt_hours: flat(100) }), '23514', 'series_are_in_kilowatts'],
  ['a net is made of its areas', `${nomination({ id: `'${NEXT}'`, net_watt_hours: flat(250) })}; ${series({ nomination_id: `'${NEXT}'` })}`, '23514', 'schedules_are_the_sum_of_their_areas'],
  ['no area is added later', part(), '23514', 'schedules_are_the_sum_of_their_areas'],
  ['nor one of another length', part({ net_watt_hours: flat(0, 97) }), '23514', 'schedules_are_the_sum_of_their_areas'],
  ['an area is in whole kilowatts', part({ net_watt_hours: flat(100) }), '23514', 'parts_are_in_kilowatts'],
  ['what was made stays', state(`consumption_watt_hours = ${flat(750)}`), '23001', 'schedules_stay_as_made'],
  ['a state does not go back', state(`status = 'PREPARED', sent_at = NULL`), '23001', 'schedule_states_follow_one_another'],
  ['what was accepted is not refused', `${state(`status = 'ACCEPTED', answered_at = made_at`)}; ${state(`status = 'REJECTED', reason = 'x'`)}`, '23001', 'schedule_states_follow_one_another'],
  ['a refusal has a reason', state(`status = 'REJECTED', answered_at = made_at`), '23514', 'refusals_have_a_reason'],
  ['an answer has its time', state(`status = 'ACCEPTED'`), '23514', 'answers_have_their_time'],
  ['nothing is answered before it was made', state(`status = 'ACCEPTED', answered_at = '2026-11-24T11:00Z'`), '23514', 'nomination_check1'],
])('%s', async (_, statement, code, constraint) => {
  await expect(transact(db, (tx) => tx.query(statement))).rejects.toMatchObject({ code, constraint });
});

test('what was given up may have arrived all the same, and a net of its series is kept', async () => {
  await db.query(state(`status = 'ACCEPTED', reason = NULL, answered_at = '2026-11-23T12:02Z', sent_at = '2026-11-23T12:02Z'`, REFUSED));
  const id = newId();
  await transact(db, (tx) => tx.query(`${nomination({ id: `'${id}'`, net_watt_hours: flat(500) })}; ${series({ nomination_id: `'${id}'`, watt_hours: flat(750) })}; ${series({ nomination_id: `'${id}'`, side: `'SELL'` })}; ${part({ nomination_id: `'${id}'`, net_watt_hours: flat(500) })}`));
  expect((await db.query('SELECT FROM energy.nomination_series WHERE nomination_id = $1', [id])).rowCount).toBe(2);
});

test.each([...['nomination', 'nomination_series', 'nomination_area'].flatMap((table) => [`DELETE FROM energy.${table}`, `TRUNCATE energy.${table} CASCADE`]), 'TRUNCATE energy.counterparty'])('%s is refused to the domain, and to everybody', async (statement) => {
  await expect(db.query(statement)).rejects.toMatchObject({ code: '42501' });
  await expect(database.owner.query(statement)).rejects.toMatchObject({ code: '23001', message: expect.stringMatching(/is append-only$/) });
});
