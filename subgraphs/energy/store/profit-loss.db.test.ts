// What the database promises of money in energy: each constraint is broken on purpose.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db } from '@stromgraph/kernel/database';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';

let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await testDatabase();
  db = await database.open('energy');
  await database.owner.query(`INSERT INTO energy.imbalance_price VALUES ('2026-11-24', 1, false, '2026-11-25', '2026-11-25', array_fill(80.5, ARRAY[96]))`);
});
afterAll(() => database.drop());

const price = (day: string, version: number, values: number) => `INSERT INTO energy.imbalance_price VALUES ('${day}', ${version}, true, '2026-11-25', '2026-11-25', array_fill(-5.25, ARRAY[${values}]))`;

test.each([
  ['a version of a day is told once', price('2026-11-24', 1, 96), '23505', 'imbalance_price_pkey'],
  ['a version is above zero', price('2026-11-24', 0, 96), '23514', 'imbalance_price_version_check'],
  ['a day in spring has 92 prices', price('2026-03-29', 1, 96), '23514', 'imbalance_prices_cover_their_day'],
  ['a day in autumn has 100 prices', price('2026-10-25', 1, 96), '23514', 'imbalance_prices_cover_their_day'],
  ['a quarter hour has a price', `INSERT INTO energy.imbalance_price VALUES ('2026-11-24', 2, true, '2026-11-25', '2026-11-25', array_fill(NULL::numeric, ARRAY[96]))`, '23514', 'imbalance_price_eur_per_mwh_check'],
  ['what imbalance cost stays', 'UPDATE energy.imbalance_price SET final = true', '42501', undefined],
])('%s', async (_, statement, code, constraint) => {
  await expect(db.query(statement)).rejects.toMatchObject({ code, constraint });
});

test.each([
  ['imbalance prices change', 'UPDATE energy.imbalance_price SET final = true'],
  ['imbalance prices go', 'DELETE FROM energy.imbalance_price'],
  ['imbalance prices go all at once', 'TRUNCATE energy.imbalance_price'],
])('not even the owner makes that %s', async (_, statement) => {
  await expect(database.owner.query(statement)).rejects.toMatchObject({ message: expect.stringContaining('append-only') });
});
