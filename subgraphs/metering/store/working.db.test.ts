// What the database promises of our own values: they stand in place of what the market has, give way to what it sends, and none vanishes.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '@stromgraph/kernel/ids';
import { type Db, transact } from '@stromgraph/kernel/database';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';
import { ensureIntervalPartitions } from './partitions.ts';

let database: TestDatabase;
let db: Db;
const [METER, CONTRACT, CUSTOMER] = [newId(), newId(), newId()];

beforeAll(async () => {
  database = await testDatabase();
  await database.setClock('2026-12-01T12:00Z');
  db = await database.open('metering');
  await ensureIntervalPartitions(db, { first: '2026-10-01', last: '2026-12-01' });
  await database.owner.query(`
    INSERT INTO metering.meter VALUES ('${METER}', '1EMH1', NULL, 'SMART', NULL, 'INSTALLED', '2026-01-01');
    INSERT INTO metering.meter_register (meter_id, obis, interval_minutes) VALUES ('${METER}', '1-0:1.29.0', 15);
    INSERT INTO metering.supply VALUES ('${CONTRACT}', '${CUSTOMER}', '${newId()}', '41373559241', '2026-01-01', NULL, 3500000);
    INSERT INTO metering.installation VALUES ('${newId()}', '${METER}', NULL, '41373559241', NULL, '2026-01-01', '2026-11-20');
    INSERT INTO metering.interval VALUES ('2026-10-01T10:00Z', 5, '2026-11-01', 1, 'TRUE', 15), ('2026-10-01T10:15Z', 5, '2026-11-01', 1, 'PROVISIONAL', 15)`);
});
afterAll(() => database.drop());

const working = (change: Record<string, string>) => {
  const values: Record<string, string> = { register_id: '1', start_at: `'2026-10-01T10:30Z'`, watt_hours: '6', method: `'LIKE_DAYS'`, reason: `'x'`, set_at: `'2026-11-05'`, set_by: `'x'`, ...change };
  return `INSERT INTO metering.interval_working (${Object.keys(values).join(', ')}) VALUES (${Object.values(values).join(', ')})`;
};

test.each([
  ['without a known method', working({ method: `'guess'` }), 'working_values_are_formed_by_a_known_method'],
  ['in place of half a value', working({ instead_watt_hours: '5' }), 'working_values_stand_in_place_of_a_whole_value'],
  ['that says what the market says', working({ start_at: `'2026-10-01T10:00Z'`, watt_hours: '5', instead_watt_hours: '5', instead_status: `'TRUE'` }), 'working_values_differ'],
  ['in place of nothing where the market has a value', working({ start_at: `'2026-10-01T10:00Z'` }), 'working_values_stand_in_place_of_the_markets'],
  ['in place of another value than the market has', working({ start_at: `'2026-10-01T10:00Z'`, instead_watt_hours: '4', instead_status: `'TRUE'` }), 'working_values_stand_in_place_of_the_markets'],
  ['in place of a value where the market has none', working({ instead_watt_hours: '4', instead_status: `'TRUE'` }), 'working_values_stand_in_place_of_the_markets'],
  ['when the meter hung nowhere', working({ start_at: `'2026-11-21T10:00Z'` }), 'intervals_have_a_place'],
  ['of another length than the register', working({ minutes: '30' }), 'intervals_fit_their_register'],
  ['of the future', working({ start_at: `'2026-12-01T12:00Z'` }), 'intervals_are_over'],
  ['with inputs that are none', working({ inputs: `'[]'` }), 'interval_working_inputs_check'],
  ['with less than no energy', working({ watt_hours: '-1' }), 'interval_working_watt_hours_check'],
])('there is no working value %s', async (_, statement, constraint) => {
  await expect(db.query(statement)).rejects.toMatchObject({ constraint });
});

const history = async () => (await db.query('SELECT watt_hours::int AS wh, method, known_from, known_until FROM metering.interval_working_superseded ORDER BY id')).rows;

test('what changes or gives way is kept; what has not given way is not removed', async () => {
  await db.query(working({}));
  await db.query(working({ start_at: `'2026-10-01T10:00Z'`, instead_watt_hours: '5', instead_status: `'TRUE'` }));
  await expect(db.query('DELETE FROM metering.interval_working')).rejects.toMatchObject({ constraint: 'working_values_give_way_to_the_markets' });
  await expect(db.query(`UPDATE metering.interval_working SET start_at = '2026-10-01T11:00Z' WHERE start_at = '2026-10-01T10:30Z'`)).rejects.toMatchObject({ constraint: 'working_values_keep_their_place' });
  await expect(db.query(`UPDATE metering.interval_working SET instead_watt_hours = 4 WHERE start_at = '2026-10-01T10:00Z'`)).rejects.toMatchObject({ constraint: 'working_values_stand_in_place_of_the_markets' });
  await db.query(`UPDATE metering.interval_working SET watt_hours = 7, set_at = '2026-11-06' WHERE start_at = '2026-10-01T10:30Z'`);
  expect(await history()).toEqual([{ wh: 6, method: 'LIKE_DAYS', known_from: new Date('2026-11-05'), known_until: new Date('2026-11-06') }]);

  // A provisional value of the market makes no substitute give way; a true one does.
  await db.query(`INSERT INTO metering.interval VALUES ('2026-10-01T10:30Z', 9, '2026-11-07', 1, 'PROVISIONAL', 15)`);
  const remove = () => db.query(`DELETE FROM metering.interval_working WHERE start_at = '2026-10-01T10:30Z'`);
  await expect(remove()).rejects.toMatchObject({ constraint: 'working_values_give_way_to_the_markets' });
  await db.query(`UPDATE metering.interval SET watt_hours = 8, status = 'TRUE', known_from = '2026-11-08' WHERE start_at = '2026-10-01T10:30Z'`);
  await remove();
  expect((await history()).at(-1)).toEqual({ wh: 7, method: 'LIKE_DAYS', known_from: new Date('2026-11-06'), known_until: new Date('2026-11-08') });
});

test.each(['UPDATE metering.interval_working_superseded SET reason = reason', 'DELETE FROM metering.interval_working_superseded', 'TRUNCATE metering.interval_working_superseded', 'TRUNCATE metering.interval_working'])('%s is refused', async (statement) => {
  await expect(db.query(statement)).rejects.toMatchObject({ code: '42501' });
  await expect(transact(db, () => database.owner.query(statement))).rejects.toMatchObject({ code: '23001' });
});

test.each([['a known method', `INSERT INTO metering.vee_estimation VALUES ('GUESS', 4, NULL)`], ['a length', `UPDATE metering.vee_estimation SET up_to_minutes = 0`], ['its own place', `UPDATE metering.vee_estimation SET preference = 1`]])('a rule of estimation has %s', async (_, statement) => {
  await expect(database.owner.query(statement)).rejects.toMatchObject({ code: expect.stringMatching(/^23/) });
});
