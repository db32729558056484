// A value has its place, its time and its history whoever writes it: broken on purpose, also by two sessions at once.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Db, transact } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';
import { waitsForLock } from '../../../tests/locks.ts';
import { ensureIntervalPartitions } from './partitions.ts';

let database: TestDatabase;
let db: Db;
let meter: string;
let contract: string;
let customer: string;
let quarterHours: number;
let counter: number;

beforeAll(async () => {
  database = await testDatabase();
  await database.setClock('2026-11-20T12:00Z');
  db = await database.open('metering');
  await ensureIntervalPartitions(db, { first: '2026-07-01', last: '2026-12-31' });
});
afterAll(() => database.drop());

// A meter that hung at our contract's place from August to October, and again from 10 November on.
beforeEach(async () => {
  [meter, contract, customer] = [newId(), newId(), newId()];
  const malo = String(10_000_000_000 + Math.floor(Math.random() * 1e10));
  await database.owner.query(`
    INSERT INTO metering.meter VALUES ('${meter}', '${meter.slice(-12)}', NULL, 'SMART', NULL, 'INSTALLED', '2026-01-01');
    INSERT INTO metering.meter_register (meter_id, obis, interval_minutes) VALUES ('${meter}', '1-0:1.29.0', 15), ('${meter}', '1-0:1.8.0', NULL);
    INSERT INTO metering.supply VALUES ('${contract}', '${customer}', '${newId()}', '${malo}', '2026-09-01', NULL, 3500000);
    INSERT INTO metering.installation VALUES ('${newId()}', '${meter}', NULL, '${malo}', NULL, '2026-08-01', '2026-10-31T23:00Z'), ('${newId()}', '${meter}', NULL, '${malo}', NULL, '2026-11-10', NULL)`);
  const { rows } = await db.query<{ id: number }>('SELECT id FROM metering.meter_register WHERE meter_id = $1 ORDER BY obis', [meter]);
  [quarterHours, counter] = rows.map(({ id }) => id) as [number, number];
});

const intervals = (...starts: string[]) => `INSERT INTO metering.interval VALUES ${starts.map((at) => `('${at}', 5, '2026-11-20', ${quarterHours}, 'TRUE', 15)`).join(', ')}`;
const reading = (at = '2026-11-15', id = newId(), quality = 'MEASURED') => `INSERT INTO metering.reading VALUES ('${id}', '${meter}', ${counter}, '${contract}', '${customer}', '${at}', 100, 'UPLOAD', '${quality}', '2026-11-20', NULL, ${quality === 'SUBSTITUTED' ? `'no access', 'comparison'` : 'NULL, NULL'})`;

test.each([
  ['before its contract', ['2026-08-10T10:00Z'], '23503', 'intervals_have_a_place'],
  ['when the meter hung nowhere', ['2026-11-05T10:00Z'], '23503', 'intervals_have_a_place'],
  ['in the last quarter hour before the meter hung again', ['2026-11-09T23:45Z'], '23503', 'intervals_have_a_place'],
  ['among others that have a place', ['2026-10-05T10:00Z', '2026-11-05T10:00Z', '2026-11-15T10:00Z'], '23503', 'intervals_have_a_place'],
  ['that is not over', ['2026-11-20T11:45Z', '2026-11-20T12:00Z'], '23514', 'intervals_are_over'],
  ['of tomorrow', ['2026-11-21T12:00Z'], '23514', 'intervals_are_over'],
])('the domain stores no interval %s', async (_, starts, code, constraint) => {
  await expect(db.query(intervals(...starts))).rejects.toMatchObject({ code, constraint });
});

test('one statement may hold values of several times in place', async () => {
  await expect(db.query(intervals('2026-08-31T22:00Z', '2026-10-31T22:45Z', '2026-11-10T00:00Z', '2026-11-20T11:45Z'))).resolves.toMatchObject({ rowCount: 4 });
});

test('a meter of nobody has no values, and no reading lies in the future', async () => {
  await database.owner.query(`DELETE FROM metering.installation WHERE meter_id = '${meter}'`);
  await expect(db.query(intervals('2026-11-15T10:00Z'))).rejects.toMatchObject({ code: '23503', constraint: 'intervals_have_a_place' });
  await expect(db.query(reading('2026-11-20T12:00:01Z'))).rejects.toMatchObject({ code: '23514', constraint: 'readings_lie_in_the_past' });
});

const REMOVED = `UPDATE metering.installation SET until_at = '2026-11-12' WHERE until_at IS NULL AND meter_id = `;
test.each<[string, () => string]>([
  ['a reading', () => reading()],
  ['an interval', () => intervals('2026-11-15T10:00Z')],
])('while %s is written, its constraint checked early, another session does not take the meter away', async (_, write) => {
  const { owner } = database;
  await owner.query('BEGIN');
  await owner.query(write());
  await owner.query('SET CONSTRAINTS ALL IMMEDIATE');
  const removed = db.query(`${REMOVED}'${meter}'`).then(() => null, (error: unknown) => error);
  await waitsForLock(owner);
  await owner.query('COMMIT');
  expect(await removed).toMatchObject({ code: '23503', constraint: 'installations_hold_their_values' });
});

test.each<[string, () => string, string]>([
  ['reading', () => reading(), 'readings_belong_to_the_contract_of_their_time'],
  ['interval', () => intervals('2026-11-15T10:00Z'), 'intervals_have_a_place'],
])('while a meter is taken away, its constraint checked early, another session stores no %s', async (_, write, constraint) => {
  const { owner } = database;
  await owner.query('BEGIN');
  await owner.query(`${REMOVED}'${meter}'`);
  await owner.query('SET CONSTRAINTS ALL IMMEDIATE');
  const stored = db.query(write()).then(() => null, (error: unknown) => error);
  await waitsForLock(owner);
  await owner.query('COMMIT');
  expect(await stored).toMatchObject({ code: '23503', constraint });
});

test.each([
  ['a measured reading without a reason', 'MEASURED', 'watt_hours = watt_hours + 1', '23514', 'readings_are_replaced_by_the_matrix'],
  ['a measured reading by a provisional one', 'MEASURED', `quality = 'PROVISIONAL'`, '23514', 'readings_are_replaced_by_the_matrix'],
  ['a substitute by a provisional reading', 'SUBSTITUTED', `quality = 'PROVISIONAL'`, '23514', 'readings_are_replaced_by_the_matrix'],
  ['a provisional reading by another', 'PROVISIONAL', 'watt_hours = 1', '23514', 'readings_are_replaced_by_the_matrix'],
  ['a provisional reading by a substitute without a reason', 'PROVISIONAL', `quality = 'SUBSTITUTED'`, '23514', 'substitutes_say_why_and_how'],
  ['a provisional reading by a substitute for no reason of its own', 'PROVISIONAL', `quality = 'SUBSTITUTED', reason = 'no access', method = 'comparison'`, '23514', 'readings_are_replaced_by_the_matrix'],
  ['when a measured reading came', 'MEASURED', `imported_at = '2026-11-21'`, '23514', 'readings_are_replaced_by_the_matrix'],
  ['where a measured reading came from', 'MEASURED', `source = 'ESTIMATE'`, '23514', 'readings_are_replaced_by_the_matrix'],
  ['a reading by one that was known before it', 'PROVISIONAL', `quality = 'MEASURED', imported_at = '2026-11-19'`, '23514', 'reading_superseded_check'],
  ['the instant of a reading', 'PROVISIONAL', `read_at = read_at - interval '1 day'`, '23001', 'readings_keep_their_place'],
])('the domain does not replace %s', async (_, quality, set, code, constraint) => {
  const id = newId();
  await database.owner.query(reading('2026-11-15', id, quality));
  await expect(db.query(`UPDATE metering.reading SET ${set} WHERE id = '${id}'`)).rejects.toMatchObject({ code, constraint });
});

test('a reading that is replaced is kept by the database, with the reason of the next statement only', async () => {
  const [measured, provisional] = [newId(), newId()];
  await db.query(reading('2026-11-15', measured));
  await db.query(reading('2026-11-16', provisional).replace('MEASURED', 'PROVISIONAL'));
  const replace = (id: string, wattHours: number) => `UPDATE metering.reading SET watt_hours = ${wattHours}, quality = 'MEASURED', imported_at = '2026-11-20T06:00Z' WHERE id = '${id}'`;
  const history = async () => (await db.query('SELECT reading_id, watt_hours::int AS wh, quality, known_from, known_until, cause FROM metering.reading_superseded WHERE reading_id IN ($1, $2) ORDER BY id', [measured, provisional])).rows;
  const withReason = (...statements: string[]) =>
    transact(db, async (tx) => {
      await tx.query(`SELECT set_config('stromgraph.replacement', $1, true)`, [JSON.stringify({ reasons: [{ reading_id: measured, reason: 'misread' }] })]);
      for (const statement of statements) await tx.query(statement);
    });
  await expect(withReason(replace(measured, 101), replace(measured, 102))).rejects.toMatchObject({ constraint: 'readings_are_replaced_by_the_matrix', message: expect.stringContaining('MEASURED may not become MEASURED') });
  expect(await history()).toEqual([]);
  await withReason(replace(measured, 101), replace(provisional, 103), replace(provisional, 103)); // the last says the same
  const known = { known_from: new Date('2026-11-20'), known_until: new Date('2026-11-20T06:00Z') };
  expect(await history()).toEqual([
    { reading_id: measured, wh: 100, quality: 'MEASURED', cause: 'misread', ...known },
    { reading_id: provisional, wh: 100, quality: 'PROVISIONAL', cause: 'PROVISIONAL became MEASURED', ...known },
  ]);
});

test.each([
  ['a meter keeps its number', `UPDATE metering.meter SET meter_number = 'X1'`, 'meters_keep_their_number'],
  ['a delivery that ended stays', `UPDATE metering.batch SET accepted = 7 WHERE state = 'COMPLETE'`, 'deliveries_stay_as_they_ended'],
  ['a delivery keeps its sender', `UPDATE metering.batch SET actor = 'y' WHERE state = 'STORING'`, 'deliveries_stay_as_they_ended'],
  ['a delivery only counts on', `UPDATE metering.batch SET accepted = 4 WHERE state = 'STORING'`, 'deliveries_stay_as_they_ended'],
  ['a sum changes by its next version', 'UPDATE metering.usage_daily SET watt_hours = 1', 'sums_change_by_versions'],
  ['a sum keeps its day', 'UPDATE metering.usage_daily SET version = version + 1, day = day + 1', 'sums_change_by_versions'],
])('%s', async (_, statement, constraint) => {
  await db.query(`INSERT INTO metering.batch (id, source, actor, received_at, state, accepted) VALUES ('${newId()}', 'GRAPHQL', 'x', '2026-11-01', 'COMPLETE', 5), ('${newId()}', 'GRAPHQL', 'x', '2026-11-01', 'STORING', 5)`);
  await db.query(`INSERT INTO metering.usage_daily VALUES (${quarterHours}, '2026-11-15', '${contract}', '${customer}', 15, 5, 1, 96, 0, 0, 1, '2026-11-01')`);
  await expect(db.query(statement)).rejects.toMatchObject({ code: '23001', constraint });
});

test.each([
  ['DELETE FROM metering.interval', 'intervals_stay'], ['DELETE FROM metering.interval_202611', 'intervals_stay'], ['TRUNCATE metering.interval', 'intervals_are_never_emptied'],
  ['TRUNCATE metering.interval_202611', 'intervals_are_never_emptied'], ['DELETE FROM metering.reading', 'readings_stay'], ['TRUNCATE metering.reading CASCADE', 'readings_are_never_emptied'],
  ['UPDATE metering.meter_exchange SET final_watt_hours = 2', 'exchanges_never_change'], ['DELETE FROM metering.meter_exchange', 'exchanges_never_change'], ['TRUNCATE metering.meter_exchange', 'exchanges_stay'],
])('not even the owner of the database: %s', async (statement, constraint) => {
  await database.owner.query(`${intervals('2026-11-15T10:00Z')}; ${reading()}; INSERT INTO metering.meter VALUES ('${contract}', '${contract.slice(-12)}', NULL, 'SMART', NULL, 'REGISTERED', '2026-01-01');
    INSERT INTO metering.meter_exchange VALUES ('${newId()}', '${meter}', 1, '${contract}', 0, '2026-11-20')`);
  await expect(database.owner.query(statement)).rejects.toMatchObject({ code: '23001', constraint });
});
